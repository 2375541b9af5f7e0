"""Neurodata Without Borders, version 2: the current-clamp series of a file.

They are read with h5py, since the layout needed is small and fixed by the standard: groups in /acquisition whose
`neurodata_type` is CurrentClampSeries, with `data` (in `unit` once multiplied by `conversion` and shifted by
`offset`), `starting_time` (with `rate`) or `timestamps`, `electrode`, and `sweep_number`. PyNWB would bring six
further packages and its cached schemas for it.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from gbar.errors import UserError, wrong
from gbar.recordings.recording import Recording, chosen_sweep, regular_interval

SERIES = ("CurrentClampSeries", "IZeroClampSeries")
STIMULI = ("CurrentClampStimulusSeries",)
MV_PER = {"volts": 1e3, "volt": 1e3, "V": 1e3, "millivolts": 1.0, "mV": 1.0}
PA_PER = {"amperes": 1e12, "ampere": 1e12, "A": 1e12}
# A file may claim any length; three hours at 10 kHz are as many.
MOST_SAMPLES = 100_000_000
# No filter for samples makes a file smaller than this share: Deflate, 258 bytes as two bits (RFC 1951).
MOST_PACKED = 1032


@dataclass(frozen=True)
class _Series:
    """A series of the file: its group, the name of its electrode, the number of its sweep or -1."""

    group: Any
    electrode: str
    sweep: int

    @property
    def name(self) -> str:
        return str(self.group.name).rsplit("/", 1)[-1]


def read_nwb(path: Path, sweep: int | None, channel: str | None) -> Recording:
    """Return one sweep of an NWB file; arguments as of `gbar.recordings.read_recording`.

    Sweeps are the series of an electrode, counted from 0 in the order of their sweep number and name. A channel is an
    electrode, or one series by its name.
    """
    try:
        with h5py.File(path, "r") as file:
            return _read(path, file, sweep, channel)
    except UserError:
        raise
    except Exception as error:  # a damaged or hostile file raises whatever comes of it
        raise UserError(f"{path}: cannot be read as an NWB file ({type(error).__name__}: {error})") from None


def _read(path: Path, file: h5py.File, sweep: int | None, channel: str | None) -> Recording:
    linked = file.visititems_links(lambda name, link: name if isinstance(link, h5py.ExternalLink) else None)
    if linked:
        raise UserError(f"{path}: {linked} is a link to another file, which is not opened; copy both into one file")
    version = _text(file.attrs.get("nwb_version", ""))
    if not version.startswith("2"):
        raise UserError(f"{path}: is of NWB version {version or 'unknown'}; only version 2 can be read")
    found = _series(file.get("acquisition"), SERIES)
    if not found:
        raise UserError(f"{path}: holds no CurrentClampSeries, the membrane potential of a current clamp")
    electrodes = sorted({one.electrode for one in found})
    if channel is not None:
        found = [one for one in found if channel in (one.electrode, one.name)]
        if not found:
            raise wrong("channel", channel, f"an electrode or a series of {path}: {', '.join(electrodes)}")
    elif len(electrodes) > 1:
        raise UserError(f"{path}: holds several electrodes; choose one with --channel: {', '.join(electrodes)}")
    number = chosen_sweep(path, len(found), sweep)
    one = found[number]
    V_mV = _values(path, one.group, MV_PER)
    command = next(
        (
            stimulus.group
            for stimulus in _series(file.get("stimulus/presentation"), STIMULI)
            if one.sweep >= 0 and (stimulus.sweep, stimulus.electrode) == (one.sweep, one.electrode)
        ),
        None,
    )
    current = None if command is None else _values(path, command, PA_PER)
    if current is not None and current.shape != V_mV.shape:
        current = None
    return Recording(path, number, one.name, _sample_ms(path, one.group), V_mV, current, "pA")


def _series(folder: Any, kinds: tuple[str, ...]) -> list[_Series]:
    """Return the series of some kinds in a folder of the file, in order."""
    if not isinstance(folder, h5py.Group):
        return []
    found = []
    for group in folder.values():
        if isinstance(group, h5py.Group) and _text(group.attrs.get("neurodata_type", "")) in kinds:
            found.append(_Series(group, _electrode(group), _sweep_number(group)))
    return sorted(found, key=lambda one: (one.sweep, _natural(one.name)))


def _electrode(group: Any) -> str:
    """Return the name under which the file describes the electrode of a series, which has a link to it."""
    described = group.file.get("general/intracellular_ephys", {})
    return next((name for name, one in described.items() if one == group.get("electrode")), "electrode")


def _sweep_number(group: Any) -> int:
    held = group.attrs.get("sweep_number", group.get("sweep_number"))
    return -1 if held is None else int(np.asarray(held[()] if isinstance(held, h5py.Dataset) else held))


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that puts Sweep_2 before Sweep_10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def _values(path: Path, group: Any, factors: dict[str, float]) -> np.ndarray:
    """Return the data of a series in mV or pA, shape (sample,)."""
    data = _dataset(path, group, "data")
    unit = _text(data.attrs.get("unit", ""))
    if unit not in factors:
        raise UserError(f"{path}: {group.name} is in {unit!r}, but must be in {' or '.join(factors)}")
    conversion, offset = (float(data.attrs.get(name, default)) for name, default in (("conversion", 1), ("offset", 0)))
    return (np.asarray(data[()], float).ravel() * conversion + offset) * factors[unit]


def _dataset(path: Path, group: Any, name: str) -> h5py.Dataset:
    """Return a dataset of a series that is one trace, in this file, and takes no more memory than the file can fill."""
    data = group.get(name)
    if not isinstance(data, h5py.Dataset):
        raise UserError(f"{path}: {group.name} has no {name}; the recording is incomplete")
    if data.external or data.is_virtual:
        raise UserError(f"{path}: {data.name} is kept in another file, which is not opened; copy both into one file")
    samples = math.prod(data.shape or ())
    if samples > MOST_SAMPLES or max(data.shape or (), default=0) != samples:
        raise UserError(f"{path}: {data.name} is of shape {data.shape}; it must be one trace of a plain length")
    claimed = data.dtype.itemsize * max(samples, math.prod(data.chunks or ()))
    if claimed > MOST_PACKED * path.stat().st_size:
        raise UserError(f"{path}: {data.name} claims {claimed} bytes, more than the file can hold; it is damaged")
    return data


def _sample_ms(path: Path, group: Any) -> float:
    start = group.get("starting_time")
    if start is None:
        return 1000.0 * regular_interval(path, np.asarray(_dataset(path, group, "timestamps"), float).ravel())
    rate_Hz = float(start.attrs["rate"])
    if not 0 < rate_Hz < np.inf:
        raise wrong(f"{path}: rate of {group.name}", rate_Hz, "a positive number of samples a second")
    return 1000.0 / rate_Hz


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
