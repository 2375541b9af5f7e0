"""Predicted against true parameters of an inverter: one panel a parameter, in its own unit."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from gbar.figures.invert.parameters import Answers, physical_error, unit_text, with_unit
from gbar.figures.style import BLACK, PALETTE, mark_panel, ordered_colours, page_figure, plain, styled
from gbar.invert.traces import from_unit
from gbar.jobs.job import Input, job
from gbar.report.tables import number

N_COLUMNS = 4
# Above so many traces points hide one another, and are counted in hexagons.
MOST_POINTS = 400
HEXAGONS = 30
INTERVALS = 9
# Panels show at least this part of the range, in unit parameters, and as much more as the answers take.
LEAST_SHOWN, MARGIN = 1.05, 1.04
LEGEND_MM, COLOUR_BAR_MM, PANEL_MM = 10.0, 14.0, 52.0
# From here on the numbers at the ticks are so wide that only few of them have room.
WIDE = 1e3


def spread_over_range(true: np.ndarray, shown: int = INTERVALS) -> np.ndarray:
    """Return the rows whose true values lie nearest to evenly spaced ones, from the least to the greatest."""
    wanted = np.linspace(true.min(), true.max(), shown)
    return np.unique(np.argmin(np.abs(true[:, None] - wanted), axis=0))


@job("figure invert_predictions")
def invert_predictions_figure(predictions: Input) -> Figure:
    """Draw predicted against true parameters.

    Args:
        predictions: what the inverter answers for its test traces, predictions.npz.
    """
    from gbar.figures.invert.data import read_answers

    return draw_inverter_predictions(read_answers(predictions))


@styled
def draw_inverter_predictions(answers: Answers) -> Figure:
    """Draw predicted against true values of each parameter, and the 90 % intervals of some traces."""
    n = len(answers.parameters)
    n_columns = min(n, N_COLUMNS)
    n_rows = math.ceil(n / n_columns)
    is_counted = len(answers.true) > MOST_POINTS
    figure = page_figure(height_mm=LEGEND_MM + COLOUR_BAR_MM * is_counted + PANEL_MM * n_rows)
    panels = list(figure.subplots(n_rows, n_columns, squeeze=False).flat)
    shown = max(LEAST_SHOWN, MARGIN * np.abs(answers.mean).max())
    counted = [found for k in range(n) if (found := _draw_panel(panels[k], answers, k, shown, is_counted)) is not None]
    for k, axes in enumerate(panels):
        if k >= n:
            axes.remove()
        elif k % n_columns == 0:
            axes.set_ylabel("predicted")
    figure.align_ylabels()
    handles = [
        Line2D([], [], color=BLACK, linewidth=0.8, label="predicted = true"),
        Line2D([], [], color=PALETTE[1], marker="o", markersize=3, label="some traces with their 90 % interval"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    if counted:
        most = max(float(np.max(np.asarray(hexagons.get_array()))) for hexagons in counted)
        for hexagons in counted:
            hexagons.set_norm(LogNorm(1, max(most, 2)))
        bar = figure.colorbar(counted[0], ax=panels[:n], location="bottom", aspect=60, shrink=0.6, pad=0.02)
        bar.set_label("test traces in a hexagon")
        bar.ax.xaxis.set_major_formatter(lambda value, _: plain(value))
    return figure


def _draw_panel(axes: Axes, answers: Answers, k: int, shown: float, is_counted: bool) -> PolyCollection | None:
    """Draw one parameter and return the hexagons, if traces are counted in them."""
    parameter = answers.parameters[k]
    low, high = (float(from_unit(np.array([end]), [parameter])[0]) for end in (-shown, shown))
    true, predicted, low90, high90 = (
        from_unit(values[:, k, None], [parameter])[:, 0]
        for values in (answers.true, answers.mean, answers.low90, answers.high90)
    )
    hexagons = None
    if is_counted:
        look = {"gridsize": HEXAGONS, "mincnt": 1, "linewidths": 0.1, "cmap": ordered_colours().reversed()}
        hexagons = axes.hexbin(true, predicted, extent=(low, high, low, high), **look)
    else:
        axes.plot(true, predicted, "o", color=PALETTE[0], markersize=2.5, markeredgewidth=0, alpha=0.5)
    axes.plot((low, high), (low, high), color=BLACK, linewidth=0.8)
    some = spread_over_range(true)
    reach = np.maximum(0, [predicted[some] - low90[some], high90[some] - predicted[some]])
    look = {"color": PALETTE[1], "ecolor": PALETTE[1], "markersize": 2.5, "elinewidth": 0.9}
    axes.errorbar(true[some], predicted[some], reach, fmt="o", **look)
    axes.set(xlim=(low, high), ylim=(low, high), xlabel=with_unit("true", parameter.unit))
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(2 if high >= WIDE else 3, steps=[1, 2, 2.5, 4, 5, 10]))
        if high >= WIDE:
            axis.set_major_formatter(lambda value, _: plain(value))
    error = number(physical_error(answers.rmse[k], parameter), 2)
    mark_panel(axes, f"{parameter.name}\nRMSE {error} {unit_text(parameter.unit)}".rstrip(), fontsize=8)
    return hexagons
