"""What a file of recordings holds, and some of its sweeps, as `gbar recording` tells and draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.recordings.contents import Channel, Contents, chosen_channel, listed_sweeps
from gbar.recordings.read import source
from gbar.recordings.recording import Recording

# So many sweeps are read, evenly among all, where none is chosen.
MOST_SWEEPS = 20


@dataclass(frozen=True, eq=False)
class Overview:
    """What a file holds.

    Attributes:
        contents: its channels, sweeps, protocol.
        recordings: sweeps of one voltage channel, read; none where they cannot be.
        refused: why they cannot be read; empty where they can.
    """

    contents: Contents
    recordings: Sequence[Recording]
    refused: str = ""

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        held = self.contents
        table = [("", "channel", "unit", "sweeps", "samples", "every", "rate", "length")]
        table += [(str(place), *_told(one)) for place, one in enumerate(held.channels)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [f"{held.path}: {held.kind}"]
        if held.channels:
            lines += [
                "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
                for row in table
            ]
        lines += [f"  {fact}" for fact in held.facts]
        for one in self.recordings[:1]:
            lines.append(f"  sweep {one.sweep} of {one.channel}: {_range(one.V_mV)} mV, stimulus {_stimulus(one)}")
        lines += [f"  note: {note}" for note in _notes(self.recordings)]
        return [*lines, f"  no trace for gbar: {self.refused}"] if self.refused else lines


def look(path: str | Path, sweep: int | None = None, channel: str | None = None) -> Overview:
    """Return what a file holds, with the sweep that is chosen, or some of all.

    Raises:
        UserError: the file cannot be read, or has not the sweep or the channel that is asked for.
    """
    file = source(path)
    held = file.contents()
    try:
        numbers = [sweep] if sweep is not None else _some(held, channel)
        return Overview(held, [file.recording(number, channel) for number in numbers])
    except UserError as error:
        if sweep is not None or channel is not None:
            raise
        return Overview(held, [], str(error).removeprefix(f"{held.path}: "))


def _some(held: Contents, channel: str | None) -> list[int | None]:
    """Return the sweeps to read where none is chosen: None is the only one of a series of NWB that goes by its name."""
    try:
        own = held.channels[chosen_channel(held.path, held.channels, channel)].sweeps
    except UserError:
        return [None]
    return [own[at] for at in np.unique(np.linspace(0, len(own) - 1, MOST_SWEEPS).astype(int))]


def _notes(recordings: Sequence[Recording]) -> list[str]:
    """Return the notes of some sweeps: each once, and of which sweep it is where the others do not have it."""
    sweeps: dict[str, list[int]] = {}
    for one in recordings:
        for note in one.notes:
            sweeps.setdefault(note, []).append(one.sweep)
    return [
        note if len(own) == len(recordings) else f"sweep {', '.join(map(str, own))}: {note}"
        for note, own in sweeps.items()
    ]


def _told(one: Channel) -> tuple[str, ...]:
    rate_kHz = f"{1 / one.sample_ms:.6g} kHz" if one.sample_ms > 0 else ""
    length = f"{one.samples * one.sample_ms:.6g} ms"
    every = f"{one.sample_ms:.9g} ms"
    return one.name, one.unit, listed_sweeps(one.sweeps), str(one.samples), every, rate_kHz, length


def _range(values: np.ndarray) -> str:
    return f"{np.nanmin(values):.4g} to {np.nanmax(values):.4g}"


def _stimulus(one: Recording) -> str:
    return "not told" if one.command is None else f"{_range(one.command)} {one.command_unit}"
