"""The verbs of the workflow's jobs, made from what their functions say: see `gbar.jobs.job`."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from gbar.cli.options import named_path, positive
from gbar.cli.progress import progress
from gbar.jobs.contracts import Contract, Parameter, contracts

# The first words of verbs of two: what they are about, and what the second word is called.
STUDIES = {
    "subthreshold": ("filters from a noisy current to a neuron's voltage", "job"),
    "gating": ("hidden gates and altered currents from voltage and calcium", "job"),
    "figure": ("draw one figure of the report", "figure"),
}
TYPES = {"int": int, "float": float, "Above0": positive, "str": str}


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb of every job."""
    groups = {}
    for study, (text, called) in STUDIES.items():
        parser = verbs.add_parser(study, help=text)
        groups[study] = parser.add_subparsers(title=f"{called}s", metavar=called.upper(), required=True)
    for contract in contracts().values():
        study, _, name = contract.verb.rpartition(" ")
        summary = contract.summary.replace("%", "%%")
        verb = groups.get(study, verbs).add_parser(
            name, help=summary[0].lower() + summary[1:], description=f"{summary}."
        )
        for parameter in contract.parameters:
            _add(verb, parameter)
        if contract.is_figure:
            verb.add_argument("--out", type=Path, required=True, nargs="+", help="files to write, .svg or .png")
        verb.set_defaults(run=_run, contract=contract)


def _add(verb: argparse.ArgumentParser, parameter: Parameter) -> None:
    """Add the option of a parameter; an optional file or list may be given without a value."""
    text = parameter.text + (", as JSON" if parameter.is_section else "")
    extra: dict[str, Any] = {"required": parameter.is_required, "help": text.replace("%", "%%")}
    if parameter.is_named:
        extra |= {"type": named_path, "metavar": "NAME=PATH"}
    elif parameter.is_file:
        extra |= {"type": Path}
    elif parameter.choices:
        extra |= {"choices": parameter.choices}
    else:
        extra |= {"type": TYPES.get(parameter.kind, str)}
    if parameter.is_many:
        extra |= {"nargs": "+" if parameter.is_required else "*"}
    elif parameter.is_file and not parameter.is_required:
        extra |= {"nargs": "?"}
    verb.add_argument(parameter.option, **extra)


def _run(options: argparse.Namespace) -> None:
    contract: Contract = options.contract
    if contract.jax:
        from gbar.jobs.runtime import start_jax

        start_jax(x64=contract.jax == "float64")
    module = import_module(contract.module)
    values = {one: _value(module, one, getattr(options, one.name)) for one in contract.parameters}
    given = {one.name: value for one, value in values.items() if not (one.has_default and value is None)}
    if contract.progress:
        given["progress"] = progress(contract.progress)
    made = getattr(module, contract.function)(**given)
    if contract.is_figure:
        from gbar.figures.style import save

        for path in options.out:
            save(made, path)


def _value(module: object, parameter: Parameter, value: Any) -> Any:
    """Return an option's value as its function takes it; None where it was left out."""
    if value is None:
        return None
    if parameter.is_section:
        from gbar.config.explain import parsed

        return parsed(getattr(module, parameter.kind), value, parameter.option)
    return dict(value) if parameter.is_named and parameter.kind != "NamedInput" else value
