"""Parameter values back to traces around the window that an inverter sees, by the solver that made its data."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.invert.stretch import MARGIN_ms, Stretch, stretch
from gbar.invert.traces import UnitParameter, from_unit
from gbar.invert.view import View
from gbar.stimuli.kinds import KINDS
from gbar.sweeps.solved import solve_values


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
    def view(self) -> View:
        """What the inverter sees of a trace."""
        return View.of(self.window, self.sweep.protocol.save_every_ms)

    def windows(
        self, unit: np.ndarray, samples: int | None = None, progress: Callable[[float], None] | None = None
    ) -> np.ndarray:
        """Return what the inverter sees of simulated traces, mV, float32, (rows, samples); NaN where a row diverged.

        Args:
            unit: unit parameters, (rows, parameters). One beyond -1 or 1 is taken as -1 or 1: outside its range a
                parameter may mean nothing (a conductance below 0).
            samples: the first so many only; all when None.
            progress: told the fraction done.
        """
        view, first = self.view, self.window.first
        # A value reaches less far than the next one.
        spanned = view.spanned if samples is None else min(view.spanned, samples * view.every + 1)
        V = self._solved(unit, first + spanned, progress)[:, first : first + spanned]
        return replace(view, spanned=spanned).see(V)[:, :samples]

    def stretches(self, unit: np.ndarray, progress: Callable[[float], None] | None = None) -> list[Stretch]:
        """Return simulated traces around the window at the simulator's own interval, mV, not clipped, as `windows`."""
        return self.cut(self._solved(unit, self.window.first + self.window.samples + self._margin, progress))

    def cut(self, V_mV: np.ndarray) -> list[Stretch]:
        """Return the part around the window of whole traces as the sweep saves them, (rows, samples)."""
        save_ms = self.sweep.protocol.save_every_ms
        return [stretch(row, save_ms, self.window.first * save_ms, self.view.length_ms) for row in V_mV]

    @property
    def _margin(self) -> int:
        return math.ceil(MARGIN_ms / self.sweep.protocol.save_every_ms)

    def _solved(self, unit: np.ndarray, samples: int, progress: Callable[[float], None] | None) -> np.ndarray:
        """Return simulated traces from time 0 on, (rows, samples), fewer where the protocol ends before."""
        values, protocol = from_unit(np.clip(unit, -1, 1), self.parameters), self.sweep.protocol
        solved = solve_values(
            self.sweep,
            {one.name: values[:, place] for place, one in enumerate(self.parameters)},
            [0] * len(values),
            until_ms=min(samples * protocol.save_every_ms, protocol.duration_ms),
            progress=progress,
        )
        return solved.V[:, :samples]
