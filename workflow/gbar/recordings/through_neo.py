"""Formats of other programs, read by neo (`pip install gbar[formats]`), and what to export from those it cannot read.

Only the readers named here are used: none of them runs what a file holds, or opens another file.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.recordings.contents import Channel, Contents, chosen_channel, chosen_sweep
from gbar.recordings.recording import Recording
from gbar.recordings.units import MV_PER, converted, is_current, plain_unit

OWN = "ABF, NWB, CSV and ATF are read as they are"
EXPORT = "export the sweep as CSV with the columns time_ms,V_mV,I_pA"
# By the ending: whose format it is, the reader of neo, and the package that this reader needs besides.
READERS = {
    ".ibw": ("Igor Pro", "IgorIO", "igor2"),
    ".pxp": ("Igor Pro", "IgorIO", "igor2"),
    ".axgx": ("AxoGraph", "AxographIO", ""),
    ".axgd": ("AxoGraph", "AxographIO", ""),
    ".wcp": ("WinWCP", "WinWcpIO", ""),
}
# Formats that neo does not read, and what else their programs write.
OTHERS = {
    ".dat": "HEKA PatchMaster, whose Export writes Igor waves (.ibw) and ASCII",
    ".h5": "WaveSurfer or another program that keeps HDF5 in a layout of its own",
    ".hdf5": "a program that keeps HDF5 in a layout of its own",
    ".mat": "MATLAB, where `writetable` writes CSV",
}


# Letters of an error that are shown: some hold the whole file.
LONGEST = 120


@dataclass(frozen=True)
class Signal:
    """A channel of a sweep."""

    name: str
    unit: str
    sample_ms: float
    values: np.ndarray


def read_through_neo(path: Path) -> list[list[Signal]]:
    """Return the channels of each sweep; all sweeps have the same ones.

    Raises:
        UserError: the format is none that is known, neo or what it needs is not installed, or it cannot read the file.
    """
    ending = path.suffix.lower()
    if ending in OTHERS:
        raise UserError(f"{path}: is of {OTHERS[ending]}; gbar does not read it: {EXPORT} ({OWN})")
    if ending not in READERS:
        raise UserError(f"{path}: is of no format of recordings that is known; {EXPORT} ({OWN})")
    program, reader, needed = READERS[ending]
    if not all(find_spec(package) for package in ("neo", needed) if package):
        raise UserError(
            f"{path}: is of {program}, which is read through neo, and that is not installed: "
            f"pip install 'gbar[formats]', or {EXPORT}"
        )
    with _quiet():
        try:
            segments = getattr(import_module("neo.io"), reader)(filename=str(path)).read_block().segments
            found = [[one for signal in segment.analogsignals for one in _channels(signal)] for segment in segments]
        except Exception as error:  # a damaged file raises whatever comes of it
            said = f"{type(error).__name__}: {error}"[:LONGEST]
            raise UserError(f"{path}: cannot be read as a file of {program} ({said}); {EXPORT}") from None
    if any(
        [(one.name, one.unit) for one in signals] != [(one.name, one.unit) for one in found[0]] for signals in found
    ):
        raise UserError(f"{path}: its sweeps have different channels; {EXPORT}")
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep neo and what it calls from saying more than the error they end in."""
    loggers = [logging.getLogger(name) for name in ("neo", "igor2")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


def pick_signal(path: Path, sweeps: list[list[Signal]], sweep: int | None, channel: str | None) -> Recording:
    """Return one of the sweeps of a file; other arguments as of `gbar.recordings.read_recording`."""
    place = chosen_channel(path, [Channel(one.name, one.unit) for signals in sweeps[:1] for one in signals], channel)
    number = chosen_sweep(path, range(len(sweeps)), sweep)
    signals = sweeps[number]
    one = signals[place]
    command, unit, notes = _command(signals, one)
    V_mV = one.values * MV_PER[one.unit]
    return Recording(path, number, one.name, one.sample_ms, V_mV, command, unit, (*converted(one.unit), *notes))


def contents_of_signals(path: Path, sweeps: list[list[Signal]]) -> Contents:
    """Return what the sweeps of a file hold; see `gbar.recordings.contents`."""
    channels = tuple(
        Channel(
            one.name, one.unit, tuple(range(len(sweeps))), one.sample_ms, max(len(own[place].values) for own in sweeps)
        )
        for place, one in enumerate(sweeps[0] if sweeps else [])
    )
    return Contents(path, f"{READERS[path.suffix.lower()][0]}, read by neo", channels)


def _channels(signal: Any) -> list[Signal]:
    """Return the channels of a signal of neo, which has several of one unit."""
    unit = plain_unit(signal.units.dimensionality.string)
    rate_Hz = float(signal.sampling_rate.rescale("Hz").magnitude)
    values = np.asarray(signal.magnitude, float).reshape(len(signal), -1)
    names = signal.array_annotations.get("channel_names", [])
    return [
        Signal(
            str(names[place]) if len(names) == values.shape[1] else str(signal.name or f"channel {place}"),
            unit,
            1000.0 / rate_Hz,
            values[:, place],
        )
        for place in range(values.shape[1])
    ]


def _command(signals: list[Signal], voltage: Signal) -> tuple[np.ndarray | None, str, tuple[str, ...]]:
    """Return the current that was measured beside a voltage, its unit, and a note."""
    currents = [one for one in signals if is_current(one.unit)]
    if not currents:
        return None, "", ("The stimulus is not told: the file has no channel of a current.",)
    if len(currents) > 1 or currents[0].values.shape != voltage.values.shape:
        names = ", ".join(one.name for one in currents)
        return None, "", (f"The stimulus is not told: {names} is not one current of the length of the voltage.",)
    (current,) = currents
    note = f"The stimulus is the current as it was measured ({current.name}): neo tells no protocol of this format."
    return current.values, current.unit, (note,)
