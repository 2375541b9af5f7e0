"""The states of a model as gbar describes them: names, kinds, who is in the core, below what an error is absolute."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from gbar.cells.cell import Kind, State
from gbar.cells.imported import structure
from gbar.cells.imported.model import Source, Variable
from gbar.cells.imported.tree import Node, evaluate
from gbar.cells.imported.units import MM, MM_PER_MS, ONE
from gbar.cells.imported.writing import identifier

CONCENTRATION_MM = 1e-4
FLUX_MM_PER_MS = 1e-4
FRACTION = 1e-3
VOLTAGE_MV = 1.0
# A state without a unit that is none of these is one, whatever its size: its own start says how large it is.
UNKNOWN = (1e-4, 1e-1)
_ION = re.compile(r"(\[|_)?(ca|na|k|cl|mg|atp)[\]_a-z0-9]{0,8}$", re.IGNORECASE)


def names_of(source: Source) -> dict[str, str]:
    """Return the name of each state in gbar: V, and the last part of the file's name, after its component if needed."""
    last = [state.rpartition(".")[2] for state in source.rates]
    names: dict[str, str] = {source.voltage: "V"}
    for state, short in zip(source.rates, last, strict=True):
        if state == source.voltage:
            continue
        wish = identifier(short if last.count(short) == 1 and short != "V" else state)
        while wish in names.values():
            wish += "_"
        names[state] = wish
    return names


def described(
    source: Source, order: Sequence[str], rates: Mapping[str, Node], names: Mapping[str, str], mV: float, at: Mapping
) -> tuple[State, ...]:
    """Return the states in an order.

    Args:
        source: the file.
        order: of the states, by the file's names.
        rates: per ms, in terms of states and constants.
        names: of the states in gbar.
        mV: how many mV one unit of the file's voltage is.
        at: values of all names, one set.
    """
    reads = structure.dependencies(rates, order)
    core = set(structure.core_of(reads, source.voltage))
    affine = _affine_in_themselves(order, rates, at)
    found = []
    for state in order:
        one = source.variables[state]
        initial = source.initial[state] * (mV if state == source.voltage else 1.0)
        fraction = _is_fraction(one, initial)
        kind: Kind
        if state == source.voltage:
            kind, floor, unit = "voltage", VOLTAGE_MV, "mV"
        elif _is_concentration(one):
            kind, floor, unit = "concentration", _floor(one, initial), _text(one)
        elif fraction and state in affine and reads[state] <= core | {state}:
            kind, floor, unit = "gate", FRACTION, "1"
        else:
            kind, floor, unit = "buffer", FRACTION if fraction else _floor(one, initial), _text(one)
        found.append(State(names[state], float(initial), unit, kind, core=state in core, floor=floor))
    return tuple(found)


def _text(variable: Variable) -> str:
    return variable.unit.text if variable.unit else "1"


def _is_fraction(variable: Variable, initial: float) -> bool:
    unitless = variable.unit is None or variable.unit.powers == ONE.powers
    return unitless and -0.01 <= initial <= 1.01 and not _is_concentration(variable)


def _is_concentration(variable: Variable) -> bool:
    if variable.unit is not None and variable.unit.powers != ONE.powers:
        return variable.unit.powers == MM.powers
    return any("concentration" in term for term in variable.also) or bool(_ION.match(variable.last))


def _floor(variable: Variable, initial: float) -> float:
    for unit, floor in ((MM, CONCENTRATION_MM), (MM_PER_MS, FLUX_MM_PER_MS)):
        factor = variable.unit.per(unit) if variable.unit else None
        if factor is not None:
            return float(f"{floor / factor:.6g}")
    low, high = UNKNOWN
    return float(f"{np.clip(abs(initial), low, high):.1g}") if initial else FRACTION


def _affine_in_themselves(order: Sequence[str], rates: Mapping[str, Node], at: Mapping) -> set[str]:
    """Return the states whose rate is linear in the state itself, by three points of it at two places."""
    steps = np.array([0.0, 0.2, 0.6, 0.0, 0.3, 0.9])
    count = len(order)
    values = {}
    for name, value in at.items():
        if name in rates:
            lanes = np.tile(
                np.repeat(np.atleast_1d(value)[:2], 3) if np.size(value) > 1 else np.full(6, value), (count, 1)
            )
            if name in order:
                lanes[order.index(name)] = steps
            values[name] = lanes
        else:
            values[name] = value if np.size(value) == 1 else np.ravel(value)[0]
    with np.errstate(all="ignore"):
        found = evaluate([rates[state] for state in order], values)
    affine = set()
    steps = steps.reshape(2, 3)
    for k, (state, value) in enumerate(zip(order, found, strict=True)):
        f = np.broadcast_to(value, (count, 6))[k].reshape(2, 3)
        if not np.all(np.isfinite(f)):
            continue
        expected = f[:, 0] + (f[:, 1] - f[:, 0]) * (steps[:, 2] / steps[:, 1])
        if np.all(np.abs(expected - f[:, 2]) <= 1e-9 * (np.abs(f).max(axis=1) + 1e-300)):
            affine.add(state)
    return affine
