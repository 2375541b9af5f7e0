"""Pulses that a file writes into its equations: taken out, so that any stimulus can take their place.

Myokit takes out what it knows by names and annotations of period and length. Any other current that follows from time
and constants alone is looked at as a function of time: if it is a train of equal pulses, or one pulse, it is that.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import myokit
import myokit.lib.guess
import numpy as np

from gbar.cells.imported.files.converting import Converted
from gbar.cells.imported.files.guessing import is_surely_the_stimulus, stimulus_current, told_variable
from gbar.cells.imported.model import TIME, Pulses, Told, reachable
from gbar.cells.imported.tree import evaluate, name

HORIZON_MS, STEP_MS = 10_000.0, 0.05  # how long a current is looked at, and how closely
BESIDE = 0.38  # of a step: so far from round times, at which a file may have half the height of a pulse that ends there
MS, NONE = myokit.parse_unit("ms"), myokit.parse_unit("1")
_END = re.compile(r"(i_)?stim\w*_?end", re.IGNORECASE)


def pulses_taken_out(path: Path, model: Any, protocol: Any, told: Told) -> tuple[Any, bool]:
    """Return the pulses, after they were taken out of the equations if they were in there, and whether they were."""
    if told.time is not None and model.time() is None:
        told_variable(path, model, "time", told.time).set_binding("time")
    current = stimulus_current(model)
    # A constant that is annotated as the stimulus is none, whatever periods are annotated beside it.
    is_pulse = told.stimulus is not None or current is None or not current.is_constant()
    if is_pulse and (model.binding("pace") is None or not list(model.binding("pace").refs_by())):
        taken_out = myokit.lib.guess.remove_embedded_protocol(model)
        if taken_out is None:
            if told.stimulus is not None:
                taken_out = _taken_by_measure(model, told_variable(path, model, "stimulus", told.stimulus))
            elif current is not None and is_surely_the_stimulus(current):
                taken_out = _taken_by_measure(model, current)
        if taken_out is not None:
            return taken_out, True
    return protocol, False


def ends_of_pulses(model: Any) -> list[str]:
    """Return when a file ends its pulses, which taking them out forgets."""
    return [
        f"{one.eval():g} ({one.qname()})"
        for one in model.variables(const=True, deep=True)
        if one.meta.get("oxmeta") == "membrane_stimulus_current_end" or _END.fullmatch(one.name())
    ]


def _taken_by_measure(model: Any, current: Any) -> Any:
    """Return the protocol of a current that is pulses, which then is its height times them; None of another."""
    in_time = None if current.is_state() else _in_time(model, current)
    ms = None if model.time() is None else _ms(model.time().unit())
    measured = None if in_time is None or ms is None else measure(in_time, STEP_MS / ms, HORIZON_MS / ms)
    if measured is None:
        return None
    pulses, height = measured
    pace: Any = model.binding("pace")
    if pace is None:
        pace = current.parent(myokit.Component).add_variable_allow_renaming("pace")
        pace.set_rhs(0)
        pace.set_binding("pace")
    current.set_rhs(myokit.Multiply(myokit.Name(pace), myokit.Number(height)))
    protocol: Any = myokit.Protocol()
    protocol.schedule(pulses.level, pulses.start, pulses.length, pulses.period, pulses.pulses)
    return protocol


def _ms(unit: Any) -> float | None:
    """Return how many ms one of a unit of time is, 1 where there is none; None of a unit of something else."""
    known: Any = myokit.Unit
    if unit is None or unit == NONE:
        return 1.0
    return known.conversion_factor(unit, MS).value() if known.can_convert(unit, MS) else None


def _in_time(model: Any, current: Any) -> Callable[[Any], Any] | None:
    """Return a current as a function of time, if it reads that and constants alone."""
    converted = Converted(model)
    equations = {
        one.qname(): converted(one.rhs())
        for one in model.variables(deep=True)
        if not one.is_state() and one.binding() is None
    }
    order = reachable([name(current.qname())], equations)
    at: dict[str, Any] = {TIME: np.zeros(1)}
    try:
        for one in order:
            at[one] = evaluate([equations[one]], at)[0]
    except KeyError:
        return None

    def values(times: Any) -> Any:
        at: dict[str, Any] = {TIME: times}
        for one in order:
            at[one] = evaluate([equations[one]], at)[0]
        return np.broadcast_to(np.asarray(at[current.qname()], float), np.shape(times))

    return values


def measure(current: Callable[[Any], Any], step: float, horizon: float) -> tuple[Pulses, float] | None:
    """Return the pulses that a function of time is, of level 1, and their height; None if it is something else.

    Args:
        current: returns a current at times.
        step: between the times at which it is looked at first.
        horizon: the last of them.
    """
    times = np.arange(BESIDE * step, horizon, step)
    values = current(times)
    on = values != 0
    heights = np.unique(values[on])
    if not len(heights) or not np.isfinite(heights).all() or np.ptp(heights) > 1e-9 * np.abs(heights).max():
        return None
    edges = np.flatnonzero(on[1:] != on[:-1])
    found = [_edge(current, float(times[one]), float(times[one + 1])) for one in edges[:3]]
    found = [0.0, *found][:3] if on[0] else found
    if len(found) < 2:
        return None  # it never ends
    start, length = found[0], found[1] - found[0]
    period = found[2] - start if len(found) == 3 else 0.0
    starts = int(np.count_nonzero(on[1:] & ~on[:-1]) + on[0])
    is_endless = period > 0 and start + starts * period >= horizon
    number = 0 if is_endless or not period else starts
    pulses = Pulses(_rounded(start), _rounded(length), _rounded(period), number, 1.0)
    phase = times - start if period == 0 else np.mod(times - start, period)
    expected = (times >= start) & (phase < length) & (is_endless | (times < start + max(period * starts, length)))
    wrong = np.flatnonzero(expected != on)
    near = np.isin(wrong, np.concatenate([edges, edges + 1, edges + 2]))
    return (pulses, float(heights[0])) if near.all() else None


def _rounded(time: float) -> float:
    return float(f"{time:.9g}")


def _edge(current: Callable[[Any], Any], before: float, after: float) -> float:
    """Return when a current goes on or off between two times."""
    was = current(np.array([before]))[0] != 0
    for _ in range(60):
        middle = (before + after) / 2
        if (current(np.array([middle]))[0] != 0) == was:
            before = middle
        else:
            after = middle
    return after
