"""Recordings by the ending of their file."""

from pathlib import Path

from gbar.errors import UserError
from gbar.files import regular
from gbar.recordings.recording import Recording

ENDINGS = (".abf", ".nwb", ".csv")


def read_recording(path: str | Path, sweep: int | None = None, channel: str | None = None) -> Recording:
    """Return one sweep of one voltage channel.

    Args:
        path: an ABF (version 1 or 2), NWB (version 2) or CSV file (columns time_ms and V_mV).
        sweep: counted from 0; need not be told of a file with one.
        channel: its voltage channel (ABF: name; NWB: electrode or series; CSV: column); the only one in mV when None.

    Raises:
        UserError: the file cannot be read as what its name says, has no such sweep or channel, several of them and
            nothing is said, another unit than mV, or no constant sampling rate.
    """
    path = Path(path)
    try:
        regular(path).open("rb").close()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    match path.suffix.lower():
        case ".abf":
            from gbar.recordings.abf import read_abf as read
        case ".nwb":
            from gbar.recordings.nwb import read_nwb as read
        case ".csv":
            from gbar.recordings.table import read_table as read
        case _:
            raise UserError(f"{path}: is not known as a recording; its name must end in {', '.join(ENDINGS)}")
    return read(path, sweep, channel)
