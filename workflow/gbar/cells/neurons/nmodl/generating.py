"""The module of a mechanism: its equations as text, in the manner of the hand-written ones.

It defines, for a namespace `y` of V, states, what is read of ions, and dt (ms), and constants `c` of `constants`,

    currents(y, c) -> {name: mA/cm2}     outward currents, their sum "<total>" and its derivative "<slope>", S/cm2
    step(y, c) -> {state: value}         the states dt later, and the concentrations that the mechanism writes
    initial(y, c) -> {state: value}      the same at the start
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gbar.cells.imported.arranging import arranged
from gbar.cells.imported.tree import Node
from gbar.cells.imported.writing import Program, Writer, identifier, module_of
from gbar.cells.neurons.nmodl.meaning import SURROUNDINGS, TIME, V_BEFORE, V_START, Meaning, V
from gbar.cells.neurons.nmodl.running import DT

_OWN = {V: "V", V_BEFORE: "V_before", DT: "dt"}


def fields(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return the names as fields of a namespace: words of Python, no two alike, none of those taken."""
    found: dict[str, str] = {}
    used = set(taken)
    for one in names:
        wish = identifier(one)
        while wish in used:
            wish += "_"
        found[one] = wish
        used.add(wish)
    return found


def state_fields(meant: Meaning) -> dict[str, str]:
    """Return the fields of `y` that a mechanism reads, by the names of the file."""
    return fields(dict.fromkeys((*meant.states, *meant.reads)), _OWN.values())


def parameter_fields(meant: Meaning) -> dict[str, str]:
    """Return the fields of the parameters of `constants`, by the names of the file."""
    return fields(meant.parameters, (*SURROUNDINGS, "v_init"))


def module_text(meant: Meaning) -> str:
    """Return the module of a mechanism."""
    y = state_fields(meant)
    changing = {*_OWN, *y, TIME}
    kinds: dict[str, Mapping[str, Node]] = {"currents": meant.currents, "step": meant.step, "initial": meant.initial}
    new = arranged([node for results in kinds.values() for node in results.values()], changing)
    results: dict[str, dict[Any, Node]] = {
        kind: {one: new[node] for one, node in found.items()} for kind, found in kinds.items()
    }
    places = (
        {one: f"y.{field}" for one, field in {**_OWN, **y}.items()}
        | {one: f"p.{field}" for one, field in parameter_fields(meant).items()}
        | {one: f"p.{one}" for one in SURROUNDINGS}
        | {V_START: "p.v_init"}
    )
    title = f"The equations of the mechanism {meant.file.suffix}, as gbar writes them from NMODL; do not edit."
    writer = Writer(
        Program(
            title,
            {f"{kind} {one}": node for kind in ("step", "initial") for one, node in results[kind].items()},
            results["currents"],
            places,
            changing,
        )
    )
    heads = {
        "currents": "outward currents, mA/cm2, and their slope, S/cm2",
        "step": "the states dt later",
        "initial": "the states at the start",
    }
    functions = [writer.function(f"{kind}(y, c)", what, results[kind]) for kind, what in heads.items()]
    return module_of(title, [writer.constants(), *functions])
