"""biomarkers.csv: one line a row of a sweep, with its scalings, its status and its biomarkers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from gbar.biomarkers import DEFAULT, BeatSettings, Biomarkers, measure, undefined
from gbar.errors import UserError, wrong
from gbar.files import read_csv, write_csv
from gbar.store import STATUS

OK, SILENT, DIVERGED = range(len(STATUS))
MEASURES = tuple(field.name for field in fields(Biomarkers))


@dataclass(frozen=True)
class Row:
    """One row of a sweep.

    Attributes:
        id: the row's id in the design and the store.
        scalings: scaling of each varied current (or value of each varied parameter), by name.
        status: "ok", "silent" (solved, no beat) or "diverged" (not solved to the end).
        biomarkers: its measures.
    """

    id: str
    scalings: dict[str, float]
    status: str
    biomarkers: Biomarkers

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


def summary_rows(
    ids: Sequence[str],
    scalings: Mapping[str, np.ndarray],
    status: np.ndarray,
    traces: np.ndarray,
    dt_ms: float,
    settings: BeatSettings = DEFAULT,
) -> list[Row]:
    """Measure the traces of a sweep, or of some rows of it.

    Args:
        ids: id of each row.
        scalings: by name, shape (row,).
        status: what the solver said of each row, shape (row,).
        traces: membrane potential, mV, shape (row, time).
        dt_ms: sampling interval.
        settings: what counts as a beat.
    """
    rows = []
    for k, v in enumerate(traces):
        biomarkers = undefined() if status[k] == DIVERGED else measure(v, dt_ms, settings)
        word = STATUS[classify(int(status[k]), biomarkers.n_beats)]
        rows.append(Row(str(ids[k]), {name: float(x[k]) for name, x in scalings.items()}, word, biomarkers))
    return rows


def write_table(path: str | Path, rows: Iterable[Row]) -> None:
    """Write biomarkers.csv, whole or not at all; a cell is empty where its measure is undefined.

    Raises:
        UserError: the folder cannot be written.
    """
    rows = list(rows)
    names = list(rows[0].scalings) if rows else []
    lines = (
        [
            row.id,
            *(row.scalings[name] for name in names),
            row.status,
            *(_cell(getattr(row.biomarkers, measure)) for measure in MEASURES),
        ]
        for row in rows
    )
    write_csv(path, ["id", *names, "status", *MEASURES], lines)


def read_table(path: str | Path) -> list[Row]:
    """Read biomarkers.csv.

    Raises:
        UserError: it cannot be read, lacks a column, or holds something that is no number or no status.
    """
    header, lines = read_csv(path)
    missing = [name for name in ("id", "status", *MEASURES) if name not in header]
    if missing:
        raise UserError(f"{path}: column {missing[0]!r} is missing; it is no table of biomarkers")
    names = [name for name in header if name not in ("id", "status", *MEASURES)]
    return [_parse(path, names, dict(zip(header, line, strict=True))) for line in lines]


def _cell(value: float) -> object:
    # Microseconds and microvolts are below what sampling resolves.
    return "" if np.isnan(value) else value if isinstance(value, int) else round(value, 6)


def _parse(path: str | Path, names: Sequence[str], cells: Mapping[str, str]) -> Row:
    if cells["status"] not in STATUS:
        raise wrong(f"{path}: status of {cells['id']}", cells["status"], f"one of {', '.join(STATUS)}")

    def number(name: str) -> float:
        try:
            return float(cells[name]) if cells[name] else np.nan
        except ValueError:
            raise wrong(f"{path}: {name} of {cells['id']}", cells[name], "a number, or empty") from None

    measures = {name: number(name) for name in MEASURES[1:]}
    biomarkers = Biomarkers(n_beats=int(number("n_beats")), **measures)
    return Row(cells["id"], {name: number(name) for name in names}, cells["status"], biomarkers)
