"""CSV tables of a trace, as `gbar simulate --out` writes them: time_ms, V_mV."""

from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.files import read_csv
from gbar.recordings.recording import Recording, chosen_channel, chosen_sweep, regular_interval

TIME, VOLTAGE_ENDING = "time_ms", "_mV"


def read_table(path: Path, sweep: int | None, channel: str | None) -> Recording:
    """Return the trace of a CSV table; arguments as of `gbar.recordings.read_recording`.

    A column whose name ends in _mV is a voltage channel; others are not read.
    """
    chosen_sweep(path, 1, sweep)
    header, rows = read_csv(path)
    if TIME not in header or not any(name.endswith(VOLTAGE_ENDING) for name in header):
        raise UserError(
            f"{path}: the header is {','.join(header)}, but must be {TIME},V_mV: time in ms and the membrane potential "
            "in mV; convert other units before"
        )
    names = [name for name in header if name != TIME]
    units = ["mV" if name.endswith(VOLTAGE_ENDING) else name.rpartition("_")[2] for name in names]
    name = names[chosen_channel(path, names, units, channel)]
    time_ms, V_mV = (_column(path, rows, header, one) for one in (TIME, name))
    return Recording(path, 0, name, regular_interval(path, time_ms), V_mV)


def _column(path: Path, rows: list[list[str]], header: list[str], name: str) -> np.ndarray:
    place, values = header.index(name), np.empty(len(rows))
    for line, row in enumerate(rows):
        try:
            values[line] = float(row[place])
        except ValueError:
            raise UserError(f"{path} line {line + 2}, column {name}: {row[place]!r} is no number") from None
    return values
