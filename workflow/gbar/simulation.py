"""One simulation of one setting of a cell, with its biomarkers."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from gbar.biomarker_table import classify
from gbar.biomarkers import Biomarkers, measure
from gbar.cells import Cell
from gbar.solve import SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus
from gbar.store import STATUS

# Biomarkers need upstrokes resolved, whatever is saved.
FINEST_MS = 0.05

UNITS = {"ms": "ms", "mV": "mV", "min": "per min", "s": "V/s"}


@dataclass(frozen=True)
class Simulation:
    """A simulated trace.

    Attributes:
        time_ms: time of each sample, ms, from 0.
        V_mV: membrane potential, mV; NaN from where the integration diverged.
        status: "ok", "silent" (no beat) or "diverged".
        biomarkers: measures of the trace.
    """

    time_ms: np.ndarray
    V_mV: np.ndarray
    status: str
    biomarkers: Biomarkers

    def described(self) -> list[tuple[str, str, str]]:
        """Return name, value and unit of each biomarker as text."""
        lines = []
        for field in fields(self.biomarkers):
            value = getattr(self.biomarkers, field.name)
            name, _, unit = field.name.rpartition("_")
            if field.name == "n_beats":
                lines.append(("action potentials", str(value), ""))
            else:
                name = name.removesuffix("_V").removesuffix("_per")
                lines.append((name, "undefined" if np.isnan(value) else f"{value:.2f}", UNITS[unit]))
        return lines


def simulate(
    cell: Cell,
    scales: Mapping[str, float],
    parameters: Mapping[str, float],
    *,
    duration_ms: float,
    save_every_ms: float,
    stimulus: Stimulus | None = None,
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
        stimulus=stimulus,
        progress=progress,
        dtype=np.float64,
    )
    V_mV = np.asarray(solution.traces["V"][0])
    biomarkers = measure(V_mV, save_every_ms)
    status = STATUS[classify(int(solution.status[0]), biomarkers.n_beats)]
    return Simulation(np.arange(len(V_mV)) * save_every_ms, V_mV, status, biomarkers)


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
