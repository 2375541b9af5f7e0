"""What a file does not say outright: which state is the membrane potential, which variable the stimulus."""

import re
from pathlib import Path
from typing import Any

import myokit
import myokit.lib.guess

from gbar.cells.imported.model import Told, near
from gbar.errors import UserError, wrong

VOLT, NONE = myokit.parse_unit("V"), myokit.parse_unit("1")
_MEMBRANES = ("membrane", "membrane_potential", "cell", "voltage", "action_potential", "global")  # the last: of SBML
_STIMULUS = re.compile(r"i_?st(im(ulus)?)?", re.IGNORECASE)


def voltage_of(path: Path, model: Any, told: Told) -> str:
    """Return the name of the membrane potential.

    Raises:
        UserError: there is none, or several.
    """
    if told.voltage is not None:
        found = told_variable(path, model, "voltage", told.voltage)
        if not found.is_state():
            states = [state.qname() for state in model.states()]
            raise wrong("cell.voltage", told.voltage, f"a state of {path.name}{near(told.voltage, states)}")
        return found.qname()
    annotated = [
        state
        for state in model.states()
        if state.label() == "membrane_potential" or state.meta.get("oxmeta") == "membrane_voltage"
    ]
    labelled = [state for state in annotated if state.label() == "membrane_potential"]
    candidates = labelled or annotated or _candidates(model)
    if len(candidates) == 1:
        return candidates[0].qname()
    what = ", ".join(state.qname() for state in candidates or list(model.states())[:6])
    none = f"none of the states ({what}) is in volts or named as one" if what else "the model has no states"
    problem = f"could be {what}" if candidates else none
    raise UserError(
        f"{path}: which variable is the membrane potential? {problem}; say so (voltage: component.variable)"
    )


def _candidates(model: Any) -> list[Any]:
    """Return the states that may be the membrane potential of a file that does not label it: one, or those that tie."""
    volts = [state for state in model.states() if _is(state.unit(), VOLT)]
    named = [
        state
        for state in model.states()
        if state.name().lower() in ("v", "vm", "v_m", "e_m", "em", "v_membrane") and _is(state.unit(), VOLT, True)
    ]
    both = [state for state in named if state in volts]
    return both or volts or [state for state in named if state.parent().name().lower() in _MEMBRANES] or []


def _is(unit: Any, like: Any, unknown: bool = False) -> bool:
    return unknown if unit is None or unit == NONE else myokit.Unit.can_convert(unit, like)


def stimulus_current(model: Any) -> Any:
    """Return the variable that seems to be the stimulus current, be it without a unit of current; None if none does."""
    found = myokit.lib.guess.stimulus_current(model)
    if found is not None:
        return found
    called = [one for one in model.variables(const=False, state=False, deep=True) if _STIMULUS.fullmatch(one.name())]
    return called[0] if len(called) == 1 else None


def is_surely_the_stimulus(variable: Any) -> bool:
    """Return whether annotations, name or unit say that a variable is a stimulus: a guess goes by less."""
    unit = variable.unit()
    return (
        variable.label() == "stimulus_current"
        or variable.meta.get("oxmeta") == "membrane_stimulus_current"
        or _STIMULUS.fullmatch(variable.name()) is not None
        or (unit is not None and unit != NONE)  # it is one of current then
    )


def stimulus_of(path: Path, model: Any, told: Told, findings: list[str]) -> str | None:
    """Return the name of the stimulus current, None where there is none.

    Raises:
        UserError: the user names one that is not there, or a state.
    """
    if told.stimulus is not None:
        found = told_variable(path, model, "stimulus", told.stimulus)
        if found.is_state():
            raise wrong("cell.stimulus", told.stimulus, f"a current of {path.name}, which a state is not")
        return found.qname()
    found = stimulus_current(model)
    if found is None or found.is_state():
        return None
    if not found.is_constant():
        return found.qname() if model.binding("pace") is not None else None
    if found.eval() != 0:
        findings.append(
            f"{found.qname()} is the constant {found.eval():g} and no pulse; `stimulus: {found.qname()}` makes it the "
            "height of one"
        )
    return None


def told_variable(path: Path, model: Any, key: str, text: str) -> Any:
    """Return a variable that the user names.

    Raises:
        UserError: there is none of that name.
    """
    if not model.has_variable(text):
        known = [one.qname() for one in model.variables(deep=True)]
        raise wrong(f"cell.{key}", text, f"a variable of {path.name}{near(text, known)}")
    return model.get(text)
