"""The scheme of the study: what is learnt from what, in the published stages (their fig. 1) and in ours."""

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from gbar.config.gating import MEMBRANE
from gbar.figures.style import BLACK, GREY, PAGE_WIDTH_MM, mark_panel, page_figure, styled
from gbar.jobs.job import job

HEIGHT_MM = 30.0
GIVEN, TRAINED, FIXED, FOUND = "white", "#f6d9c6", "#e9e9e9", "#cfe3f1"
TEXT_SIZE = 7
LAYER = "layer of gates\na = σ(Wₛ u + bₛ), q = σ(Wₜ u + bₜ)\nx ← q x + (1 − q) a"


@dataclass(frozen=True)
class _Box:
    """A box with text: its left edge and width, mm, and its colour."""

    left: float
    width: float
    text: str
    colour: str


FIRST = (
    _Box(1, 22, "Cai, V\nof the model\nat t", GIVEN),
    _Box(29, 21, "encoder\n2 dense layers", TRAINED),
    _Box(56, 48, LAYER, TRAINED),
    _Box(110, 25, "decoder\n2 dense, LSTM,\ndense layer", TRAINED),
    _Box(141, 28, "10 gates, 7 other\nstates at t + 1 ms\nof the model", GIVEN),
)
SECOND = (
    _Box(1, 22, "Cai, V\nof the record\nat t", GIVEN),
    _Box(29, 21, "encoder", FIXED),
    _Box(56, 48, LAYER, TRAINED),
    _Box(110, 25, "decoder", FIXED),
    _Box(141, 28, "Cai, V of the record\nat t + 1 ms; gates\nnear the old (η)", GIVEN),
)
OURS = (
    _Box(1, 22, "Cai, V\nof the record,\nthe stimulus", GIVEN),
    _Box(29, 35, "equations of the model:\ngates, concentrations,\ncharges ∫ Iₖ dt", FIXED),
    _Box(70, 34, "membrane equation\nΔV = −Σ gₖ ∫ Iₖ dt\nby regression", FOUND),
    _Box(110, 25, "whole model\nfitted to\nthe record", FOUND),
    _Box(141, 28, f"factors gₖ on\n{len(MEMBRANE)} currents", GIVEN),
)


@job("figure gating_scheme")
def gating_scheme_figure() -> Figure:
    """Draw the scheme of the gating network."""
    return draw_scheme()


@styled
def draw_scheme() -> Figure:
    """Draw the first stage, the published second stage and ours below each other."""
    figure = page_figure(height_mm=3 * HEIGHT_MM + 8)
    panels = figure.subplots(3, 1)
    titles = (
        "first stage: a network learns the states of the unaltered model",
        "second stage, as published: the layer of gates alone is trained again, on a record",
        "second stage of ours: a factor on each current, from the same record",
    )
    for axes, boxes, title in zip(panels, (FIRST, SECOND, OURS), titles, strict=True):
        axes.set(xlim=(0, PAGE_WIDTH_MM), ylim=(0, HEIGHT_MM - 6))
        axes.set_axis_off()
        mark_panel(axes, title)
        _draw_row(axes, boxes)
    for axes in panels[:2]:
        _pass_by(axes, FIRST)
    _draw_key(panels[-1])
    return figure


MIDDLE_MM, BOX_MM, ROUND_MM = 14.5, 13.0, 1.0


def _draw_row(axes: Axes, boxes: tuple[_Box, ...]) -> None:
    for box in boxes:
        frame = FancyBboxPatch(
            (box.left + ROUND_MM, MIDDLE_MM - BOX_MM / 2 + ROUND_MM),
            box.width - 2 * ROUND_MM,
            BOX_MM - 2 * ROUND_MM,
            boxstyle=f"round,pad={ROUND_MM}",
            facecolor=box.colour,
            edgecolor=BLACK if box.colour != FIXED else GREY,
            linewidth=0.8,
        )
        axes.add_patch(frame)
        axes.text(box.left + box.width / 2, MIDDLE_MM, box.text, ha="center", va="center", size=TEXT_SIZE)
    for box, after in pairwise(boxes):
        _draw_arrow(axes, (box.left + box.width, MIDDLE_MM), (after.left, MIDDLE_MM))


def _draw_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    look = {"arrowstyle": "-|>", "mutation_scale": 7, "linewidth": 0.8, "color": BLACK, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(start, end, **look))


def _pass_by(axes: Axes, boxes: tuple[_Box, ...]) -> None:
    """Draw that what is observed goes to the decoder, too, below the boxes between."""
    first, decoder, below = boxes[0], boxes[3], MIDDLE_MM - BOX_MM / 2 - 3.5
    start, end = first.left + first.width / 2, decoder.left + decoder.width / 2
    edge = MIDDLE_MM - BOX_MM / 2
    axes.plot((start, start, end), (edge, below, below), color=BLACK, linewidth=0.8)
    _draw_arrow(axes, (end, below), (end, edge))


def _draw_key(axes: Axes) -> None:
    at = 29.0
    look = {"boxstyle": "square,pad=0", "edgecolor": GREY, "linewidth": 0.6}
    for colour, text in ((TRAINED, "trained"), (FIXED, "fixed"), (FOUND, "fitted")):
        axes.add_patch(FancyBboxPatch((at, 1), 4, 2.2, facecolor=colour, **look))
        axes.text(at + 6, 2.1, text, va="center", size=TEXT_SIZE)
        at += 26
