"""What Myokit makes of a file, to hold gbar's cell against: rates at some states, and a trace where Sundials is."""

import warnings
from pathlib import Path
from typing import Any

import myokit
import numpy as np

from gbar.cells.imported.files import guessing, reading
from gbar.cells.imported.model import Told

STATES = 5  # random ones, beside the start
SPREAD = 0.05  # of a state, relative
TOLERANCE = 1e-8  # of CVODES, relative and absolute
TRACE_S = 1.0
SAMPLES = 2000


def proof(path: Path, told: Told, traced: bool) -> dict[str, Any]:
    """Return states and their rates by Myokit's own evaluator, and V by CVODES if asked for, all in the file's units.

    Returns:
        `names` of the states; `states` and `rates`, a list of six; `trace`, V at even times up to 1 s under the file's
        pulses, or why there is none (`no_trace`); `warnings` of reading.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model, protocol = reading.prepared(path, told)
    initial = np.array(model.initial_values(as_floats=True), float)
    random = np.random.default_rng(2)
    factors = np.vstack([np.ones_like(initial), 1 + random.uniform(-SPREAD, SPREAD, (STATES, len(initial)))])
    states = (initial * factors).tolist()
    found: dict[str, Any] = {
        "names": [state.qname() for state in model.states()],
        "states": states,
        "rates": [_rates(model, state) for state in states],
        "warnings": [" ".join(str(one.message).split()) for one in caught],
    }
    if not traced:
        return found | {"no_trace": "it was not asked for"}
    try:
        found["trace"] = _trace(path, model, protocol, told)
    except Exception as error:  # no compiler, no Sundials, or CVODES gives up
        found["no_trace"] = " ".join(str(error).split())[:200] or type(error).__name__
    return found


def _rates(model: Any, state: list[float]) -> list[float | None]:
    """Return the rates at a state, None where Python's arithmetic has no value (0/0, or e to the power of 1000)."""
    found = model.evaluate_derivatives(state, {"time": 0, "pace": 0}, ignore_errors=True)
    return [float(rate) if np.isfinite(rate) else None for rate in found]


def _first_train(protocol: Any) -> Any:
    """Return the train of pulses that gbar takes of a file's, as `reading` does."""
    pulses = reading.pulses_of(protocol, [])
    if pulses is None:
        return None
    first: Any = myokit.Protocol()
    first.schedule(pulses.level, pulses.start, pulses.length, pulses.period, pulses.pulses)
    return first


def _trace(path: Path, model: Any, protocol: Any, told: Told) -> list[float]:
    simulation = myokit.Simulation(model, _first_train(protocol))
    simulation.set_tolerance(TOLERANCE, TOLERANCE)
    unit = model.time().unit() if model.time() is not None else None
    second = 1.0 if unit == myokit.parse_unit("s") else 1e3
    times = np.arange(SAMPLES) * (TRACE_S * second / SAMPLES)
    voltage = guessing.voltage_of(path, model, told)
    log = simulation.run(times[-1] + times[1], log=[voltage], log_times=times)
    return [float(value) for value in log[voltage]]
