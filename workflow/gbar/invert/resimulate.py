"""Parameter values back to traces: the window that an inverter sees, by the solver that made its data."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gbar.blocks import solve_values
from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.invert.traces import UnitParameter, from_unit
from gbar.stimuli.kinds import KINDS


@dataclass(frozen=True)
class Simulator:
    """A cell under the stimulus that its inverter learned with.

    Attributes:
        sweep: cell, protocol and solver.
        window: which part of a trace the inverter sees, and what it is clipped to.
        parameters: what is varied, in the order of all arrays of parameters.
    """

    sweep: SweepSection
    window: TracesSection
    parameters: tuple[UnitParameter, ...]

    def __post_init__(self) -> None:
        kind = self.sweep.protocol.stimulus_of(self.sweep.cell.cell()).kind
        if kind != "none" and KINDS[kind].random:
            raise UserError(f"stimulus {kind}: differs from trace to trace, so that none can be simulated again")

    @property
    def samples(self) -> int:
        """Number of samples of a window."""
        return len(range(0, self.window.samples, self.window.every))

    @property
    def sample_ms(self) -> float:
        """Interval of the samples of a window, ms."""
        return self.sweep.protocol.save_every_ms * self.window.every

    def windows(
        self, unit: np.ndarray, samples: int | None = None, progress: Callable[[float], None] | None = None
    ) -> np.ndarray:
        """Return simulated windows, mV, not clipped, (rows, samples) float32; NaN from where a row diverged.

        Args:
            unit: unit parameters, (rows, parameters). One beyond -1 or 1 is taken as -1 or 1: outside its range a
                parameter may mean nothing (a conductance below 0).
            samples: the first so many only; all when None.
            progress: told the fraction done.
        """
        window, values = self.window, from_unit(np.clip(unit, -1, 1), self.parameters)
        end = window.first + (samples * window.every if samples else window.samples)
        solution = solve_values(
            self.sweep,
            {one.name: values[:, place] for place, one in enumerate(self.parameters)},
            [0] * len(values),
            until_ms=end * self.sweep.protocol.save_every_ms,
            progress=progress,
        )
        return solution.traces["V"][:, window.first : end : window.every]
