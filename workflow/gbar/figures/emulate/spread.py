"""What an ensemble knows of its own error: spread against error, and how often its intervals cover the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import spearmanr

from gbar.figures.bins import equal_bins
from gbar.figures.style import BLACK, GREY, log_axis, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job

DENSE = 3000
FEWEST_A_BIN, MOST_BINS = 12, 12
QUOTED = 0.9
NOTE: Any = {"size": 8, "bbox": {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0}}
LINE_SHARE = 0.065


@dataclass(frozen=True)
class Spread:
    """The test windows of one ensemble.

    Attributes:
        model: name of the model.
        spread_mV: spread of the members in each window, shape (window,); NaN where there is none.
        rmse_mV: root mean squared error of the ensemble's mean in each window, shape (window,).
        nominal: levels of the intervals, 0 to 1, shape (level,).
        observed: share that lies within the interval of each level, shape (level,).
        observed_raw: the same before calibration; None where it is not known.
    """

    model: str
    spread_mV: np.ndarray
    rmse_mV: np.ndarray
    nominal: np.ndarray
    observed: np.ndarray
    observed_raw: np.ndarray | None = None


def running_median(spread: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the medians of spread and error in bins of equally many windows, from small to large spread."""
    bins = equal_bins(spread, FEWEST_A_BIN, MOST_BINS)
    return np.array([np.median(spread[b]) for b in bins]), np.array([np.median(error[b]) for b in bins])


def _draw_scatter(axes: Axes, spreads: Sequence[Spread], looks: dict) -> None:
    notes = []
    for one in spreads:
        known = np.isfinite(one.spread_mV) & (one.spread_mV > 0) & (one.rmse_mV > 0)
        spread, error = one.spread_mV[known], one.rmse_mV[known]
        colour = looks[one.model]["color"]
        dense = len(spread) > DENSE
        axes.scatter(spread, error, color=colour, s=5, alpha=0.35, linewidths=0, rasterized=dense)
        median = running_median(spread, error)
        axes.plot(*median, color="white", linewidth=3.6)
        axes.plot(*median, color=colour if len(spreads) > 1 else BLACK, linewidth=1.8)
        correlation, _ = spearmanr(spread, error)
        notes.append((f"{one.model}: rank correlation {correlation:.2f}", colour))
    low, high = min(axes.get_xlim()[0], axes.get_ylim()[0]), max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot((low, high), (low, high), color=GREY, linewidth=0.8, zorder=1)
    log_axis(axes, "x")
    log_axis(axes, "y")
    for line, (text, colour) in enumerate(notes):
        axes.text(0.03, 0.98 - LINE_SHARE * line, text, transform=axes.transAxes, va="top", color=colour, **NOTE)
    axes.set_xlabel("ensemble spread of a test window (mV)")
    axes.set_ylabel("RMSE of the window (mV)")
    mark_panel(axes, "spread against error")


def _draw_coverage(axes: Axes, spreads: Sequence[Spread], looks: dict) -> None:
    axes.plot((0, 100), (0, 100), color=GREY, linewidth=0.8)
    for line, one in enumerate(reversed(spreads)):
        look = looks[one.model]
        if one.observed_raw is not None:
            axes.plot(100 * one.nominal, 100 * one.observed_raw, color=look["color"], linestyle=(0, (4, 2)))
        axes.plot(100 * one.nominal, 100 * one.observed, **look, markersize=4, clip_on=False)
        for covered in 100 * one.observed[np.isclose(one.nominal, QUOTED)]:
            text = f"{one.model}: {covered:.1f} % in the {100 * QUOTED:.0f} % interval"
            spot = (0.99, 0.025 + LINE_SHARE * line)
            axes.text(*spot, text, transform=axes.transAxes, ha="right", color=look["color"], **NOTE)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="nominal level of the interval (%)", ylabel="covered (%)")
    axes.set_aspect("equal")
    mark_panel(axes, "coverage of the intervals")


@job("figure spread", need="jobs.resources.of_emulator_figure")
def spread_figure(scores: Mapping[str, Input], metrics: Mapping[str, Input]) -> Figure:
    """Draw the spread of ensembles against their error.

    Args:
        scores: test windows of each model, NAME=scores.csv.
        metrics: scores of each model, NAME=metrics.json.
    """
    from gbar.figures.emulate.spread_data import read_spreads

    return draw_spread(read_spreads(scores, metrics), models=list(scores))


@styled
def draw_spread(spreads: Sequence[Spread], *, models: Sequence[str] = ()) -> Figure:
    """Draw ensemble spread against error for each test window, and the coverage of its intervals.

    Args:
        spreads: one for each ensemble.
        models: all models of the study, so that each keeps its colour beside those without a spread.
    """
    looks = model_looks([*models, *(one.model for one in spreads)])
    figure = page_figure(height_mm=92)
    scatter, coverage = figure.subplots(1, 2)
    _draw_scatter(scatter, spreads, looks)
    _draw_coverage(coverage, spreads, looks)
    several = len(spreads) > 1
    look = looks[spreads[0].model]
    colour, marker = (GREY, "o") if several else (look["color"], look["marker"])
    dot = {"linestyle": "", "marker": "o", "markersize": 3}
    handles = [
        Line2D([], [], **dot, color=colour, label="test window"),
        Line2D([], [], color=GREY if several else BLACK, linewidth=1.8, label="running median"),
        Line2D([], [], color=colour, marker=marker, markersize=4, label="calibrated"),
        Line2D([], [], color=GREY, linewidth=0.8, label="ideal"),
    ]
    if any(one.observed_raw is not None for one in spreads):
        handles.insert(3, Line2D([], [], color=colour, linestyle=(0, (4, 2)), label="before calibration"))
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure
