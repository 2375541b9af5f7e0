"""A drug, and how much of each current it leaves: x = 1 / (1 + (C / IC50)^h), each channel by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gbar.drugs.joint import JointBinding
from gbar.errors import wrong

# Channels by the current that they carry; hERG carries IKr.
CHANNELS = ("IKr", "ICaL", "INa", "INaL", "Ito", "IKs", "IK1")
RISKS = ("low", "intermediate", "high")
CONTROL = "control"  # what rows without a drug are called
CMAX = "x"  # concentrations that end in it are multiples of the free therapeutic one


@dataclass(frozen=True)
class Uncertain:
    """A number, and the limits of its 95 % range; NaN where the range is not known."""

    value: float
    low: float = np.nan
    high: float = np.nan

    @property
    def is_known(self) -> bool:
        """Whether its range is known."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


@dataclass(frozen=True)
class Block:
    """The block of one channel.

    Attributes:
        ic50_nM: free concentration that blocks half of it.
        hill: Hill coefficient.
        correlation: of ln IC50 and the Hill coefficient.
    """

    ic50_nM: Uncertain
    hill: Uncertain
    correlation: float = 0.0


@dataclass(frozen=True)
class Binding:
    """Dynamic binding to hERG, in place of its static block (Li et al. 2017, doi:10.1161/CIRCEP.116.004628).

    Attributes:
        Kmax: largest effect: the rate of binding over that of unbinding, at saturation.
        Ku_per_ms: rate of unbinding, 1/ms.
        n: Hill coefficient of binding.
        halfmax: concentration of half the largest effect, to the power n, nM^n.
        Vhalf_mV: voltage at which half of the channels that bound it are closed and trap it, mV.
    """

    Kmax: Uncertain
    Ku_per_ms: Uncertain
    n: Uncertain
    halfmax: Uncertain
    Vhalf_mV: Uncertain


@dataclass(frozen=True)
class Drug:
    """A drug.

    Attributes:
        name: its name.
        free_cmax_nM: free therapeutic concentration; NaN where it is not known.
        blocks: by channel, one of `CHANNELS`; a channel that was not measured is not blocked.
        binding: to hERG; None where it is not known.
        risk: one of `RISKS`; empty where it is not known.
        group: what it is used for, "training" or "validation"; empty where neither.
        joint: joint uncertainty of the binding; None where its parameters vary by themselves.
    """

    name: str
    free_cmax_nM: float
    blocks: Mapping[str, Block] = field(default_factory=dict)
    binding: Binding | None = None
    risk: str = ""
    group: str = ""
    joint: JointBinding | None = None

    def left(self, concentration_nM: float, dynamic: bool = False) -> dict[str, float]:
        """Return the part of each channel's current that the drug leaves, by channel.

        Args:
            concentration_nM: free concentration.
            dynamic: whether hERG is left to the binding: its static block would count twice.
        """
        return {
            channel: left(concentration_nM, block.ic50_nM.value, block.hill.value)
            for channel, block in self.blocks.items()
            if not (dynamic and channel == "IKr")
        }

    def concentration_nM(self, text: str) -> float:
        """Return a free concentration from a text: a number of nM, or a multiple of the therapeutic one, such as 2x.

        Raises:
            UserError: it is neither, or the therapeutic concentration is not known.
        """
        is_multiple = text.strip().endswith(CMAX)
        try:
            value = float(text.strip().removesuffix(CMAX))
        except ValueError:
            value = np.nan
        if not (np.isfinite(value) and value >= 0):
            raise wrong(f"concentration of {self.name}", text, "a number of nM, or of Cmax such as 2x, of at least 0")
        if is_multiple and not np.isfinite(self.free_cmax_nM):
            raise wrong(f"concentration of {self.name}", text, "a number of nM: its therapeutic one is not known")
        return value * self.free_cmax_nM if is_multiple else value


def left(concentration_nM: float, ic50_nM: float, hill: float) -> float:
    """Return the part of a current that is left at a concentration, from 1 (none blocked) to 0."""
    return 1.0 / (1.0 + (concentration_nM / ic50_nM) ** hill)


def bnet(parts: Mapping[str, Any]) -> Any:
    """Return Bnet: the blocks of outward currents less those of inward ones; above 0 it prolongs repolarisation.

    Of the Hill equation alone, without any cell; it is known to do as well as models of cells do (Mistry HB, PeerJ
    2018;6:e5124, whose sets of channels were not read at their source).

    Args:
        parts: what is left of each channel's current, a number or an array of samples.
    """
    block = {channel: 1.0 - part for channel, part in parts.items()}
    outward, inward = (("IKr", "IKs", "IK1", "Ito"), ("INa", "INaL", "ICaL"))
    return sum(block.get(name, 0.0) for name in outward) - sum(block.get(name, 0.0) for name in inward)
