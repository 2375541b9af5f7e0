"""From a file to a `Source`, by Myokit, which is imported here and nowhere else.

Importing Myokit writes into the home folder, and parsing is the one place where a stranger's file meets a large
library: `gbar.cells.imported.compiling` runs this in a process of its own.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import myokit
import myokit.formats
from myokit.formats.sbml import SBMLParser

from gbar.cells.imported.files import sbml, xmlfile
from gbar.cells.imported.files.converting import Converted
from gbar.cells.imported.files.embedded import ends_of_pulses, pulses_taken_out
from gbar.cells.imported.files.guessing import stimulus_of, voltage_of
from gbar.cells.imported.files.tidying import tidied
from gbar.cells.imported.model import Pulses, Source, Told, Unit, Variable, derivative
from gbar.errors import UserError

LONGEST = 300  # characters of what a library says of a file
DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")


def read(path: Path, told: Told) -> Source:
    """Return the model of a file.

    Args:
        path: .mmt, .cellml (1.0, 1.1 or 2.0) or .xml (SBML).
        told: what the user says of it.

    Raises:
        UserError: it is no model, or one that cannot be a cell.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = _loaded(path)
            loaded.model.validate()
            return _source(path, loaded, told)
        except RecursionError:
            raise UserError(f"{path}: its equations are nested too deeply to be read") from None
        except (myokit.MyokitError, ZeroDivisionError, OverflowError) as error:
            raise UserError(f"{path}: cannot be read as a model ({_one_line(error)})") from None


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


@dataclass(frozen=True)
class _Loaded:
    """A file as Myokit has it.

    Attributes:
        model: Myokit's model.
        protocol: Myokit's protocol; None where the file has none.
        also: the oxmeta terms of variables, by component and name.
        findings: what of the file is left out, in sentences.
    """

    model: Any
    protocol: Any = None
    also: Mapping[tuple[str, str], list[str]] = field(default_factory=dict)
    findings: tuple[str, ...] = ()


def _loaded(path: Path) -> _Loaded:
    if path.suffix == ".mmt":
        try:
            model, protocol, _ = myokit.parse(path.read_text(encoding="utf-8").splitlines())
        except UnicodeDecodeError:
            raise UserError(f"{path}: is no text in UTF-8") from None
        if model is None:
            raise UserError(f"{path}: has no section [[model]]")
        return _Loaded(model, protocol)
    root = xmlfile.parsed(path)
    kind, version = xmlfile.local(root), root.nsmap.get(root.prefix) or ""
    if kind == "sbml":
        return _Loaded(SBMLParser().parse(sbml.simplified(root, path)).myokit_model())
    if kind != "model" or "cellml" not in version:
        raise UserError(f"{path}: is neither CellML nor SBML (its first element is {kind!r})")
    from myokit.formats.cellml import v1, v2

    from gbar.cells.imported.files.cellml_imports import resolved

    root = resolved(root, path)
    findings = tidied(root)
    if version.endswith("2.0#"):
        return _Loaded(v2.CellMLParser().parse(root).myokit_model(), findings=tuple(findings))
    also = xmlfile.annotations(root)
    model = v1.CellMLParser().parse(root).myokit_model()
    for (component, variable), terms in also.items():
        if model.has_variable(f"{component}.{variable}"):
            model.get(f"{component}.{variable}").meta["oxmeta"] = terms[0]
    return _Loaded(model, None, also, tuple(findings))


def prepared(path: Path, told: Told) -> tuple[Any, Any]:
    """Return Myokit's model and protocol of a file, a pulse that was written into the equations taken out.

    Raises:
        UserError: as `read`.
    """
    loaded = _loaded(path)
    loaded.model.validate()
    return loaded.model, pulses_taken_out(path, loaded.model, loaded.protocol, told)[0]


def _source(path: Path, loaded: _Loaded, told: Told) -> Source:
    model, protocol, also, findings = loaded.model, loaded.protocol, loaded.also, list(loaded.findings)
    voltage = voltage_of(path, model, told)
    protocol, was_inside = pulses_taken_out(path, model, protocol, told)
    if was_inside:
        findings.append("the pulses written into the equations became the stimulus")
        findings += [f"the file's pulses end at {end}, these do not" for end in ends_of_pulses(model)]
    stimulus = stimulus_of(path, model, told, findings)
    model.validate()
    converted = Converted(model)
    rates = {state.qname(): converted(state.rhs()) for state in model.states()}
    equations = {
        one.qname(): converted(one.rhs())
        for one in model.variables(deep=True)
        if not one.is_state() and one.binding() not in ("time", "pace")
    }
    return Source(
        name=path.stem,
        title=_title(path, model),
        reference=", ".join(f"doi:{doi}" for doi in _dois(model)),
        variables={one.qname(): _variable(one, also) for one in model.variables(deep=True)},
        initial={
            state.qname(): float(value)
            for state, value in zip(model.states(), model.initial_values(as_floats=True), strict=True)
        },
        rates=rates,
        equations=equations | {derivative(state): rates[state] for state in converted.derivatives},
        voltage=voltage,
        stimulus=stimulus,
        time=model.time().qname() if model.time() is not None else None,
        pulses=pulses_of(protocol, findings),
        findings=tuple(findings),
    )


def _variable(variable: Any, also: Mapping[tuple[str, str], list[str]]) -> Variable:
    terms = list(also.get(tuple(variable.qname().split(".", 1)), []))  # type: ignore[arg-type]
    if "oxmeta" in variable.meta and variable.meta["oxmeta"] not in terms:
        terms.append(variable.meta["oxmeta"])
    if variable.label():
        terms.append(variable.label())
    meaning = " ".join(variable.meta.get("desc", "").split())
    return Variable(variable.qname(), _unit(variable.unit()), meaning, tuple(terms))


def _unit(unit: Any) -> Unit | None:
    if unit is None:
        return None
    return Unit(tuple(unit.exponents()), float(unit.multiplier()), str(unit).strip("[]"))


def _title(path: Path, model: Any) -> str:
    title = model.meta.get("display_name") or model.meta.get("name") or model.name() or path.stem
    return " ".join(str(title).split())


def _dois(model: Any) -> list[str]:
    text = " ".join(str(model.meta.get(key, "")) for key in ("desc", "documentation", "doi"))
    return list(dict.fromkeys(DOI.findall(text)))[:1]


def pulses_of(protocol: Any, findings: list[str]) -> Pulses | None:
    """Return the pulses of a file, the first train of them."""
    events = [] if protocol is None else protocol.events()
    if not events:
        return None
    if len(events) > 1:
        findings.append(f"of the {len(events)} pulse trains of the file the first is taken")
    first = events[0]
    if not first.period() and first.multiplier():
        return None
    return Pulses(first.start(), first.duration(), first.period(), int(first.multiplier()), first.level())
