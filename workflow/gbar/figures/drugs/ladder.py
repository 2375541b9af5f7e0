"""The score of each drug by class of risk, with the cuts between classes: of the marker, and of Bnet beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from gbar.figures.drugs.looks import COLOURS, short, told
from gbar.figures.style import BLACK, GREY, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

SHAPES = {"training": "o", "validation": "D", "": "s"}
ROW_MM, LEAST_ROW_MM, PAGE_MM, AROUND_MM = 5.2, 3.0, 200.0, 34.0
LETTERS = 24  # of a name
GAP = 1.0  # between classes, in rows


@dataclass(frozen=True)
class Rung:
    """A drug.

    Attributes:
        drug: its name.
        risk: its class; empty where it is not known.
        group: what it is used for, "training" or "validation"; empty where neither.
    """

    drug: str
    risk: str
    group: str


@dataclass(frozen=True)
class Side:
    """The scores of the drugs by one marker.

    Attributes:
        label: the marker with its unit, and what it is averaged over.
        title: how many drugs it puts right.
        median: over the samples of each drug, shape (drug,).
        low: lower end of the 95 % interval, shape (drug,).
        high: its upper end.
        predicted: class of each drug by the model of all; empty where there is none.
        cuts: scores at which the class changes, rising.
        classes: the classes between them, from the lowest scores to the highest; empty where there are no cuts.
    """

    label: str
    title: str
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    predicted: Sequence[str]
    cuts: np.ndarray
    classes: Sequence[str]


@dataclass(frozen=True)
class Ladder:
    """What the figure shows: drugs from top to bottom, markers from left to right, and a title."""

    rungs: Sequence[Rung]
    sides: Sequence[Side]
    title: str


@job("figure ladder")
def ladder_figure(metrics: Input, drugs: Input) -> Figure:
    """Draw the score of each drug by its class of risk.

    Args:
        metrics: how well drugs are classed, metrics.json.
        drugs: their scores and classes, drugs.csv.
    """
    from gbar.figures.drugs.ladder_data import read_ladder

    return draw_ladder(read_ladder(metrics, drugs))


@styled
def draw_ladder(shown: Ladder) -> Figure:
    """Draw the score of each drug with its interval, grouped by class, and the cuts between the classes."""
    risks = [rung.risk for rung in shown.rungs]
    gaps = np.cumsum([0.0, *(GAP * (one != other) for one, other in pairwise(risks))])
    y = np.arange(len(risks)) + gaps
    row_mm = float(np.clip(PAGE_MM / (y[-1] + 2), LEAST_ROW_MM, ROW_MM))
    figure = page_figure(height_mm=AROUND_MM + row_mm * (y[-1] + 2))
    widths = [1.6, *(1.0 for _ in shown.sides[1:])]
    panels = figure.subplots(1, len(shown.sides), sharey=True, squeeze=False, width_ratios=widths)[0]
    for axes, side in zip(panels, shown.sides, strict=True):
        _draw_side(axes, shown.rungs, side, y)
    size = 8 if row_mm > 4 else 6
    panels[0].set_ylim(y[-1] + 1, -1)
    panels[0].set_yticks(y, [short(rung.drug, LETTERS) for rung in shown.rungs], size=size)
    for label, risk in zip(panels[0].get_yticklabels(), risks, strict=True):
        label.set_color(COLOURS[risk])
    for axes in panels:
        axes.tick_params(axis="y", length=0)
    figure.legend(handles=_handles(shown), loc="outside lower center", ncols=4)
    figure.suptitle(shown.title, x=0.01, ha="left")
    return figure


def _draw_side(axes: Axes, rungs: Sequence[Rung], side: Side, y: np.ndarray) -> None:
    for k, rung in enumerate(rungs):
        colour = COLOURS[rung.risk]
        axes.plot([side.low[k], side.high[k]], [y[k], y[k]], color=colour, linewidth=1.2, solid_capstyle="butt")
        is_right = side.predicted[k] == rung.risk
        look = {"marker": SHAPES[rung.group], "markersize": 5, "markeredgecolor": colour}
        axes.plot(side.median[k], y[k], markerfacecolor=colour if is_right or not rung.risk else "white", **look)
        if rung.risk and not is_right and side.predicted[k]:
            # The class that it is put into instead.
            axes.plot(side.median[k], y[k], ".", color=COLOURS[side.predicted[k]], markersize=4)
    low, high = axes.get_xlim()
    edges = [low, *side.cuts[(side.cuts > low) & (side.cuts < high)], high]
    for cut in edges[1:-1]:
        axes.axvline(cut, color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    if side.classes:
        first = int(np.searchsorted(side.cuts, low))
        for risk, (left, right) in zip(side.classes[first:], pairwise(edges), strict=False):
            axes.axvspan(left, right, color=COLOURS[risk], alpha=0.08, linewidth=0, zorder=-1)
    axes.set_xlim(low, high)
    axes.set_xlabel(side.label)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    mark_panel(axes, side.title, fontsize=8)


def _handles(shown: Ladder) -> list[Line2D]:
    """Return the key: classes and sets that there are, right and wrong ones, cuts."""
    none = {"linestyle": "", "markersize": 5}
    handles = [
        Line2D([], [], color=COLOURS[risk], label=told(risk))
        for risk in COLOURS
        if any(rung.risk == risk for rung in shown.rungs)
    ]
    handles += [
        Line2D(
            [], [], marker=shape, color=GREY, label=f"to {'train' if group == 'training' else 'validate'} with", **none
        )
        for group, shape in SHAPES.items()
        if group and any(rung.group == group for rung in shown.rungs)
    ]
    wrong = any(
        rung.risk and side.predicted[k] not in ("", rung.risk)
        for side in shown.sides
        for k, rung in enumerate(shown.rungs)
    )
    if wrong:
        look = {"markerfacecolor": "white", "markeredgecolor": GREY}
        handles.append(Line2D([], [], marker="o", label="wrong; dot: class given", **look, **none))
    if any(len(side.cuts) for side in shown.sides):
        handles.append(Line2D([], [], color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)), label="cut of the model"))
    return handles
