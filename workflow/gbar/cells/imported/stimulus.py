"""How the file is stimulated: where the current of the solver enters, and the file's own pulses."""

from collections.abc import Mapping
from dataclasses import dataclass

from gbar.cells.cell import Stimulation
from gbar.cells.imported.model import PACE, STIMULUS, TIME, Pulses, Source, reachable
from gbar.cells.imported.tree import Node, evaluate, make, name, names_in, number, substituted
from gbar.cells.imported.units import current_unit
from gbar.errors import UserError

PULSE_PA_PER_PF = -52.0  # where the file has no pulse: that of ventricular cells (ten Tusscher et al. 2004)
PULSE_MV_PER_MS = 52.0  # what that does to the voltage


@dataclass(frozen=True)
class Driven:
    """Equations that read `STIMULUS`, and neither the file's pulses nor its time.

    Attributes:
        rates: as of the source.
        equations: as of the source, those that nothing reads left out.
        stimulation: how the cell is stimulated.
        added: the stimulus is a current that the file has not: it is to be taken off the slope of the voltage.
    """

    rates: Mapping[str, Node]
    equations: Mapping[str, Node]
    stimulation: Stimulation
    added: bool


def driven(source: Source, ms: float, mV: float, told: bool, findings: list[str]) -> Driven:
    """Return the equations of a file with the solver's stimulus in them.

    Args:
        source: the file.
        ms: how many ms one unit of its time is.
        mV: how many mV one unit of its voltage is.
        told: the user says which variable is the stimulus.
        findings: what is worth telling, added to.

    Raises:
        UserError: the equations are a loop, or read the time elsewhere than in their stimulus.
    """
    equations, added = dict(source.equations), False
    live = _live(source, equations)
    reads_pace = [
        one for one, node in (dict(source.rates) | {k: equations[k] for k in live}).items() if PACE in names_in(node)
    ]
    current = _as_current(source, equations, live, told)
    if current is not None:
        unit, factor = current_unit(source.variables[current.variable].unit)
        equations[current.variable] = make("div", name(STIMULUS), number(factor))
        gain, rates = current.height * factor, dict(source.rates)
        findings.append(f"{current.variable} is the stimulus, in {unit}")
        if gain == 0:
            gain = _usual_pulse(source, equations, mV / ms)
            findings.append("the file's own pulse has the height 0; a usual one is offered, and none is applied")
    elif reads_pace:
        unit, gain = "1", source.pulses.level if source.pulses else 1.0
        swap = {PACE: name(STIMULUS)}
        equations = {one: substituted(node, swap) for one, node in equations.items()}
        rates = {one: substituted(node, swap) for one, node in source.rates.items()}
        findings.append(f"the stimulus is what {', '.join(reads_pace)} reads as the pulse: 1 while it is on, 0 else")
    else:
        unit, gain, rates, added = "pA/pF", PULSE_PA_PER_PF, dict(source.rates), True
        findings.append("the file has no stimulus current; one in pA/pF is taken off the slope of the voltage")
    live = _live(source, equations)
    equations = {one: equations[one] for one in live}
    _check_time(source, rates, equations)
    paced = not added and source.pulses is not None and (current is None or current.height != 0)
    return Driven(
        rates,
        equations,
        Stimulation(
            unit, gain + 0.0, "pacing" if paced else None, defaults=_defaults(source.pulses, ms) if paced else ()
        ),
        added,
    )


def _live(source: Source, equations: Mapping[str, Node]) -> list[str]:
    try:
        return reachable(list(source.rates.values()), equations)
    except ValueError as error:
        raise UserError(f"{source.name}: the equations are a loop ({error}), which gbar does not solve") from None


@dataclass(frozen=True)
class _Current:
    """The variable that is the stimulus, and its height during a pulse, in the file's unit."""

    variable: str
    height: float


def _as_current(source: Source, equations: Mapping[str, Node], live: list[str], told: bool) -> _Current | None:
    """Return the stimulus current, if it is a constant times the pulse and nothing else reads the pulse."""
    if source.stimulus is None or source.stimulus not in live:
        return None
    level = source.pulses.level if source.pulses else 1.0
    heights = [_constant(source.stimulus, equations, pace) for pace in (0.0, level / 2, level)]
    if None in heights:
        if told:
            raise UserError(f"cell.stimulus: {source.stimulus} is more than a pulse of a constant height")
        return None
    rest, half, full = (height or 0.0 for height in heights)
    if told and rest == full:
        return _Current(source.stimulus, full)  # a constant that the user takes for the height of the pulse
    if rest != 0 or abs(half * 2 - full) > 1e-12 * abs(full):
        return None
    without = {**equations, source.stimulus: name(STIMULUS)}
    rest_live = _live(source, without)
    if any(PACE in names_in(node) for node in [*source.rates.values(), *(without[one] for one in rest_live)]):
        return None
    return _Current(source.stimulus, full)


def _usual_pulse(source: Source, equations: Mapping[str, Node], mV_per_ms: float) -> float:
    """Return the current that moves the voltage as the pulse of a ventricular cell does, in the stimulus's unit."""
    slopes = []
    for stimulus in (0.0, 1.0):
        values: dict[str, float] = {**source.initial, STIMULUS: stimulus, TIME: 0.0, PACE: 0.0}
        for one in reachable([source.rates[source.voltage]], equations):
            values.setdefault(one, float(evaluate([equations[one]], values)[0]))
        slopes.append(float(evaluate([source.rates[source.voltage]], values)[0]) * mV_per_ms)
    per_unit = slopes[1] - slopes[0]
    return float(f"{PULSE_MV_PER_MS / per_unit:.6g}") if per_unit else 1.0


def _constant(variable: str, equations: Mapping[str, Node], pace: float) -> float | None:
    """Return the value of a variable that follows from constants and the pulse; None of another."""
    values: dict[str, float] = {PACE: pace}
    try:
        for one in reachable([name(variable)], equations):
            values[one] = float(evaluate([equations[one]], values)[0])
    except KeyError:
        return None
    return values[variable]


def _check_time(source: Source, rates: Mapping[str, Node], equations: Mapping[str, Node]) -> None:
    time = {TIME} | {one for one, node in equations.items() if node is name(TIME)}
    readers = [one for one, node in {**rates, **equations}.items() if names_in(node) & time and one not in time]
    if readers:
        raise UserError(
            f"{source.name}: {' and '.join(readers)} read{'s' if len(readers) == 1 else ''} the time; a cell is "
            "autonomous but for its stimulus current (stimulus: component.variable says which that is)"
        )


def _defaults(pulses: Pulses | None, ms: float) -> tuple[tuple[str, float], ...]:
    """Return the numbers of the file's pacing, in ms."""
    if pulses is None:
        return ()
    found = {"first_ms": pulses.start * ms, "width_ms": pulses.length * ms}
    if pulses.period:
        found["cycle_length_ms"] = pulses.period * ms
        if pulses.pulses:
            found["pulses"] = pulses.pulses
    else:
        found["pulses"] = 1
    return tuple((key, float(f"{value:.12g}")) for key, value in found.items())
