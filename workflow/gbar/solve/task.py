"""What there is to solve, as both drivers of rows take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
        initial: states at the start, (rows, states); the cell's own when None.
        outputs: sums of currents to record beside states, by name.
        charged_from_ms: from when on the charge that each output carries is counted.
    """

    cell: Cell
    values: Mapping[str, np.ndarray]
    stimulus: Stimulus | None
    duration_ms: float
    save_every_ms: float
    settings: SolverSettings
    progress: Callable[[float], None]
    initial: np.ndarray | None = None
    outputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    charged_from_ms: float = 0.0
