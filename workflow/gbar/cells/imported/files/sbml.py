"""SBML as models of cells are written in it, put into the part of SBML that Myokit's importer reads.

Functions are written out where they are called; quantities that no reaction touches are parameters, which is what a
membrane potential or a gate among the species is; parameters of one reaction become the model's; Level 2's unit of time
is told as Level 3 tells it. What stays outside (events, algebraic rules, delays) is refused, here or by the importer.
"""

import copy
from pathlib import Path
from typing import Any

from gbar.cells.imported.files.xmlfile import local
from gbar.errors import UserError

LONGEST = 1_000_000  # elements of a model whose functions are written out
DEEPEST = 100  # calls inside of calls
RULES = ("assignmentRule", "rateRule")
CHANGING = ("speciesReference",)  # what a reaction makes or uses up, and no modifierSpeciesReference


def simplified(root: Any, path: Path) -> Any:
    """Return an SBML document in the words of the importer.

    Args:
        root: its first element; it is changed.
        path: of its file.

    Raises:
        UserError: it has events, delays, quantities without a value, or functions that cannot be written out.
    """
    model = next((child for child in root if local(child) == "model"), None)
    if model is None:
        return root
    _refuse_events_and_delays(model, path)
    _write_out_functions(model, path)
    _lift_local_parameters(model)
    _make_parameters_of_species(model)
    _refuse_what_has_no_value(model, path)
    if model.get("timeUnits") is None and any(one.get("id") == "time" for one in _each(model, "unitDefinition")):
        model.set("timeUnits", "time")
    return root


def _each(element: Any, *names: str) -> list[Any]:
    return [one for one in element.iter() if local(one) in names]


def _list(model: Any, name: str) -> Any:
    """Return a list of the model's own, empty if it has none."""
    found = next((child for child in model if local(child) == name), None)
    if found is None:
        found = model.makeelement(_sibling(model, name))
        model.append(found)
    return found


def _sibling(element: Any, name: str) -> str:
    """Return the name of an element in the namespace of another."""
    return element.tag[: element.tag.rindex("}") + 1] + name


def _named(element: Any) -> str:
    return (element.text or "").strip()


def _refuse_events_and_delays(model: Any, path: Path) -> None:
    events = [one.get("name") or one.get("id") or "?" for one in _each(model, "event")]
    if events:
        raise UserError(f"{path}: has events ({', '.join(events[:3])}), which change states at once; gbar has none")
    if any((one.get("definitionURL") or "").endswith("/delay") for one in _each(model, "csymbol")):
        raise UserError(f"{path}: has delays (csymbol delay), and a cell of gbar knows its present state only")


def _write_out_functions(model: Any, path: Path) -> None:
    definitions = _each(model, "functionDefinition")
    functions = {}
    for one in definitions:
        inner = next((e for e in one.iter() if local(e) == "lambda"), None)
        if inner is None or len(inner) == 0:
            raise UserError(f"{path}: the function {one.get('id')} has no equation")
        arguments = [_named(next(iter(e))) for e in inner if local(e) == "bvar"]
        functions[one.get("id")] = (arguments, inner[-1])
    for one in definitions:
        one.getparent().remove(one)
    for _ in range(DEEPEST):
        calls = _calls(model, functions)
        if not calls:
            return
        for call in calls:
            arguments, body = functions[_named(call[0])]
            _write_out(call, arguments, body, path)
        if sum(1 for _ in model.iter()) > LONGEST:
            break
    raise UserError(f"{path}: its functions call themselves, or each other too often to be written out")


def _calls(model: Any, functions: dict[str, Any]) -> list[Any]:
    """Return the calls of functions that are not an argument of another such call."""
    calls = [one for one in _each(model, "apply") if len(one) and local(one[0]) == "ci" and _named(one[0]) in functions]
    inside = {inner for one in calls for inner in one.iterdescendants()}
    return [one for one in calls if one not in inside]


def _write_out(call: Any, arguments: list[str], body: Any, path: Path) -> None:
    """Put a function's body in the place of a call of it."""
    given = list(call)[1:]
    if len(given) != len(arguments):
        raise UserError(
            f"{path}: the function {_named(call[0])} takes {len(arguments)} arguments and is called with {len(given)}"
        )
    holder = copy.deepcopy(body)
    values = dict(zip(arguments, given, strict=True))
    for one in [one for one in holder.iter() if local(one) == "ci" and _named(one) in values]:
        value = copy.deepcopy(values[_named(one)])
        value.tail = None
        if one is holder:
            holder = value
        else:
            one.getparent().replace(one, value)
    call.getparent().replace(call, holder)


def _lift_local_parameters(model: Any) -> None:
    """Make the model's what is a parameter of one reaction, under the name of both."""
    for reaction in _each(model, "reaction"):
        for law in _each(reaction, "kineticLaw"):
            names = {}
            for one in _each(law, "parameter", "localParameter"):
                names[one.get("id")] = f"{reaction.get('id')}_{one.get('id')}"
                one.getparent().remove(one)
                one.tag = _sibling(model, "parameter")
                one.set("id", names[one.get("id")])
                _list(model, "listOfParameters").append(one)
            for one in _each(law, "ci"):
                if _named(one) in names:
                    one.text = names[_named(one)]


def _make_parameters_of_species(model: Any) -> None:
    """Make parameters of the species that no reaction changes, where their compartment keeps its size."""
    sizes = {one.get("id"): one.get("size", one.get("volume")) for one in _each(model, "compartment")}
    for one in _each(model, "initialAssignment", *RULES):
        sizes.pop(one.get("symbol") or one.get("variable"), None)
    changed = {one.get("species") for one in _each(model, *CHANGING)}
    for one in _each(model, "species"):
        fixed = one.get("boundaryCondition") == "true" or one.get("constant") == "true"
        if one.get("compartment") not in sizes or (one.get("id") in changed and not fixed):
            continue
        value = _value(one, sizes[one.get("compartment")])
        parameter = model.makeelement(_sibling(model, "parameter"), {"id": one.get("id"), "constant": "false"})
        if value is not None:
            parameter.set("value", repr(value))
        one.getparent().remove(one)
        _list(model, "listOfParameters").append(parameter)
        for reference in _each(model, *CHANGING, "modifierSpeciesReference"):
            if reference.get("species") == one.get("id"):
                reference.getparent().remove(reference)
    for reaction in _each(model, "reaction"):
        if not _each(reaction, *CHANGING):
            reaction.getparent().remove(reaction)


def _value(species: Any, size: str | None) -> float | None:
    """Return the value that the name of a species stands for at the start: its amount, or amount by size."""
    amount, concentration = species.get("initialAmount"), species.get("initialConcentration")
    volume = float(size) if size is not None else 1.0
    if species.get("hasOnlySubstanceUnits") == "true":
        return float(amount) if amount is not None else None if concentration is None else float(concentration) * volume
    return float(concentration) if concentration is not None else None if amount is None else float(amount) / volume


def _refuse_what_has_no_value(model: Any, path: Path) -> None:
    given = {one.get("variable") or one.get("symbol") for one in _each(model, "initialAssignment", *RULES)}
    without = [
        one.get("id", "?")
        for one in _each(model, "parameter")
        if one.get("value") is None and one.get("id") not in given
    ]
    read = {_named(one) for one in _each(model, "ci")}
    missing = [name for name in without if name in read]
    if missing:
        some = ", ".join(missing[:4]) + (" ..." if len(missing) > 4 else "")
        raise UserError(f"{path}: gives {some} neither a value nor an equation")
