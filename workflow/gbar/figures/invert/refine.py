"""Parameters fitted to the trace from an inverter's answer on: what that gains, and what it costs."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gbar.figures.style import BLACK, GREY, PALETTE, log_axis, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

# Room around the points, as a factor.
MARGIN = 1.3


@dataclass(frozen=True)
class Refined:
    """Held-out cells before and after the refinement; one value a cell, all of shape (cell,).

    Attributes:
        accepted: whether the fit was taken; without it the answer stays as it was.
        error_before: root mean squared error of the unit parameters as the network answered.
        error_after: after the refinement.
        trace_before: root mean squared difference of the scaled traces as the network answered.
        trace_after: after the refinement.
        seconds: what the refinement of the cell took.
    """

    accepted: np.ndarray
    error_before: np.ndarray
    error_after: np.ndarray
    trace_before: np.ndarray
    trace_after: np.ndarray
    seconds: np.ndarray


@job("figure invert_refine")
def invert_refine_figure(table: Input) -> Figure:
    """Draw parameters before and after they were fitted to the trace.

    Args:
        table: errors of each cell, refined.csv.
    """
    from gbar.figures.invert.round_trip_data import read_refined

    return draw_refine(read_refined(table))


@styled
def draw_refine(refined: Refined) -> Figure:
    """Draw errors of parameters and traces after over before the refinement, a point a cell."""
    figure = page_figure(height_mm=100)
    left, right = figure.subplots(1, 2)
    quantity = "RMSE of the unit parameters"
    accepted = refined.accepted
    _draw_pairs(left, refined.error_before, refined.error_after, accepted, quantity, "parameters")
    _draw_pairs(right, refined.trace_before, refined.trace_after, accepted, "RMSE of the scaled trace", "trace")
    dot = {"linestyle": "", "markersize": 4, "markeredgewidth": 0}
    handles = [
        Line2D([], [], color=PALETTE[0], marker="o", **dot, label="better after"),
        Line2D([], [], color=PALETTE[1], marker="X", **dot, label="worse after"),
        Line2D([], [], color=GREY, marker="v", **dot, label="fit not accepted"),
        Line2D([], [], color=GREY, linewidth=0.8, label="no change"),
        Line2D([], [], color=BLACK, marker="P", markersize=7, linestyle="", label="medians"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    cells = f"{len(accepted)} held-out cells, the fits of {np.sum(accepted)} accepted"
    cost = f"{cells}; {np.median(refined.seconds):.2g} s a cell (median)"
    figure.suptitle(cost, x=0.01, ha="left")
    return figure


def _draw_pairs(
    axes: Axes, before: np.ndarray, after: np.ndarray, accepted: np.ndarray, quantity: str, title: str
) -> None:
    known = np.isfinite(before) & np.isfinite(after) & (before > 0) & (after > 0)
    before, after, accepted = before[known], after[known], accepted[known]
    better = accepted & (after < before)
    look = {"linestyle": "", "markersize": 4, "markeredgewidth": 0, "alpha": 0.6}
    axes.plot(before[better], after[better], color=PALETTE[0], marker="o", **look)
    worse = accepted & ~better
    axes.plot(before[worse], after[worse], color=PALETTE[1], marker="X", **look)
    axes.plot(before[~accepted], after[~accepted], color=GREY, marker="v", **look)
    axes.plot(np.median(before), np.median(after), "P", color=BLACK, markersize=8, markeredgecolor="white")
    low, high = min(before.min(), after.min()) / MARGIN, MARGIN * max(before.max(), after.max())
    axes.plot((low, high), (low, high), color=GREY, linewidth=0.8, zorder=1)
    axes.set(xlim=(low, high), ylim=(low, high), xlabel=f"{quantity}, before", ylabel="after")
    log_axis(axes, "x")
    log_axis(axes, "y")
    axes.set_aspect("equal")
    gain = f"{np.median(before):.2g} to {np.median(after):.2g}, better in {100 * np.mean(better):.0f} %"
    mark_panel(axes, f"{title}\nmedian {gain}")
