"""What a solve is asked for and what it returns. Imports no JAX, so that a configuration can be checked quickly."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gbar.cells.cell import Cell
from gbar.errors import wrong

# Status of a solved row. SILENT is for those who look at the trace (no action potential); solvers set the others.
OK, SILENT, DIVERGED = 0, 1, 2

Method = Literal["rosenbrock", "rush_larsen", "backward_euler"]
METHODS: tuple[Method, ...] = ("rosenbrock", "rush_larsen", "backward_euler")
Precision = Literal["float64", "float32"]
PRECISIONS: tuple[Precision, ...] = ("float64", "float32")
RTOL_RANGE = (1e-12, 1e-2)
LARGEST_DT_MS = 1.0

LANE_MULTIPLE = 16

SLOW_EVERY_MS = 10.0  # between the samples of what changes from beat to beat, as concentrations do


def slow_stride(save_every_ms: float) -> int:
    """Return how many intervals between samples one between slow samples is: `SLOW_EVERY_MS` at most, if it can be."""
    return max(1, math.floor(SLOW_EVERY_MS / save_every_ms + 1e-9))


@dataclass(frozen=True)
class SolverSettings:
    """How to integrate.

    Attributes:
        method: "rosenbrock" (adaptive), "rush_larsen" (fixed step, the authors' scheme) or "backward_euler" (fixed
            step, of cells that bring their own); the cell's default when None.
        rtol: relative tolerance of a Rosenbrock step, 1e-12 to 1e-2.
        max_step_ms: longest Rosenbrock step.
        dt_ms: fixed step, at most 1 ms, shortened where needed to divide the interval between samples; the cell's
            default when None.
        precision: of the arithmetic. In float32, sums over many small steps are compensated.
        lanes: rows integrated side by side, a multiple of 16; chosen by the size of the cell and the device when None.
            No row's trace depends on its neighbours.
    """

    method: Method | None = None
    rtol: float = 1e-5
    max_step_ms: float = 20.0
    dt_ms: float | None = None
    precision: Precision = "float64"
    lanes: int | None = None

    def __post_init__(self) -> None:
        if self.method is not None and self.method not in METHODS:
            raise wrong("method", self.method, f"one of {', '.join(METHODS)}")
        low, high = RTOL_RANGE
        if not low <= self.rtol <= high:
            raise wrong("rtol", self.rtol, f"from {low:g} to {high:g}")
        if not 0 < self.max_step_ms < np.inf:
            raise wrong("max_step_ms", self.max_step_ms, "a positive number")
        if self.dt_ms is not None and not 0 < self.dt_ms <= LARGEST_DT_MS:
            raise wrong("dt_ms", self.dt_ms, f"above 0 and at most {LARGEST_DT_MS:g}")
        if self.precision not in PRECISIONS:
            raise wrong("precision", self.precision, " or ".join(PRECISIONS))
        if self.lanes is not None and (self.lanes < LANE_MULTIPLE or self.lanes % LANE_MULTIPLE):
            raise wrong("lanes", self.lanes, f"a positive multiple of {LANE_MULTIPLE}")

    def of_cell(self, cell: Cell) -> "SolverSettings":
        """Return these settings with the cell's method and step in place of what was left open.

        Raises:
            UserError: the cell cannot be solved with this method.
        """
        method = self.method or cell.methods[0]
        if method not in cell.methods:
            raise wrong("method", method, f"for {cell.name}, {' or '.join(cell.methods)}")
        return dataclasses.replace(self, method=method, dt_ms=self.dt_ms or cell.dt_ms)

    def steps_per_save(self, save_every_ms: float) -> int:
        """Return the number of fixed steps between two samples, settings with all defaults filled in."""
        assert self.dt_ms is not None
        return math.ceil(save_every_ms / self.dt_ms - 1e-9)


@dataclass(frozen=True)
class Solution:
    """Solved rows; sample k of a trace is the state at t = k * save_every_ms, the first at t = 0.

    Attributes:
        traces: recorded states and outputs by name, each (rows, samples), NaN after the time at which a row diverged.
        slow: states recorded at fewer samples, likewise.
        slow_stride: intervals between samples that one between these is.
        status: (rows,) int8, `OK` or `DIVERGED`.
        final_state: (rows, states) at the end of the simulation, or the last good state of a diverged row.
        accepted: (rows,) accepted steps.
        rejected: (rows,) rejected steps.
        charges: integral of each output over time, (rows,), pA/pF ms (fC/pF); NaN of a row that diverged.
    """

    traces: dict[str, np.ndarray]
    slow: dict[str, np.ndarray]
    slow_stride: int
    status: np.ndarray
    final_state: np.ndarray
    accepted: np.ndarray
    rejected: np.ndarray
    charges: dict[str, np.ndarray]
