"""A cell of a file against the tool it came from: its rates at six states, and a trace where Sundials is installed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gbar.cells.cell import Cell
from gbar.cells.imported import cache
from gbar.cells.imported.model import Told

SAME_RATE = 1e-9  # of the largest rate of a state
ROUNDING = 1e-15  # of a state's size, per ms: what is left where rates cancel out
SIZE = 1000.0  # of a state, in what its error is absolute below: 1 of a fraction, 0.1 mM, 1 V
SAME_TRACE_MV = 0.05  # root mean square, upstrokes left out
UPSTROKE_MV_PER_MS = 5.0
RTOL = 1e-7


@dataclass(frozen=True)
class Proof:
    """How a cell compares.

    Attributes:
        rates: how many were compared; a few have no value in Python's arithmetic.
        worst: largest difference of a rate, relative to the largest of its state.
        where: the state of that.
        same_rates: whether all differences are within `SAME_RATE`, or what rounding leaves where rates cancel out.
        rms_mV: difference of the traces outside of upstrokes; None where there is none to compare.
        no_trace: why there is none.
        warnings: of reading the file.
    """

    rates: int
    worst: float
    where: str
    same_rates: bool
    rms_mV: float | None
    no_trace: str
    warnings: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the cell is the file's."""
        return self.same_rates and (self.rms_mV is None or self.rms_mV <= SAME_TRACE_MV)

    def told(self) -> list[str]:
        """Return what was compared, in sentences."""
        rates = (
            f"{self.rates} rates differ from Myokit's by at most {self.worst:.1e} of the largest of their state "
            f"({self.where})"
        )
        trace = (
            f"no trace by CVODES to compare with: {self.no_trace}"
            if self.rms_mV is None
            else f"V over 1 s differs from CVODES by {self.rms_mV:.4f} mV (root mean square, upstrokes left out)"
        )
        return [*(f"Myokit warns: {warning}" for warning in self.warnings), rates, trace]


def prove(file: str | Path, told: Told, cell: Cell, traced: bool = True) -> Proof:
    """Compare the cell of a file with Myokit's reading of it.

    JAX must have been started in double precision.

    Args:
        file: the file.
        told: what the user says of it.
        cell: its cell.
        traced: whether to compare a trace as well.

    Raises:
        UserError: the file cannot be read.
    """
    table, found = cache.table(cell), cache.in_child("prove" if traced else "rates", Path(file), told)
    order = [found["names"].index(name) for name in table["file_states"]]
    units = np.ones(len(order))
    units[0] = table["mV"]
    y = np.array(found["states"])[:, order].T * units[:, None]
    theirs = np.array(found["rates"], float)[:, order].T * units[:, None] / table["ms"]
    ours = _rates(cell, y)
    floor = np.array([state.floor or 0.0 for state in cell.states])[:, None]
    known = np.isfinite(theirs)
    apart = np.where(known, np.abs(ours - theirs), 0.0)
    size = np.abs(np.where(known, theirs, 0.0)).max(axis=1, keepdims=True)
    allowed = SAME_RATE * size + ROUNDING * np.maximum(np.abs(y), SIZE * floor)
    relative = (apart / np.where(size > 0, size, 1.0)).max(axis=1)
    worst = int(np.argmax(relative))
    return Proof(
        rates=int(known.sum()),
        worst=float(relative[worst]),
        where=table["file_states"][worst],
        same_rates=bool(np.all(apart <= allowed)),
        rms_mV=_apart_mV(cell, np.array(found["trace"]) * table["mV"]) if "trace" in found else None,
        no_trace=found.get("no_trace", ""),
        warnings=tuple(found["warnings"]),
    )


def _rates(cell: Cell, y: np.ndarray) -> np.ndarray:
    """Return rates at states, by the arithmetic of numbers: compiled programs divide by multiplying with 1/x."""
    c = cell.constants({}, {})
    return np.array([[float(rate) for rate in cell.rates(state, c)] for state in y.T]).T


def _apart_mV(cell: Cell, theirs: np.ndarray) -> float:
    from gbar.config.stimulus import default_section
    from gbar.solve import SolverSettings, solve_rows
    from gbar.stimuli import build

    duration_ms = 1000.0
    section = default_section(cell.stimulus)
    begins: Any = getattr(section, "first_ms", 0.0)
    stimulus = build(section, cell.stimulus, duration_ms, [0]) if begins < duration_ms else None
    every_ms = duration_ms / len(theirs)
    settings = SolverSettings(rtol=RTOL)
    ours = solve_rows(cell, {}, {}, duration_ms, every_ms, settings, stimulus=stimulus, dtype=np.float64).traces["V"][0]
    slow = np.abs(np.gradient(theirs, every_ms)) < UPSTROKE_MV_PER_MS
    return float(np.sqrt(np.mean((ours - theirs)[slow] ** 2)))
