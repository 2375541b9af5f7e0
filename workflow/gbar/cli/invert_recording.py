"""`gbar invert`: the parameters of the cell behind a recorded trace."""

import argparse
from pathlib import Path

from gbar.cli.options import add_files, check_files

DESCRIPTION = (
    "Infer the parameters of the cell behind a recorded membrane potential, with their errors and a verdict on whether "
    "the inverter knows such traces, and simulate it again from them."
)


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "invert",
        help="infer the parameters of the cell behind a recording",
        description=DESCRIPTION,
        epilog="example: gbar invert cell.abf --model results/invert/izhikevich/model --sweep 8 --start-ms 137",
    )
    verb.add_argument(
        "recording", type=Path, metavar="RECORDING", help="the file; `gbar recording` tells what it holds"
    )
    verb.add_argument("--model", type=Path, required=True, help="an inverter's directory")
    verb.add_argument("--sweep", type=int, help="its sweep; needed where there are several")
    verb.add_argument("--channel", help="its voltage channel: name or place; the only one in mV when left out")
    verb.add_argument("--start-ms", type=float, default=0.0, help="time of the recording where the window starts (0)")
    add_files(verb, "answer to write, .json")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.jobs.runtime import start_jax
    from gbar.recordings import read_recording

    check_files(options, ".json")
    recording = read_recording(options.recording, options.sweep, options.channel)
    start_jax(x64=False)
    from gbar.invert.inverter import load_inverter
    from gbar.invert.recording import arrays, ask, lines, told
    from gbar.records.metrics import write_metrics

    asked = ask(load_inverter(options.model), recording, options.start_ms)
    answer = told(asked)
    # Files first: whoever reads what is printed may leave early.
    if options.out:
        write_metrics(options.out, answer)
    if options.plot:
        from gbar.figures.invert.recording import draw_recording
        from gbar.figures.invert.recording_data import recorded
        from gbar.figures.style import save

        save(draw_recording(recorded(answer, *arrays(asked).values())), options.plot)
    for line in lines(asked):
        print(line)
