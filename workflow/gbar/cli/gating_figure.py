"""The figures of the gating study, among those of `gbar figure`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gbar.cli.options import add_named_paths

if TYPE_CHECKING:
    from gbar.config.gating import PacedSection, ShownSection

CONTROL = "data set of the unaltered cell"
LOOPS = "voltages and gate curves of each network, NAME=closed_loop.npz"
METRICS = "errors of each network, NAME=metrics.json"
SCORES = "what the published second stage tells of each altered cell, CELL=FILE.json"
TRACES = "voltages, currents and gate curves by the published second stage, .npz"


def add_figures(drawings: argparse._SubParsersAction) -> None:
    """Add a verb for each figure of the study."""
    scheme = drawings.add_parser("gating_scheme", help="what the stages of the gating study learn from what")
    scheme.set_defaults(draw=_scheme)

    control = drawings.add_parser("gating_control", help="voltage and calcium of the unaltered cell")
    control.add_argument("--control", type=Path, required=True, help=CONTROL)
    _add_shown(control)
    control.set_defaults(draw=_control)

    cells = drawings.add_parser("gating_cells", help="voltages of the altered cells beside the unaltered one")
    cells.add_argument("--control", type=Path, required=True, help=CONTROL)
    add_named_paths(cells, "--altered", "data set of each altered cell, CELL=FILE.zarr")
    _add_shown(cells)
    cells.set_defaults(draw=_cells)

    rmse = drawings.add_parser("gating_rmse", help="errors of gates and other states by each network")
    add_named_paths(rmse, "--metrics", METRICS)
    rmse.set_defaults(draw=_rmse)

    loop = drawings.add_parser("gating_loop", help="networks driving the cell, beside the cell itself")
    add_named_paths(loop, "--traces", LOOPS)
    add_named_paths(loop, "--metrics", METRICS)
    loop.set_defaults(draw=_loop)

    curves = drawings.add_parser("gating_curves", help="steady states and time constants of gates by each network")
    add_named_paths(curves, "--traces", LOOPS)
    curves.set_defaults(draw=_curves)

    retrained = drawings.add_parser("gating_retrained_loop", help="retrained networks driving the cell")
    add_named_paths(retrained, "--traces", f"of each altered cell, CELL=FILE.npz: {TRACES}")
    add_named_paths(retrained, "--scores", SCORES)
    retrained.set_defaults(draw=_retrained)

    etas = drawings.add_parser("gating_etas", help="charges of currents by retrained networks, over eta")
    add_named_paths(etas, "--scores", SCORES)
    etas.set_defaults(draw=_etas)

    currents = drawings.add_parser("gating_currents", help="currents of an altered cell by both second stages")
    currents.add_argument("--published", type=Path, required=True, help=TRACES)
    currents.add_argument("--identified", type=Path, required=True, help="voltage and currents by ours, .npz")
    currents.set_defaults(draw=_currents)

    gates = drawings.add_parser("gating_gates", help="steady states and time constants of gates by retrained networks")
    gates.add_argument("--published", type=Path, required=True, help=TRACES)
    gates.set_defaults(draw=_gates)

    factors = drawings.add_parser("gating_factors", help="factors found on the currents of every cell")
    add_named_paths(factors, "--identified", "what was found from each record of each cell, CELL/RECORD=FILE.json")
    factors.set_defaults(draw=_factors)

    held_out = drawings.add_parser("gating_held_out", help="both second stages on cycle lengths held out")
    add_named_paths(held_out, "--published", SCORES)
    add_named_paths(held_out, "--identified", "what ours tells of each altered cell, CELL=FILE.json")
    held_out.set_defaults(draw=_held_out)


def _add_shown(drawing: argparse.ArgumentParser) -> None:
    drawing.add_argument("--paced", required=True, help="the runs that data sets hold, as JSON")
    drawing.add_argument("--shown", required=True, help="which of them are shown, as JSON")


def _shown(options: argparse.Namespace) -> "tuple[PacedSection, ShownSection]":
    from gbar.config.explain import parsed
    from gbar.config.gating import PacedSection, ShownSection

    return parsed(PacedSection, options.paced), parsed(ShownSection, options.shown)


def _scheme(options: argparse.Namespace) -> object:
    from gbar.figures.gating.scheme import draw_scheme

    return draw_scheme()


def _control(options: argparse.Namespace) -> object:
    from gbar.figures.gating.control import draw_control
    from gbar.figures.gating.data import read_control

    return draw_control(read_control(options.control, *_shown(options)))


def _cells(options: argparse.Namespace) -> object:
    from gbar.figures.gating.cells import draw_cells
    from gbar.figures.gating.data import read_cells

    return draw_cells(read_cells(options.control, dict(options.altered), *_shown(options)))


def _rmse(options: argparse.Namespace) -> object:
    from gbar.figures.gating.data import read_rmse
    from gbar.figures.gating.rmse import draw_rmse
    from gbar.gating.data import GATES, OTHERS

    return draw_rmse(read_rmse(dict(options.metrics)), GATES, OTHERS)


def _loop(options: argparse.Namespace) -> object:
    from gbar.figures.gating.data import read_driven
    from gbar.figures.gating.loop import draw_loop

    return draw_loop(read_driven(dict(options.traces), dict(options.metrics)))


def _curves(options: argparse.Namespace) -> object:
    from gbar.figures.gating.curves import draw_curves
    from gbar.figures.gating.data import read_curves

    return draw_curves(*read_curves(dict(options.traces)))


def _retrained(options: argparse.Namespace) -> object:
    from gbar.figures.gating.judged_data import read_retrained
    from gbar.figures.gating.retrained_loop import draw_retrained_loop

    return draw_retrained_loop(read_retrained(dict(options.traces), dict(options.scores)))


def _etas(options: argparse.Namespace) -> object:
    from gbar.figures.gating.etas import draw_etas
    from gbar.figures.gating.judged_data import read_etas

    return draw_etas(read_etas(dict(options.scores)))


def _currents(options: argparse.Namespace) -> object:
    from gbar.figures.gating.currents import draw_currents
    from gbar.figures.gating.judged_data import read_currents

    return draw_currents(read_currents(options.published, options.identified))


def _gates(options: argparse.Namespace) -> object:
    from gbar.figures.gating.gates import draw_gates
    from gbar.figures.gating.judged_data import read_gates

    return draw_gates(*read_gates(options.published))


def _factors(options: argparse.Namespace) -> object:
    from gbar.figures.gating.factors import draw_factors
    from gbar.figures.gating.judged_data import read_identified

    return draw_factors(read_identified(dict(options.identified)))


def _held_out(options: argparse.Namespace) -> object:
    from gbar.figures.gating.held_out import draw_held_out
    from gbar.figures.gating.judged_data import read_held_out

    return draw_held_out(read_held_out(dict(options.published), dict(options.identified)))
