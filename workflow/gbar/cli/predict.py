"""`gbar predict`: the action potential of one setting by a trained emulator."""

import argparse
from pathlib import Path

from gbar.cli.options import assignments, check_ending, not_negative


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "predict",
        help="predict the action potential of one setting with a trained model",
        epilog="example: gbar predict results/emulate/dlstm3/model --scale IKr=0.5 --plot ap.svg",
    )
    verb.add_argument("model", type=Path, metavar="MODEL", help="a model directory")
    verb.add_argument(
        "--scale",
        nargs="+",
        action="extend",
        default=[],
        metavar="CURRENT=FACTOR",
        help="scalings; 1 for an input left out",
    )
    verb.add_argument("--beat-time-ms", type=float, help="time of the beat, where the model takes it (mid-range)")
    verb.add_argument("--out", type=Path, help="trace to write, .csv: time_ms, V_mV, and its 90 %% interval")
    verb.add_argument("--plot", type=Path, help="plot to write, .svg or .png")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.runtime import start_jax

    check_ending("--out", options.out, (".csv",))
    check_ending("--plot", options.plot, (".svg", ".png"))
    start_jax(x64=False)
    from gbar.emulate.forecast import forecast, write_forecast
    from gbar.emulate.windows import BEAT_TIME
    from gbar.model import load_model

    model = load_model(options.model)
    names = [name for name in model.inputs if name != BEAT_TIME]
    scales = assignments("--scale", options.scale, names, not_negative)
    found = forecast(model, dict.fromkeys(names, 1.0) | scales, options.beat_time_ms)
    print(f"{options.model}: {' '.join(options.scale) or 'control'}")
    for warning in found.warnings:
        print(f"  warning: {warning}")
    for line in found.lines():
        print(f"  {line}")
    if options.out:
        write_forecast(options.out, found)
    if options.plot:
        from gbar.figures.style import save
        from gbar.figures.trace import draw_trace

        title = " ".join([options.model.parent.name, *options.scale])
        save(draw_trace(found.time_ms, found.V_mV, title=title, band=found.interval_mV), options.plot)
