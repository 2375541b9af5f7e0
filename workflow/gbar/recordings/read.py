"""Recordings by the kind of their file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.recordings.contents import Contents
from gbar.recordings.recording import Recording, checked
from gbar.records.files import regular


@dataclass(frozen=True)
class Source:
    """A file of recordings.

    Attributes:
        pick: gives one sweep as the file has it; arguments as of `recording`.
        contents: gives what the file holds.
    """

    pick: Callable[[int | None, str | None], Recording]
    contents: Callable[[], Contents]

    def recording(self, sweep: int | None = None, channel: str | None = None) -> Recording:
        """Return one sweep of one voltage channel; arguments and errors as of `read_recording`."""
        with np.errstate(over="ignore", invalid="ignore"):  # of absurd numbers, which are no finite voltage then
            return checked(self.pick(sweep, channel))


def read_recording(path: str | Path, sweep: int | None = None, channel: str | None = None) -> Recording:
    """Return one sweep of one voltage channel.

    Args:
        path: an ABF, NWB (version 2), CSV or ATF file, or of one of the formats of `gbar.recordings.through_neo`.
        sweep: the file's own number (NWB), else counted from 0; need not be told of a file with one.
        channel: its voltage channel by its name (NWB: electrode or series; CSV: column) or its place, from 0; the only
            one in mV when None.

    Raises:
        UserError: the file cannot be read, has no such sweep or channel, several of them and nothing is said, holds a
            voltage clamp, no membrane potential, or no constant sampling rate.
    """
    return source(path).recording(sweep, channel)


def source(path: str | Path) -> Source:
    """Return a file of recordings, to read several sweeps of it.

    Raises:
        UserError: it cannot be read, or is of no format that is known.
    """
    path = Path(path)
    try:
        regular(path).open("rb").close()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    match path.suffix.lower():
        case ".abf":
            from gbar.recordings.abf import contents_of_abf, read_abf

            return Source(partial(read_abf, path), partial(contents_of_abf, path))
        case ".nwb":
            from gbar.recordings.nwb import contents_of_nwb, read_nwb

            return Source(partial(read_nwb, path), partial(contents_of_nwb, path))
        case ".csv" | ".tsv" | ".txt" | ".atf":
            from gbar.recordings.table import contents_of_table, read_table
            from gbar.recordings.text import read_text_table

            table = read_text_table(path)
            return Source(partial(read_table, table), partial(contents_of_table, table))
    from gbar.recordings.through_neo import contents_of_signals, pick_signal, read_through_neo

    sweeps = read_through_neo(path)
    return Source(partial(pick_signal, path, sweeps), partial(contents_of_signals, path, sweeps))
