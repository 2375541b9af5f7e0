"""The point cells in Myokit, solved by CVODES: models/*.mmt, written for it alone.

A simulation is compiled once and its rows run one after the other from the model's initial state.
"""

import shutil
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

MODELS = Path(__file__).with_name("models")


@cache
def missing() -> str | None:
    """Return why Myokit's CVODES cannot be used here, None where it can."""
    if find_spec("myokit") is None:
        return "Myokit is not installed: `make rivals`"
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        return "Myokit needs a C compiler"
    import myokit

    if myokit.Sundials.version() is None:
        return "Myokit needs Sundials (on Debian: libsundials-dev)"
    return None


def pacing(cycle_length_ms: float, start_ms: float = 10.0, duration_ms: float = 1.0) -> Any:
    """Return pulses of height 1, one each cycle."""
    import myokit

    return myokit.pacing.blocktrain(cycle_length_ms, duration_ms, start_ms)


def pieces(start_ms: np.ndarray, value: np.ndarray, duration_ms: float) -> Any:
    """Return a stimulus constant from each start to the next."""
    import myokit

    protocol = myokit.Protocol()
    lengths_ms = np.diff(np.append(start_ms, duration_ms))
    for start, length, level in zip(start_ms, lengths_ms, value, strict=True):
        if level != 0:
            protocol.schedule(float(level), float(start), float(length))
    return protocol


def derivatives(name: str, states: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return each state's derivative per ms at points of state space, without stimulus.

    Args:
        name: of the cell, as in gbar.
        states: (points,) of each state, by its name in gbar.
    """
    model = _model(name)
    order = [state.name() for state in model.states()]
    points = zip(*(states[state] for state in order), strict=True)
    found = np.array([model.evaluate_derivatives([float(x) for x in point]) for point in points])
    return dict(zip(order, found.T, strict=True))


class PointSimulation:
    """A point cell under a stimulus, compiled, ready to run rows of scalings."""

    def __init__(self, name: str, protocol: Any = None) -> None:
        """Compile the cell of that name in gbar; `protocol` is the stimulus in units of the model's pulse."""
        import myokit

        model = _model(name)
        self._simulation = myokit.Simulation(model, protocol)
        self._scales = [variable.name() for variable in model.get("scale").variables()]

    def run(
        self,
        scales: Mapping[str, np.ndarray],
        duration_ms: float,
        save_every_ms: float,
        rtol: float = 1e-8,
        atol: float | None = None,
        *,
        own_steps: bool = False,
    ) -> np.ndarray:
        """Return V in mV, (rows, samples), at 0, save_every_ms, ... before duration_ms; NaN where CVODES gave up.

        Args:
            scales: of each conductance or current, by its name in gbar, (rows,); 1 where not named.
            duration_ms: length of the run.
            save_every_ms: between samples.
            rtol: CVODES' relative tolerance.
            atol: CVODES' absolute tolerance, for all states alike; None: as rtol.
            own_steps: let Myokit log only the steps that CVODES takes, and interpolate V and V' between them by cubics;
                cheaper than a log at fine regular intervals.
        """
        import myokit

        simulation = self._simulation
        simulation.set_tolerance(rtol if atol is None else atol, rtol)
        samples = round(duration_ms / save_every_ms)
        grid_ms = np.arange(samples) * save_every_ms
        traces = np.empty((len(next(iter(scales.values()))), samples))
        for row, trace in enumerate(traces):
            for name in self._scales:
                simulation.set_constant(f"scale.{name}", float(scales[name][row]) if name in scales else 1.0)
            simulation.reset()
            try:
                trace[:] = self._logged(grid_ms, duration_ms, own_steps)
            except myokit.SimulationError:
                trace[:] = np.nan
        return traces

    def _logged(self, grid_ms: np.ndarray, duration_ms: float, own_steps: bool) -> np.ndarray:
        V = "membrane.V"
        if not own_steps:
            log = self._simulation.run(duration_ms, log=[V], log_interval=grid_ms[1])
            return np.asarray(log[V])[: len(grid_ms)]
        names = ("engine.time", V, f"dot({V})", "engine.pace")
        log = self._simulation.run(duration_ms, log=list(names))
        return _cubics(*(np.asarray(log[name]) for name in names), grid_ms)


def _cubics(t: np.ndarray, y: np.ndarray, dy: np.ndarray, pace: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return y at some times by cubics between the times t, which meet its values and derivatives there (Hermite).

    Where the stimulus changes at the end of an interval, the derivative there is that after the change: a parabola.
    """
    k = np.repeat(np.arange(len(t) - 1), np.diff(np.searchsorted(at, t)))
    h = np.diff(t)
    slope = np.divide(np.diff(y), h, out=np.zeros_like(h), where=h > 0)
    end = np.where(np.diff(pace) == 0, dy[1:], 2 * slope - dy[:-1])
    second = 3 * slope - 2 * dy[:-1] - end
    third = dy[:-1] + end - 2 * slope
    dx = at[: len(k)] - t[k]
    x = dx / h[k]
    inside = y[k] + dx * (dy[k] + x * (second[k] + x * third[k]))
    return np.append(inside, np.full(len(at) - len(k), y[-1]))


@cache
def _model(name: str) -> Any:
    import myokit

    return myokit.load_model(str(MODELS / f"{name}.mmt"))
