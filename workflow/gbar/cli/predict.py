"""`gbar predict`: the action potential of one setting by a trained emulator."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gbar.cli.options import add_files, add_setting, any_number, assignments, check_files, finite, not_negative
from gbar.errors import UserError

if TYPE_CHECKING:
    from gbar.emulate.model import Input


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "predict",
        help="predict the action potential of one setting with a trained model",
        epilog="example: gbar predict results/emulate/dlstm3/model --scale IKr=0.5 --set Ko=5 --plot ap.svg",
    )
    verb.add_argument("model", type=Path, metavar="MODEL", help="a model directory")
    add_setting(
        verb,
        "scalings of currents",
        "values of parameters and numbers of the stimulus; what is left out is as the cell has it by itself",
    )
    verb.add_argument("--beat-time-ms", type=any_number, help="time of the beat, where the model takes it (mid-range)")
    add_files(verb, "trace to write, .csv: time_ms, V_mV, and its 90 %% interval")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.jobs.runtime import start_jax

    check_files(options, ".csv")
    start_jax(x64=False)
    from gbar.emulate.forecast import forecast, write_forecast
    from gbar.emulate.model import load_model
    from gbar.emulate.windows import BEAT_TIME

    model = load_model(options.model)
    inputs = [one for one in model.card.inputs if one.name != BEAT_TIME]
    values = _given(inputs, options)
    found = forecast(model, values, options.beat_time_ms)
    quantities = [one.quantity for one in inputs]
    told = ", ".join(one.told(values[one.name]) for one in quantities if one.differs(values.get(one.name, one.control)))
    print(f"{options.model}: {told or 'control'}")
    if own := ", ".join(one.told(one.control) for one in quantities if one.name not in values):
        print(f"  as the cell has it: {own}")
    for warning in found.warnings:
        print(f"  warning: {warning}")
    for line in found.lines():
        print(f"  {line}")
    if options.out:
        write_forecast(options.out, found)
    if options.plot:
        from gbar.figures.style import save
        from gbar.figures.sweeps.trace import draw_trace

        title = " ".join([options.model.parent.name, *options.scale, *options.set])
        save(draw_trace(found.time_ms, found.V_mV, title=title, band=found.interval_mV), options.plot)


def _given(inputs: Sequence[Input], options: argparse.Namespace) -> dict[str, float]:
    """Return the inputs that are given, by name.

    Raises:
        UserError: an unknown name, a value that is not allowed, a parameter that is scaled.
    """
    from gbar.config.sweep import STIMULUS

    taken = {one.name: one for one in inputs}
    scalings = [name for name, one in taken.items() if one.is_scaling]
    for text in options.scale:
        name = text.partition("=")[0]
        if name in taken and name not in scalings:
            unit = "" if taken[name].unit == "1" else f", in {taken[name].unit}"
            raise UserError(f"--scale: {name} is not scaled but set to a value{unit}: say --set {name}=VALUE")

    def check(key: str, name: str, value: float) -> None:
        """Raise `UserError` for a value that is not finite, or a current that is scaled by less than 0."""
        is_current = name in scalings and not name.startswith(STIMULUS)
        (not_negative if is_current else finite)(key, name, value)

    scales = assignments("--scale", options.scale, scalings, check)
    values = assignments("--set", options.set, list(taken), check)
    if both := scales.keys() & values.keys():
        raise UserError(f"--scale, --set: {min(both)} is given twice")
    return scales | values
