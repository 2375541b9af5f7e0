"""What there is to solve, as both drivers of rows take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gbar.cells.cell import Cell
from gbar.solve.settings import SolverSettings
from gbar.solve.stimulus import Stimulus


@dataclass(frozen=True)
class Task:
    """Rows of one cell to solve, checked and complete.

    Attributes:
        cell: the cell.
        values: scalings and parameters by name, each (rows,) float64.
        stimulus: what drives the cell; nothing when None.
        duration_ms: simulated time.
        save_every_ms: interval between samples.
        settings: method, tolerance, precision and lanes, of the cell.
        progress: called with the fraction done, now and then.
    """

    cell: Cell
    values: Mapping[str, np.ndarray]
    stimulus: Stimulus | None
    duration_ms: float
    save_every_ms: float
    settings: SolverSettings
    progress: Callable[[float], None]
