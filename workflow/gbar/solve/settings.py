"""What a solve is asked for and what it returns. Imports no JAX, so that a configuration can be checked quickly."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gbar.errors import wrong

# Status of a solved row. SILENT is for those who look at the trace (no action potential); solvers set the others.
OK, SILENT, DIVERGED = 0, 1, 2

LANE_MULTIPLE = 16


@dataclass(frozen=True)
class SolverSettings:
    """How to integrate.

    Attributes:
        method: "rosenbrock" (adaptive, the default) or "rush_larsen" (fixed step, the authors' scheme).
        rtol: relative tolerance of a Rosenbrock step.
        max_step_ms: longest Rosenbrock step.
        dt_ms: step of Rush-Larsen, shortened where needed to divide the interval between samples.
        lanes: rows integrated side by side, a multiple of 16. No row's trace depends on its neighbours.
    """

    method: Literal["rosenbrock", "rush_larsen"] = "rosenbrock"
    rtol: float = 1e-5
    max_step_ms: float = 20.0
    dt_ms: float = 0.0005
    lanes: int = 64

    def __post_init__(self) -> None:
        if self.method not in ("rosenbrock", "rush_larsen"):
            raise wrong("method", self.method, "rosenbrock or rush_larsen")
        for name in ("rtol", "max_step_ms", "dt_ms"):
            if not 0 < getattr(self, name) < np.inf:
                raise wrong(name, getattr(self, name), "a positive number")
        if self.lanes < LANE_MULTIPLE or self.lanes % LANE_MULTIPLE:
            raise wrong("lanes", self.lanes, f"a positive multiple of {LANE_MULTIPLE}")


@dataclass(frozen=True)
class Solution:
    """Solved rows; sample k of a trace is the state at t = k * save_every_ms, the first at t = 0.

    Attributes:
        traces: recorded states by name, each (rows, samples), NaN after the time at which a row diverged.
        status: (rows,) int8, `OK` or `DIVERGED`.
        final_state: (rows, states) at the end of the simulation, or the last good state of a diverged row.
        accepted: (rows,) accepted steps.
        rejected: (rows,) rejected steps.
    """

    traces: dict[str, np.ndarray]
    status: np.ndarray
    final_state: np.ndarray
    accepted: np.ndarray
    rejected: np.ndarray
