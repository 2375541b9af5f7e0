"""Samples of what is uncertain about a drug: joint ones of ln IC50 and the Hill coefficient of each channel.

Both are normal on either side of their median, by the ends of their 95 % range, with the correlation of the table;
channels are independent of one another. Where no block was found both stay within their ranges. The binding is drawn
by its joint uncertainty where that is known (`joint`). Else each parameter is likewise (those above 0 by their
logarithm); Kmax and halfmax, which trade off in the fits, are drawn by one number, and rise and fall together, while
n, which trades off with them, too, does not: ranges by themselves overstate how uncertain the effect is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from gbar.drugs.drug import Binding, Block, Drug, Uncertain
from gbar.drugs.joint import NAMES
from gbar.records.digest import lot

ENDS = 1.959964  # standard deviations from the median to the ends of a 95 % range
NO_BLOCK = 100.0  # times that the ends of the range of an IC50 lie apart where no block was found
# The bounds of the fits that the published samples come from.
IC50_BOUNDS_nM, HILL_BOUNDS = (1e-10, 1e10), (1e-3, 10.0)


@dataclass(frozen=True)
class Samples:
    """Samples of a drug.

    Attributes:
        ic50_nM: by channel, shape (samples,).
        hill: by channel, shape (samples,).
        binding: parameters of `gbar.drugs.drug.Binding` by name, shape (samples,); empty where it is not known.
    """

    ic50_nM: Mapping[str, np.ndarray]
    hill: Mapping[str, np.ndarray]
    binding: Mapping[str, np.ndarray]

    def left(self, concentration_nM: float, dynamic: bool = False) -> dict[str, np.ndarray]:
        """Return what the drug leaves of each channel's current in each sample; see `Drug.left`."""
        return {
            channel: 1.0 / (1.0 + (concentration_nM / ic50_nM) ** self.hill[channel])
            for channel, ic50_nM in self.ic50_nM.items()
            if not (dynamic and channel == "IKr")
        }


def draw(drug: Drug, n: int | None, seed: int = 0) -> Samples:
    """Return `n` samples of a drug; the first are the same of any number. What has no range does not vary.

    Where `n` is None they are a single one of its best values.
    """
    if n is None:
        return _best(drug)
    ic50_nM, hill = {}, {}
    for channel, block in drug.blocks.items():
        first, second = _normal(seed, drug.name, channel, n)
        second = block.correlation * first + np.sqrt(1 - block.correlation**2) * second
        if _is_without_block(block):
            first, second = np.clip([first, second], -ENDS, ENDS)
        ic50_nM[channel] = np.clip(_logarithmic(block.ic50_nM, first), *IC50_BOUNDS_nM)
        hill[channel] = np.clip(_around(block.hill, second), *HILL_BOUNDS)
    binding = {}
    if drug.joint is not None:
        binding = drug.joint.parameters(
            np.array([_normal(seed, drug.name, f"binding {name}", n)[0] for name in NAMES]), ENDS
        )
    elif drug.binding is not None:
        shared = _normal(seed, drug.name, "Kmax", n)[0]
        for one in fields(Binding):
            z = shared if one.name in ("Kmax", "halfmax") else _normal(seed, drug.name, one.name, n)[0]
            value = getattr(drug.binding, one.name)
            binding[one.name] = _around(value, z) if one.name == "Vhalf_mV" else _logarithmic(value, z)
    return Samples(ic50_nM, hill, binding)


def _best(drug: Drug) -> Samples:
    binding = {} if drug.binding is None else {one.name: getattr(drug.binding, one.name) for one in fields(Binding)}
    return Samples(
        {channel: np.array([block.ic50_nM.value]) for channel, block in drug.blocks.items()},
        {channel: np.array([block.hill.value]) for channel, block in drug.blocks.items()},
        {name: np.array([one.value]) for name, one in binding.items()},
    )


def _is_without_block(block: Block) -> bool:
    """Tell whether no block was found: the range is over decades, and the data rule out what lies beyond its ends."""
    return block.ic50_nM.is_known and block.ic50_nM.high > NO_BLOCK * block.ic50_nM.low


def _normal(seed: int, name: str, what: str, n: int) -> np.ndarray:
    """Return two rows of standard normal numbers that depend on what they are for alone, shape (2, n)."""
    own = int.from_bytes(lot(seed, f"{name} {what}")[:8], "big")
    return np.random.default_rng(own).standard_normal((n, 2)).T


def _around(value: Uncertain, z: np.ndarray) -> np.ndarray:
    """Return what lies `z` standard deviations from a number, each side with its own."""
    if not value.is_known:
        return np.full(len(z), value.value)
    return value.value + z * np.where(z > 0, value.high - value.value, value.value - value.low) / ENDS


def _logarithmic(value: Uncertain, z: np.ndarray) -> np.ndarray:
    """Return the same of a number above 0, by its logarithm."""
    return np.exp(_around(Uncertain(*np.log([value.value, value.low, value.high])), z))
