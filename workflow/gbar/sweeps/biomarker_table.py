"""biomarkers.csv: one line a row of a sweep, with its scalings, its status, the course of its beats and their measures.

The column `class` is the course, as of `gbar.traces.course`, or "diverged"; `beats` says what counted as a beat: the
kind of cell, and the settings that differ from the kind's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError, wrong
from gbar.records.files import read_csv, write_csv
from gbar.sweeps.row_reader import RowReader, SolvedRow
from gbar.sweeps.store import STATUS
from gbar.traces.reading import Biomarkers, Reading, undefined

OK, SILENT, DIVERGED = range(len(STATUS))
DIVERGED_COURSE = STATUS[DIVERGED]
MEASURES = tuple(field.name for field in fields(Biomarkers))
COUNTS = frozenset(field.name for field in fields(Biomarkers) if field.type is int)
DRIFT = "_drift_"
WORDS = ("status", "class", "beats")


@dataclass(frozen=True)
class Row:
    """One row of a sweep.

    Attributes:
        id: the row's id in the design and the store.
        scalings: scaling of each varied current (or value of each varied parameter), by name.
        status: "ok", "silent" (solved, no beat) or "diverged" (not solved to the end).
        course: of its beats, as of `gbar.traces.course`, or "diverged".
        counted: what counted as a beat.
        biomarkers: its measures.
        concentrations: each concentration at the last beat, NAME_UNIT, and its change from beat to beat,
            NAME_drift_UNIT, as of `gbar.sweeps.steady_state`.
        further: what the protocol and the outputs of the sweep add, by the name of the column.
    """

    id: str
    scalings: dict[str, float]
    status: str
    course: str
    counted: str
    biomarkers: Biomarkers
    concentrations: Mapping[str, float] = field(default_factory=dict)
    further: Mapping[str, float] = field(default_factory=dict)

    def beats_at_least(self, n: int) -> bool:
        """Tell whether the row was solved to the end and has at least `n` beats."""
        return self.status == STATUS[OK] and self.biomarkers.n_beats >= n


def classify(status: int, n_beats: int) -> int:
    """Return a row's status: what diverged stays so, what was solved is ok with beats and silent without.

    Args:
        status: what the solver said, one of `OK`, `SILENT`, `DIVERGED`.
        n_beats: number of beats of its trace.
    """
    if status == DIVERGED:
        return DIVERGED
    return OK if n_beats else SILENT


def measured_row(
    identity: str,
    scalings: Mapping[str, float],
    status: int,
    reader: RowReader,
    row: int,
    V: np.ndarray,
    solved: SolvedRow,
) -> tuple[Row, Reading | None]:
    """Measure one row of a sweep, and return what was read; None of a row that diverged.

    Args:
        identity: its id.
        scalings: scaling of each varied current (or value of each varied parameter), by name.
        status: what the solver said.
        reader: of the sweep's rows.
        row: its number in the design.
        V: its membrane potential, mV, shape (time,).
        solved: what else there is of the row.
    """
    reading = None if status == DIVERGED else reader.read(row, V)
    return Row(
        identity,
        dict(scalings),
        STATUS[DIVERGED if reading is None else classify(status, len(reading.beats))],
        DIVERGED_COURSE if reading is None else reading.course,
        reader.settings.told(),
        undefined() if reading is None else reading.biomarkers,
        reader.settled(solved, reading),
        reader.further(solved, reading),
    ), reading


def write_table(path: str | Path, rows: Iterable[Row]) -> None:
    """Write biomarkers.csv, whole or not at all; a cell is empty where its measure is undefined.

    Raises:
        UserError: the folder cannot be written.
    """
    rows = list(rows)
    names = list(rows[0].scalings) if rows else []
    followed = [*rows[0].concentrations, *rows[0].further] if rows else []
    lines = (
        [
            row.id,
            *(row.scalings[name] for name in names),
            row.status,
            row.course,
            row.counted,
            *(_cell(getattr(row.biomarkers, measure)) for measure in MEASURES),
            *("" if np.isnan(x) else f"{x:.7g}" for x in (*row.concentrations.values(), *row.further.values())),
        ]
        for row in rows
    )
    write_csv(path, ["id", *names, *WORDS, *MEASURES, *followed], lines)


def read_table(path: str | Path) -> list[Row]:
    """Read biomarkers.csv.

    Raises:
        UserError: it cannot be read, lacks a column, or holds something that is no number or no status.
    """
    header, lines = read_csv(path)
    missing = [name for name in ("id", *WORDS, *MEASURES) if name not in header]
    if missing:
        raise UserError(f"{path}: column {missing[0]!r} is missing; it is no table of biomarkers")
    names = header[header.index("id") + 1 : header.index(WORDS[0])]
    followed = [name for name in header if name not in ("id", *names, *WORDS, *MEASURES)]
    return [_parse(path, names, followed, dict(zip(header, line, strict=True))) for line in lines]


def _cell(value: float) -> object:
    # Microseconds and microvolts are below what sampling resolves.
    return "" if np.isnan(value) else value if isinstance(value, int) else round(value, 6)


def _parse(path: str | Path, names: Sequence[str], followed: Sequence[str], cells: Mapping[str, str]) -> Row:
    if cells["status"] not in STATUS:
        raise wrong(f"{path}: status of {cells['id']}", cells["status"], f"one of {', '.join(STATUS)}")

    def number(name: str) -> float:
        try:
            return float(cells[name]) if cells[name] else np.nan
        except ValueError:
            raise wrong(f"{path}: {name} of {cells['id']}", cells[name], "a number, or empty") from None

    measures = {name: number(name) for name in MEASURES}
    if missing := [name for name in COUNTS if np.isnan(measures[name])]:
        raise wrong(f"{path}: {missing[0]} of {cells['id']}", "", "a number")
    typed: dict[str, Any] = {name: int(value) if name in COUNTS else value for name, value in measures.items()}
    scalings = {name: number(name) for name in names}
    said = {name: number(name) for name in followed}
    pairs = {name for drift in followed if DRIFT in drift for name in (drift, drift.replace(DRIFT, "_"))}
    concentrations = {name: value for name, value in said.items() if name in pairs}
    further = {name: value for name, value in said.items() if name not in pairs}
    biomarkers = Biomarkers(**typed)
    return Row(
        cells["id"], scalings, cells["status"], cells["class"], cells["beats"], biomarkers, concentrations, further
    )
