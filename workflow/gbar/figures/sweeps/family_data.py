"""What the figure of the families shows, read from the store of a sweep; a trace at a time."""

from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.sweeps.family import Family
from gbar.figures.sweeps.sweep_data import read_aligned, varied
from gbar.sweeps.row_reader import reader_of_store
from gbar.sweeps.store import STATUS, open_store

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
    status = np.asarray(group["status"][:])  # type: ignore[index]
    solved = np.flatnonzero(status != STATUS.index("diverged"))
    if not len(solved):
        raise UserError(f"{store}: all rows diverged; there is no trace to show")
    reader = reader_of_store(group)
    families = []
    for k, name in enumerate(names):
        rows, alone = _family_rows(scalings[solved], k)
        rows = solved[rows]
        traces = [read_aligned(group, reader, int(row), before_ms, after_ms, samples) for row in rows]
        V_mV, beating = np.array([V for _, V, _ in traces]), np.array([beats for _, _, beats in traces])
        families.append(Family(name, scalings[rows, k], traces[0][0], V_mV, beating, alone))
    return families
