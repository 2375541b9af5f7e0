"""What a file does not say outright: which state is the membrane potential, which variable the stimulus, its pulses."""

import re
from pathlib import Path
from typing import Any

import myokit
import myokit.lib.guess

from gbar.cells.imported.model import Told, near
from gbar.errors import UserError, wrong

VOLT = myokit.parse_unit("V")
_MEMBRANES = ("membrane", "membrane_potential", "cell", "voltage", "action_potential")
_END = re.compile(r"(i_)?stim\w*_?end", re.IGNORECASE)


def voltage_of(path: Path, model: Any, told: Told) -> str:
    """Return the name of the membrane potential.

    Raises:
        UserError: there is none, or several.
    """
    if told.voltage is not None:
        found = _named(path, model, "voltage", told.voltage)
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
    return unknown if unit is None else myokit.Unit.can_convert(unit, like)


def pulses_taken_out(path: Path, model: Any, protocol: Any, told: Told) -> tuple[Any, bool]:
    """Return the pulses, after they were taken out of the equations if they were in there, and whether they were."""
    if told.time is not None and model.time() is None:
        _named(path, model, "time", told.time).set_binding("time")
    current = myokit.lib.guess.stimulus_current(model)
    # A constant that is annotated as the stimulus is none, whatever periods are annotated beside it.
    is_pulse = told.stimulus is not None or current is None or not current.is_constant()
    if is_pulse and (model.binding("pace") is None or not list(model.binding("pace").refs_by())):
        taken_out = myokit.lib.guess.remove_embedded_protocol(model)
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


def stimulus_of(path: Path, model: Any, told: Told, findings: list[str]) -> str | None:
    """Return the name of the stimulus current, None where there is none.

    Raises:
        UserError: the user names one that is not there, or a state.
    """
    if told.stimulus is not None:
        found = _named(path, model, "stimulus", told.stimulus)
        if found.is_state():
            raise wrong("cell.stimulus", told.stimulus, f"a current of {path.name}, which a state is not")
        return found.qname()
    found = myokit.lib.guess.stimulus_current(model)
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


def _named(path: Path, model: Any, key: str, text: str) -> Any:
    if not model.has_variable(text):
        known = [one.qname() for one in model.variables(deep=True)]
        raise wrong(f"cell.{key}", text, f"a variable of {path.name}{near(text, known)}")
    return model.get(text)
