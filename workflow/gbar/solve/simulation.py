"""One simulation of one setting of a cell, and what there is to say of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gbar.cells import Cell
from gbar.solve import SolverSettings, solve_rows
from gbar.solve.settings import DIVERGED
from gbar.solve.stimulus import Stimulus
from gbar.sweeps.biomarker_table import DIVERGED_COURSE, classify
from gbar.sweeps.store import STATUS
from gbar.traces.described import described
from gbar.traces.reading import NO_PULSES, Biomarkers, Reading, read_trace
from gbar.traces.settings import BeatSettings, of_kind

# Biomarkers need upstrokes resolved, whatever is saved.
FINEST_MS = 0.05

# Changes from beat to beat are over the last two: of alternating beats the last and the one before differ for ever.
BEATS_COMPARED = 2
MOST_VALUES = 50_000_000  # of concentrations that are held beside the voltage: 400 MB


@dataclass(frozen=True)
class Simulation:
    """A simulated trace.

    Attributes:
        time_ms: time of each sample, ms, from 0.
        V_mV: membrane potential, mV; NaN from where the integration diverged.
        status: "ok", "silent" (no beat) or "diverged".
        course: of the beats, as of `gbar.traces.course`, or "diverged".
        reading: what there is to say of the trace.
        changes: concentration -> its value at the last beat, its change from beat to beat, and the unit of both; none
            where there are too few beats to tell, or too many samples to hold.
    """

    time_ms: np.ndarray
    V_mV: np.ndarray
    status: str
    course: str
    reading: Reading
    changes: Mapping[str, tuple[float, float, str]]

    @property
    def biomarkers(self) -> Biomarkers:
        """Measures of the trace."""
        return self.reading.biomarkers

    def described(self) -> list[tuple[str, str, str]]:
        """Return name, value and unit of each biomarker that says something, as text."""
        lines = described(self.biomarkers)
        for name, (value, change, unit) in self.changes.items():
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
    concentrations = {state.name: state.unit for state in cell.states if state.kind == "concentration"}
    if len(concentrations) * duration_ms / save_every_ms > MOST_VALUES:
        concentrations = {}
    solution = solve_rows(
        cell,
        {name: np.array([value]) for name, value in scales.items()},
        {name: np.array([value]) for name, value in parameters.items()},
        duration_ms,
        save_every_ms,
        settings,
        record=("V", *concentrations),
        stimulus=stimulus,
        progress=progress,
        dtype=np.float64,
    )
    traces = {name: np.asarray(trace[0]) for name, trace in solution.traces.items()}
    reading = read_trace(
        traces["V"],
        save_every_ms,
        beats or of_kind(cell.tissue),
        pulses_ms=NO_PULSES if pulses_ms is None else pulses_ms,
        recorded=False,
    )
    diverged = solution.status[0] == DIVERGED
    return Simulation(
        np.arange(len(traces["V"])) * save_every_ms,
        traces["V"],
        STATUS[classify(int(solution.status[0]), len(reading.beats))],
        DIVERGED_COURSE if diverged else reading.course,
        reading,
        {} if diverged else _changes(traces, concentrations, reading, save_every_ms),
    )


def _changes(
    traces: Mapping[str, np.ndarray], units: Mapping[str, str], reading: Reading, sample_ms: float
) -> dict[str, tuple[float, float, str]]:
    """Return each concentration at the last pulse, or upstroke where there are none, and its change a beat."""
    times = reading.pulses_ms if len(reading.pulses_ms) else reading.beats.upstroke_ms
    if len(times) <= BEATS_COMPARED:
        return {}
    last, before = (int(times[place] / sample_ms) for place in (-1, -1 - BEATS_COMPARED))
    return {
        name: (float(traces[name][last]), float(traces[name][last] - traces[name][before]) / BEATS_COMPARED, unit)
        for name, unit in units.items()
    }


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
