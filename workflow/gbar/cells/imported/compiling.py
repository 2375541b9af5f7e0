"""From what was read to a `Compiled`: the text of the equations, and what describes the cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.cells.cell import Current, Parameter, State, Stimulation
from gbar.cells.imported import complements, parameters, states, units, writing
from gbar.cells.imported.arranging import arranged
from gbar.cells.imported.bounding import bounding, check_start, singular
from gbar.cells.imported.currents import Scalable, scalables
from gbar.cells.imported.denominators import kept_off_zero
from gbar.cells.imported.linearising import linearised
from gbar.cells.imported.model import MANY_STATES, STIMULUS, Source, Told
from gbar.cells.imported.singularities import Rewriting
from gbar.cells.imported.stimulus import Driven, driven
from gbar.cells.imported.switches import settled
from gbar.cells.imported.tissue import Tissue, tissue_of
from gbar.cells.imported.tree import Node, evaluate, make, name, names_in, number, rebuilt, substituted
from gbar.errors import UserError

SCALE = "<scale>"  # before the name of a current: its factor
LANES = 100  # random states at which what is found is tested


@dataclass(frozen=True)
class Compiled:
    """A cell of a file.

    Attributes:
        text: of the module of its equations.
        states: in order, the voltage first.
        parameters: what can be set.
        currents: what can be scaled.
        stimulation: how it is stimulated.
        title: the model in words.
        reference: what the file says of its origin.
        ms: how many ms one unit of the file's time is.
        mV: how many mV one unit of the file's voltage is.
        file_states: the file's name of each state.
        tissue: the kind of cell by which beats are told.
        findings: what was understood, in sentences.
        singular: rates that have no value at some voltage, in sentences.
    """

    text: str
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    currents: tuple[Current, ...]
    stimulation: Stimulation
    title: str
    reference: str
    ms: float
    mV: float
    file_states: tuple[str, ...]
    tissue: Tissue
    findings: tuple[str, ...]
    singular: tuple[str, ...]


def compiled(source: Source, told: Told) -> Compiled:
    """Return the cell of what was read from a file.

    Raises:
        UserError: it cannot be a cell.
    """
    findings = list(source.findings)
    ms, mV = units.time_in_ms(source, findings), units.voltage_in_mV(source, findings)
    source = settled(source, findings)
    drive = driven(source, ms, mV, told.stimulus is not None, findings)
    literals = {
        one: float(evaluate([node], {})[0])
        for one, node in drive.equations.items()
        if not names_in(node) and one in source.variables
    }
    equations = {one: node for one, node in drive.equations.items() if one not in literals}
    at = _random_states(source) | literals | {STIMULUS: 0.0}
    rates, equations = _rewritten(source, drive, equations, at, findings)
    scaled = scalables(source, rates[source.voltage], equations, told)
    if not scaled and not literals:
        raise UserError(f"{source.name}: has neither a current to scale nor a constant to set")
    equations = _scaled(equations, scaled)
    order = [source.voltage, *(state for state in rates if state != source.voltage)]
    nodes = _inlined(equations, {source.voltage: make("mul", name(source.voltage), number(1 / mV))})
    per_ms = {
        state: _per_ms(substituted(rates[state], nodes), mV if state == source.voltage else 1.0, ms) for state in order
    }
    if drive.added:
        per_ms[source.voltage] = make("sub", per_ms[source.voltage], name(STIMULUS))
    at = at | {source.voltage: at[source.voltage] * mV} | {SCALE + one.name: 1.0 for one in scaled}
    start = at | dict(source.initial) | {source.voltage: source.initial[source.voltage] * mV}
    check_start(source.name, per_ms, start, source.voltage)
    per_ms, nodes = _changed(complements.kept, per_ms, nodes)
    without_value = tuple(singular(per_ms, start, source.voltage))
    for change in (kept_off_zero(source.voltage, order, at), bounding(source.voltage, order, at)):
        per_ms, nodes = _changed(lambda roots, change=change: rebuilt(roots, change), per_ms, nodes)
    constants = parameters.named(source, literals, scaled)
    found = parameters.conductances(per_ms, literals, {one.name: SCALE + one.name for one in scaled}, at)
    state_names = states.names_of(source)
    if len(order) >= MANY_STATES:
        findings.append(f"{len(order)} states: the first solve compiles them for minutes")
    described = parameters.described(source, literals, constants, found)
    scaled = parameters.with_conductances(scaled, found, constants)
    for one in scaled:
        if one.variable is not None:
            _take_in(one.variable, source, nodes)  # sums that no state depends on
    currents = {
        one.name: nodes[one.variable] if one.variable else _sum([nodes[leaf] for leaf in one.leaves]) for one in scaled
    }
    places = (
        {state: f"y.{short}" for state, short in state_names.items()}
        | {one: f"p.{short}" for one, short in constants.items()}
        | {SCALE + one.name: f"s.{one.name}" for one in scaled}
        | {STIMULUS: "stimulus"}
    )
    called = {
        node: _local(one) for one, node in nodes.items() if one in equations and node.op not in ("number", "name")
    }
    return Compiled(
        text=writing.module_text(_program(source, per_ms, currents, state_names, places, called, start)),
        states=states.described(source, order, per_ms, state_names, mV, at),
        parameters=described,
        currents=tuple(Current(one.name, one.meaning, one.also) for one in scaled),
        stimulation=drive.stimulation,
        title=source.title,
        reference=source.reference,
        ms=ms,
        mV=mV,
        file_states=tuple(order),
        tissue=tissue_of(source.name, source.title),
        findings=tuple(findings),
        singular=without_value,
    )


def _changed(change: Callable[[list[Node]], Mapping[Node, Node]], *groups: dict[str, Node]) -> list[dict[str, Node]]:
    """Return groups of expressions, changed together."""
    new = change([node for group in groups for node in group.values()])
    return [{one: new[node] for one, node in group.items()} for group in groups]


def _local(variable: str) -> str:
    return variable.replace(".", "_")


def _random_states(source: Source) -> dict[str, Any]:
    """Return states around the start, the voltage all over an action potential, in the file's units."""
    random = np.random.default_rng(1)
    values: dict[str, Any] = {}
    for state, initial in source.initial.items():
        if state == source.voltage:
            low, high = (-120.0, 60.0) if abs(initial) > 1 else (-0.12, 0.06)
            values[state] = random.uniform(low, high, LANES)
        else:
            values[state] = (initial or 0.01) * random.uniform(0.9, 1.1, LANES)
    return values


def _rewritten(
    source: Source, drive: Driven, equations: Mapping[str, Node], at: Mapping[str, Any], findings: list[str]
) -> tuple[dict[str, Node], dict[str, Node]]:
    """Return rates and equations without quotients that are 0/0 somewhere."""
    values = dict(at)
    with np.errstate(all="ignore"):
        for one, node in equations.items():  # in the order in which they read each other
            values[one] = evaluate([node], values)[0]
    rewriting = Rewriting(equations, source.voltage, values)
    rates = {one: rewriting(node) for one, node in drive.rates.items()}
    rewritten = {one: rewriting(node) for one, node in equations.items()}
    if rewriting.count:
        findings.append(f"{rewriting.count} quotients that are 0/0 at some voltage were rewritten")
    return rates, rewritten


def _scaled(equations: Mapping[str, Node], scaled: list[Scalable]) -> dict[str, Node]:
    """Return equations with the factors of the currents on their leaves."""
    factors: dict[str, Node] = {}
    for one in scaled:
        for leaf in one.leaves:
            factors[leaf] = make("mul", factors.get(leaf, number(1)), name(SCALE + one.name))
    return {one: make("mul", factors[one], node) if one in factors else node for one, node in equations.items()}


def _inlined(equations: Mapping[str, Node], nodes: dict[str, Node]) -> dict[str, Node]:
    """Return every variable in terms of states, constants, factors and the stimulus alone."""
    for one, node in equations.items():
        nodes[one] = substituted(node, nodes)
    return nodes


def _take_in(variable: str, source: Source, nodes: dict[str, Node]) -> None:
    """Add a variable, and what it reads, to those in terms of states and constants."""
    if variable in nodes or variable not in source.equations:
        return
    for one in sorted(names_in(source.equations[variable])):
        _take_in(one, source, nodes)
    nodes[variable] = substituted(source.equations[variable], nodes)


def _per_ms(rate: Node, unit: float, ms: float) -> Node:
    return make("mul", rate, number(float(f"{unit / ms:.15g}")))


def _sum(nodes: list[Node]) -> Node:
    total = number(0)
    for node in nodes:
        total = make("add", total, node)
    return total


def _program(
    source: Source,
    rates: Mapping[str, Node],
    currents: Mapping[str, Node],
    names: Mapping[str, str],
    places: Mapping[str, str],
    called: Mapping[Node, str],
    start: Mapping[str, Any],
) -> writing.Program:
    """Return what the module computes; the rates are by the file's names of the states, `names` are gbar's."""
    states = list(rates)
    changing = {*states, STIMULUS}
    new = arranged([*rates.values(), *currents.values()], changing)
    shared, entries = linearised({state: new[node] for state, node in rates.items()}, states, start)
    again = arranged([*shared.values(), *entries.values()], changing)
    return writing.Program(
        title=f"The equations of {source.name}, as gbar writes them from a file; do not edit.",
        rates={names[state]: new[node] for state, node in rates.items()},
        currents={one: new[node] for one, node in currents.items()},
        places=places,
        changing=changing,
        called={new[node]: text for node, text in called.items() if node in new},
        shared={names[state]: again[node] for state, node in shared.items()},
        jacobian={(names[i], names[j]): again[node] for (i, j), node in entries.items()},
    )
