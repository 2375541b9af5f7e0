"""Text tables of traces: `time_ms,V_mV` as `gbar simulate` writes it, and what Clampfit and its like export (also ATF).

A column is NAME_unit or NAME (unit). Sweeps may stand one below the other, where the time begins anew, or side by side,
as `Trace #1 (mV)`, `Trace #2 (mV)` or `Sweep #1`, `Sweep #2`.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from gbar.errors import UserError
from gbar.recordings.contents import MOST_NAMED, Channel, Contents, chosen_channel, chosen_sweep
from gbar.recordings.recording import Recording
from gbar.recordings.text import Table
from gbar.recordings.timing import regular_interval
from gbar.recordings.units import MV_PER, converted, is_current, is_voltage, plain_unit

MS_PER = {"ms": 1.0, "s": 1e3, "us": 1e-3}
NAMED_UNIT = re.compile(r"(?P<name>.*?)\s*(?:\((?P<inside>[^()]*)\)|_(?P<after>[^_\s]+))")
ONE_SWEEP = re.compile(r"(?:trace|sweep)\s*#?\s*\d+", re.IGNORECASE)


@dataclass(frozen=True)
class _Column:
    """A channel of the table: its name, its unit, and the columns of its sweeps."""

    name: str
    unit: str
    places: list[int] = field(default_factory=list)
    told: bool = True


def read_table(table: Table, sweep: int | None, channel: str | None) -> Recording:
    """Return a trace of a text table; other arguments as of `gbar.recordings.read_recording`."""
    path = table.path
    time, unit, columns = _columns(table)
    parts = _parts(table, time)
    channels = _channels(table, columns, parts)
    place = chosen_channel(path, channels, channel)
    number = chosen_sweep(path, channels[place].sweeps, sweep)
    column = columns[place]
    rows = table.part(parts[number if len(parts) > 1 else 0])
    V_mV = rows.numbers(_at(column, parts, number)) * MV_PER[column.unit]
    command, command_unit, why = _command(rows, columns, parts, number)
    sample_ms = _interval_ms(rows, time, unit)
    notes = [*converted(column.unit), *why]
    if not column.told:
        notes.append(f"The columns of {column.name} have no unit; they are taken as mV.")
    return Recording(path, number, column.name, sample_ms, V_mV, command, command_unit, tuple(notes))


def contents_of_table(table: Table) -> Contents:
    """Return what a text table holds; see `gbar.recordings.contents`."""
    time, unit, columns = _columns(table)
    parts = _parts(table, time)
    sample_ms = _interval_ms(table.part(parts[0]), time, unit)
    samples = max(part.stop - part.start for part in parts)
    channels = tuple(
        Channel(one.name, one.unit, one.sweeps, sample_ms, samples) for one in _channels(table, columns, parts)
    )
    facts = ("the time begins anew with each sweep",) if len(parts) > 1 else ()
    return Contents(table.path, "table of text", channels, facts)


def _columns(table: Table) -> tuple[int, str, list[_Column]]:
    """Return the column of the time, its unit, and the other columns, those of the sweeps of one signal together."""
    time, time_unit = -1, ""
    columns: dict[tuple[str, ...], _Column] = {}
    seen: dict[tuple[str, ...], int] = {}
    for place, name in enumerate(table.header):
        match = NAMED_UNIT.fullmatch(name)
        stem, unit = (match["name"], plain_unit(match["inside"] or match["after"])) if match else (name, "")
        if time < 0 and stem.lower() == "time" and unit in MS_PER:
            time, time_unit = place, unit
            continue
        signal = table.signals[place] if place < len(table.signals) else ""
        if ONE_SWEEP.fullmatch(stem):
            channel = (signal or stem.rstrip("0123456789 #"), unit or "mV")
            # A trace that is there twice under one name is of a second channel of this name.
            twin = seen[*channel, stem] = seen.get((*channel, stem), 0) + 1
            columns.setdefault((*channel, str(twin)), _Column(*channel, told=bool(unit))).places.append(place)
        else:
            columns[str(place),] = _Column(name, unit, [place])
    if time < 0 or not any(is_voltage(one.unit) for one in columns.values()):
        header = ",".join(table.header[:MOST_NAMED]) + (",…" if len(table.header) > MOST_NAMED else "")
        raise UserError(
            f"{table.path}: the header is {header}, but must be time_ms,V_mV: time in ms and the membrane potential in "
            "mV; convert other units before"
        )
    return time, time_unit, list(columns.values())


def _parts(table: Table, time: int) -> list[slice]:
    """Return the rows of each sweep: a new one begins where the time goes back."""
    times = table.numbers(time)
    backwards = np.flatnonzero(np.diff(times) < 0) + 1
    edges = [0, *backwards.tolist(), len(times)]
    return [slice(first, last) for first, last in pairwise(edges)]


def _channels(table: Table, columns: list[_Column], parts: list[slice]) -> list[Channel]:
    """Return the channels with their sweeps.

    Raises:
        UserError: there are sweeps side by side and one below the other.
    """
    if len(parts) > 1 and any(len(one.places) > 1 for one in columns):
        raise UserError(
            f"{table.path} line {table.lines[parts[1].start]}: the time begins anew, though sweeps stand side by side; "
            "keep one of the two"
        )
    return [Channel(one.name, one.unit, tuple(range(max(len(parts), len(one.places))))) for one in columns]


def _at(column: _Column, parts: list[slice], number: int) -> int:
    return column.places[0] if len(parts) > 1 or len(column.places) == 1 else column.places[number]


def _interval_ms(rows: Table, time: int, unit: str) -> float:
    return regular_interval(rows.path, rows.numbers(time), rows.texts(time)) * MS_PER[unit]


def _command(
    rows: Table, columns: list[_Column], parts: list[slice], number: int
) -> tuple[np.ndarray | None, str, tuple[str, ...]]:
    """Return the injected current, its unit, and why there is none."""
    currents = [one for one in columns if is_current(one.unit)]
    if not currents:
        return None, "", ("The stimulus is not told: the table has no column of a current, such as I_pA.",)
    if len(currents) > 1:
        names = ", ".join(one.name for one in currents)
        return None, "", (f"The stimulus is not told: the table has several columns of currents, {names}.",)
    (current,) = currents
    values = rows.numbers(_at(current, parts, number))
    if not np.isfinite(values).all():
        return None, "", (f"The stimulus is not told: cells of {current.name} are empty.",)
    return values, current.unit, ()
