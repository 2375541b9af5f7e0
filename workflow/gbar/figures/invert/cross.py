"""What an inverter answers to traces of its own and of other simulators: the answers alone, no truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.invert.residuals import DIVERGING, SHORT, TICKS
from gbar.figures.style import BLACK, GREY, PALE, PALETTE, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

# A tanh output scaled by 1.2 reaches so far; linear outputs beyond are counted in the last bin.
SHOWN, BINS = 1.25, 50
LINE_MM, MATRIX_MM, FRAME_MM = 8.5, 50.0, 42.0
LEAST_LINES = 6


@dataclass(frozen=True)
class CrossAnswers:
    """Answers to the traces of one simulator.

    Attributes:
        name: the sweep.
        own: whether it is the one that the inverter was trained on.
        mean: unit parameters, shape (trace, K).
        flagged: share of traces called doubtful or out of range.
        beyond: share of outputs beyond ±1, outside the range of the parameters.
        correlation: of the outputs, shape (K, K); NaN where one never changes.
    """

    name: str
    own: bool
    mean: np.ndarray
    flagged: float
    beyond: float
    correlation: np.ndarray


@job("figure invert_cross")
def invert_cross_figure(cross: Input) -> Figure:
    """Draw the parameters predicted for traces of other simulators.

    Args:
        cross: what it answers to other simulators' traces, cross.npz.
    """
    from gbar.figures.invert.data import read_cross

    return draw_cross(*read_cross(cross))


@styled
def draw_cross(answers: Sequence[CrossAnswers], names: Sequence[str]) -> Figure:
    """Draw the distribution of each parameter's answers, a column a simulator, and below how they correlate.

    Args:
        answers: the own simulator's first.
        names: the parameters.
    """
    n = len(names)
    rows_mm = LINE_MM * max(n, LEAST_LINES)
    figure = page_figure(height_mm=FRAME_MM + rows_mm + MATRIX_MM)
    ratios = [rows_mm / n] * n + [MATRIX_MM]
    grid = figure.subplots(n + 1, len(answers), squeeze=False, height_ratios=ratios)
    image = None
    for column, one in enumerate(answers):
        for line in range(n):
            _draw_histogram(grid[line, column], one.mean[:, line], PALETTE[0] if one.own else PALETTE[1])
            if column == 0:
                grid[line, 0].set_ylabel(names[line], rotation=0, ha="right", va="center")
            if line + 1 < n:
                grid[line, column].tick_params(labelbottom=False, bottom=False)
        told = "own test traces" if one.own else one.name
        numbers = f"{100 * one.flagged:.1f} % flagged\n{100 * one.beyond:.1f} % of outputs beyond ±1"
        mark_panel(grid[0, column], f"{told}\n{numbers}")
        grid[n - 1, column].set_xlabel("predicted unit parameter")
        axes = grid[n, column]
        image = axes.imshow(one.correlation, cmap=DIVERGING, vmin=-1, vmax=1)
        axes.set_xticks(range(n), names, rotation=90 if max(map(len, names)) > SHORT else 0)
        axes.set_yticks(range(n), names if column == 0 else [])
        axes.tick_params(length=0, labelsize=7)
    if image is not None:
        figure.colorbar(
            image,
            ax=list(grid[n]),
            location="bottom",
            aspect=50,
            shrink=0.6,
            ticks=TICKS,
            label="correlation of answers",
        )
    return figure


def _draw_histogram(axes: Axes, mean: np.ndarray, colour: str) -> None:
    edges = np.linspace(-SHOWN, SHOWN, BINS + 1)
    share = np.histogram(np.clip(mean, -SHOWN, SHOWN), edges)[0] / len(mean)
    for side in (-1, 1):
        axes.axvspan(side, side * SHOWN, color=PALE, linewidth=0)
    axes.stairs(share, edges, fill=True, color=colour)
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.set(xlim=(-SHOWN, SHOWN), ylim=(0, 1.08 * share.max()), xticks=(-1, 0, 1), yticks=())
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(BLACK)
