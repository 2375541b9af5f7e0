"""What can be set: the constants of the file that are numbers, and which of them are the conductance of a current."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gbar.cells.cell import Parameter
from gbar.cells.imported import aliases
from gbar.cells.imported.currents import Scalable
from gbar.cells.imported.model import Source
from gbar.cells.imported.tree import Node, evaluate, names_in
from gbar.cells.imported.writing import identifier

POINTS = 3  # states at which a doubled constant is compared with a doubled current
SAME = 1e-9
RANGE = (0.2, 2.0)  # of designs that vary a conductance, as factors on the file's own


def named(source: Source, literals: Mapping[str, float], scaled: list[Scalable]) -> dict[str, str]:
    """Return the name in gbar of each constant that is a number: the last part, after its component if need be."""
    taken = {one.name for one in scaled} | {other for one in scaled for other in one.also}
    last = [one.rpartition(".")[2] for one in literals]
    names: dict[str, str] = {}
    for one, short in zip(literals, last, strict=True):
        wish = identifier(short if last.count(short) == 1 and short not in taken else one)
        while wish in taken or wish in names.values():
            wish += "_"
        names[one] = wish
    return names


def conductances(
    rates: Mapping[str, Node], literals: Mapping[str, float], scales: Mapping[str, str], at: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Return the constants that do the same to a current as scaling it: doubled, all rates change as with it doubled.

    Args:
        rates: of all states, per ms.
        literals: value of each constant.
        scales: the name of each current's factor in the rates, by the current.
        at: values of all names at random states.

    Returns:
        constants by current.
    """
    read = {name for node in rates.values() for name in names_in(node)}
    doubled = [one for one in [*literals, *scales.values()] if one in read]
    if not doubled:
        return {}
    values: dict[str, Any] = {}
    for name, value in at.items():
        values[name] = np.asarray(value)[:POINTS] if np.ndim(value) else np.float64(value)
    for k, one in enumerate(doubled):
        column = np.full((len(doubled), 1), float(values[one]))
        column[k] *= 2
        values[one] = column
    with np.errstate(all="ignore"):
        found = [np.broadcast_to(value, (len(doubled), POINTS)) for value in evaluate(list(rates.values()), values)]
        own = evaluate(list(rates.values()), {name: at_points(value) for name, value in at.items()})
    change = np.stack(
        [value - base for value, base in zip(found, own, strict=True)], axis=1
    )  # (doubled, states, points)
    size = np.abs(change).max(axis=(0,), keepdims=True)
    result: dict[str, list[str]] = {}
    row = {one: k for k, one in enumerate(doubled)}
    for current, factor in scales.items():
        if factor not in row or not np.any(change[row[factor]] != 0):
            continue
        wanted = change[row[factor]]
        scale = np.abs(wanted).max(axis=1, keepdims=True)
        for one in literals:
            if one in row and np.all(np.abs(change[row[one]] - wanted) <= SAME * scale + 1e-15 * size[0]):
                result.setdefault(current, []).append(one)
    return result


def at_points(value: Any) -> Any:
    """Return a value at the states where conductances are compared."""
    return np.asarray(value)[:POINTS] if np.ndim(value) else value


def described(
    source: Source, literals: Mapping[str, float], names: Mapping[str, str], found: Mapping[str, list[str]]
) -> tuple[Parameter, ...]:
    """Return the constants as parameters; a conductance has a range for designs."""
    of_current = {one: current for current, constants in found.items() for one in constants}
    result = []
    for one, value in literals.items():
        variable = source.variables[one]
        common = aliases.conductances_of(of_current[one]) if one in of_current else ()
        also = dict.fromkeys(other for other in (one, *variable.also, *common) if other not in names.values())
        meaning = variable.meaning or f"{one} of the file"
        if one in of_current:
            meaning += f"; conductance of {of_current[one]}"
        span = (RANGE[0] * value, RANGE[1] * value) if one in of_current and value > 0 else None
        unit = variable.unit.text if variable.unit else "1"
        result.append(Parameter(names[one], value, unit, meaning, range=span, also=tuple(also)))
    return tuple(result)


def with_conductances(
    scaled: list[Scalable], found: Mapping[str, list[str]], names: Mapping[str, str]
) -> list[Scalable]:
    """Return currents that can also be scaled under the names of their conductances, and as gKr."""
    taken = {*names.values(), *(one.name for one in scaled), *(other for one in scaled for other in one.also)}
    result = []
    for one in scaled:
        also = dict.fromkeys(one.also)
        for constant in found.get(one.name, []):
            also |= dict.fromkeys([names[constant], constant])
        also |= dict.fromkeys(common for common in aliases.conductances_of(one.name) if common not in taken)
        result.append(replace(one, also=tuple(also)))
    return result
