"""One simulation of one setting of a cell, and what there is to say of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gbar.cells import Cell
from gbar.solve import SolverSettings, solve_rows
from gbar.solve.settings import DIVERGED, Solution
from gbar.solve.stimulus import Stimulus
from gbar.sweeps.biomarker_table import DIVERGED_COURSE, classify
from gbar.sweeps.steady_state import last_beats
from gbar.sweeps.store import STATUS
from gbar.traces.described import described
from gbar.traces.reading import NO_PULSES, Biomarkers, Reading, read_trace
from gbar.traces.settings import BeatSettings, of_kind

# Biomarkers need upstrokes resolved, whatever is saved.
FINEST_MS = 0.05


@dataclass(frozen=True)
class Simulation:
    """A simulated trace.

    Attributes:
        time_ms: time of each sample, ms, from 0.
        V_mV: membrane potential, mV; NaN from where the integration diverged.
        status: "ok", "silent" (no beat) or "diverged".
        course: of the beats, as of `gbar.traces.course`, or "diverged".
        reading: what there is to say of the trace.
        concentrations: name, unit, value at the last beat and change from beat to beat of each; none where there are
            too few beats to tell.
    """

    time_ms: np.ndarray
    V_mV: np.ndarray
    status: str
    course: str
    reading: Reading
    concentrations: tuple[tuple[str, str, float, float], ...]

    @property
    def biomarkers(self) -> Biomarkers:
        """Measures of the trace."""
        return self.reading.biomarkers

    def described(self) -> list[tuple[str, str, str]]:
        """Return name, value and unit of each biomarker that says something, as text."""
        lines = described(self.biomarkers)
        for name, unit, value, change in self.concentrations:
            lines.append((name, f"{value:.4g}", f"{unit}, {change:+.2g} from beat to beat"))
        return lines


def simulate(
    cell: Cell,
    scales: Mapping[str, float],
    parameters: Mapping[str, float],
    *,
    duration_ms: float,
    save_every_ms: float,
    stimulus: Stimulus | None = None,
    pulses_ms: np.ndarray | None = None,
    beats: BeatSettings | None = None,
    settings: SolverSettings | None = None,
    progress: Callable[[float], None] | None = None,
) -> Simulation:
    """Simulate one setting.

    Args:
        cell: the cell model.
        scales: scaling of each current that differs from 1.
        parameters: value of each parameter that differs from the cell's own.
        duration_ms: simulated time.
        save_every_ms: sampling interval; biomarkers need 0.05 ms or less.
        stimulus: what drives the cell; nothing when None.
        pulses_ms: start and end of each pulse of it, shape (pulse, 2); none when None.
        beats: what counts as a beat; as usual for the cell when None.
        settings: how to integrate; as usual for the cell when None.
        progress: told the fraction done.
    """
    solution = solve_rows(
        cell,
        {name: np.array([value]) for name, value in scales.items()},
        {name: np.array([value]) for name, value in parameters.items()},
        duration_ms,
        save_every_ms,
        settings,
        slow=tuple(cell.followed),
        stimulus=stimulus,
        progress=progress,
        dtype=np.float64,
    )
    V_mV = np.asarray(solution.traces["V"][0])
    reading = read_trace(
        V_mV,
        save_every_ms,
        beats or of_kind(cell.tissue),
        pulses_ms=NO_PULSES if pulses_ms is None else pulses_ms,
        recorded=False,
    )
    diverged = solution.status[0] == DIVERGED
    return Simulation(
        np.arange(len(V_mV)) * save_every_ms,
        V_mV,
        STATUS[classify(int(solution.status[0]), len(reading.beats))],
        DIVERGED_COURSE if diverged else reading.course,
        reading,
        () if diverged else _concentrations(cell, solution, save_every_ms, reading),
    )


def _concentrations(
    cell: Cell, solution: Solution, save_every_ms: float, reading: Reading
) -> tuple[tuple[str, str, float, float], ...]:
    """Return name, unit, value at the last beat and change from beat to beat of each concentration that has them."""
    if not solution.slow:
        return ()
    samples = np.array([of_rows[0] for of_rows in solution.slow.values()])
    found = last_beats(samples, save_every_ms * solution.slow_stride, reading).tolist()
    return tuple(
        (name, cell.followed[name], value, change)
        for name, (value, change) in zip(solution.slow, found, strict=True)
        if np.isfinite(change)
    )


def finer_sampling(settings: SolverSettings, save_every_ms: float) -> int:
    """Return into how many intervals to divide one between samples, so that upstrokes are resolved.

    A fixed step stays as it would be without the division.

    Args:
        settings: complete settings, as of `SolverSettings.of_cell`.
        save_every_ms: interval between the samples the user asked for.
    """
    least = math.ceil(save_every_ms / FINEST_MS - 1e-9)
    if settings.method == "rosenbrock":
        return least
    steps = settings.steps_per_save(save_every_ms)
    return next(parts for parts in range(min(least, steps), steps + 1) if steps % parts == 0)
