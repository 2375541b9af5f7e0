"""`gbar recording`: what a file of recordings holds."""

import argparse
from pathlib import Path

from gbar.cli.beats import add_beats, given_beats
from gbar.cli.options import check_ending


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "recording",
        help="tell and draw what a file of recordings holds",
        description="Tell what a file of recordings holds: channels, units, sweeps, sampling rate, protocol, and the "
        "stimulus as far as the file tells it. Reads ABF, NWB, CSV, ATF, and with gbar[formats] files of Igor, "
        "AxoGraph and WinWCP.",
        epilog="example: gbar recording cell.abf --sweep 8 --plot cell.png",
    )
    verb.add_argument("recording", type=Path, metavar="FILE", help="the file")
    verb.add_argument("--sweep", type=int, help="one sweep; some of all when left out")
    verb.add_argument("--channel", help="a voltage channel, by its name or its place; the only one in mV when left out")
    add_beats(verb, "given without a value it tells the beats of a neuron; nothing is told of beats when left out")
    verb.add_argument("--plot", type=Path, help="plot to write, .svg or .png")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.errors import UserError
    from gbar.recordings.beats import beat_lines
    from gbar.recordings.overview import look

    check_ending("--plot", options.plot, (".svg", ".png"))
    beats = None if options.beats is None else given_beats(options.beats, "neuron")
    found = look(options.recording, options.sweep, options.channel)
    # Files first: whoever reads what is printed may leave early.
    if options.plot and found.recordings:
        from gbar.figures.recordings.recorded_sweeps import draw_sweeps
        from gbar.figures.style import save

        save(draw_sweeps(found.contents, found.recordings), options.plot)
    for line in found.lines():
        print(line)
    if beats is not None:
        for recording in found.recordings:
            for line in beat_lines(recording, beats):
                print(f"  {line}")
    if options.plot and not found.recordings:
        raise UserError(f"{options.plot}: is not drawn, since the file has no trace that can be read")
