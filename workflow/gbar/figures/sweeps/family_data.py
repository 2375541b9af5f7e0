"""What the figure of the families shows, read from the store of a sweep; a trace at a time."""

from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.figures.sweeps.family import Family
from gbar.figures.sweeps.sweep_data import varied
from gbar.sweeps.row_reader import reader_of_store
from gbar.sweeps.store import STATUS, open_store, read_voltage
from gbar.traces.beats import Beats

FEWEST_LEVELS = 3
BINS = 8


def _family_rows(scalings: np.ndarray, quantity: int) -> tuple[np.ndarray, bool]:
    """Return the rows that show one quantity's family, and whether all else is at control in them.

    Where the design has too few such rows: of each of `BINS` bins of the quantity the row whose other
    scalings are nearest to 1.
    """
    others = np.delete(scalings, quantity, axis=1) - 1
    alone = np.flatnonzero(np.all(np.abs(others) < 1e-9, axis=1))
    level, first = np.unique(np.round(scalings[alone, quantity], 9), return_index=True)
    if len(level) >= FEWEST_LEVELS:
        return alone[first], True
    values = scalings[:, quantity]
    edges = np.linspace(values.min(), values.max(), BINS + 1)
    bin_of = np.clip(np.digitize(values, edges) - 1, 0, BINS - 1)
    distance = np.linalg.norm(others, axis=1)
    members = [np.flatnonzero(bin_of == k) for k in range(BINS)]
    return np.array([rows[np.argmin(distance[rows])] for rows in members if len(rows)]), False


def _shown_upstroke_ms(beats: Beats, duration_ms: float, before_ms: float, after_ms: float) -> float | None:
    """Return the last upstroke with the shown time around it, else the last one; None without beats."""
    if not len(beats):
        return None
    upstroke = beats.upstroke_ms
    complete = upstroke[(upstroke >= before_ms) & (upstroke + after_ms <= duration_ms)]
    return float(complete[-1] if len(complete) else upstroke[-1])


def read_families(
    store: str | Path, *, before_ms: float = 50.0, after_ms: float = 550.0, samples: int = 1000
) -> list[Family]:
    """Read the traces of one family for each varied quantity, aligned at their last complete beat.

    A trace without beats is shown as it ends. Diverged rows are left out.

    Args:
        store: store of the sweep.
        before_ms: time shown before the upstroke.
        after_ms: time shown after it.
        samples: largest number of samples of a trace to keep.
    """
    group = open_store(store)
    names, scalings = varied(group)
    time: Any = group["time"]
    status = np.asarray(group["status"][:])  # type: ignore[index]
    solved = np.flatnonzero(status != STATUS.index("diverged"))
    if not len(solved):
        raise UserError(f"{store}: all rows diverged; there is no trace to show")
    dt_ms = float(time[1] - time[0])
    duration_ms = float(time[-1])
    step_ms = dt_ms * max(1, round((before_ms + after_ms) / dt_ms / samples))
    shown_ms = np.arange(-before_ms, after_ms + step_ms / 2, step_ms)

    reader = reader_of_store(group)

    def trace(row: int) -> tuple[np.ndarray, bool]:
        V = read_voltage(group, row)
        upstroke = _shown_upstroke_ms(reader.beats(row, V), duration_ms, before_ms, after_ms)
        origin = duration_ms - after_ms if upstroke is None else upstroke
        at = np.arange(len(V)) * dt_ms - origin
        return np.interp(shown_ms, at, V, left=np.nan, right=np.nan), upstroke is not None

    families = []
    for k, name in enumerate(names):
        rows, alone = _family_rows(scalings[solved], k)
        rows = solved[rows]
        traces = [trace(int(row)) for row in rows]
        V_mV, beating = np.array([V for V, _ in traces]), np.array([beats for _, beats in traces])
        families.append(Family(name, scalings[rows, k], shown_ms, V_mV, beating, alone))
    return families
