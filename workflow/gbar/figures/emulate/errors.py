"""Where the emulators err: error of the test windows over the level of each varied quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.labels import heading, is_scaling, measure
from gbar.figures.style import log_axis, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job
from gbar.sweeps.store import Quantity

MAX_LEVELS = 16
BINS = 8


@dataclass(frozen=True)
class WindowErrors:
    """The errors of one model.

    Attributes:
        model: name of the model.
        currents: names of the varied quantities.
        scalings: their values in each test window's simulation, shape (window, current).
        rmse_mV: root mean squared error of each test window, shape (window,).
    """

    model: str
    currents: tuple[str, ...]
    scalings: np.ndarray
    rmse_mV: np.ndarray


def level_groups(level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where groups of a current's levels are drawn, and the borders between them.

    A few levels are a group each; many (a random design) are divided into bins of equal width.
    """
    levels = np.unique(np.round(level, 6))
    if len(levels) <= MAX_LEVELS:
        return levels, (levels[1:] + levels[:-1]) / 2
    edges = np.linspace(levels[0], levels[-1], BINS + 1)
    return (edges[1:] + edges[:-1]) / 2, edges[1:-1]


def quartiles_by_group(values: np.ndarray, level: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Return lower quartile, median and upper quartile of each group, shape (3, group); NaN where it is empty."""
    group = np.digitize(level, borders)
    quartiles = np.full((3, len(borders) + 1), np.nan)
    for k in np.unique(group):
        quartiles[:, k] = np.percentile(values[group == k], [25, 50, 75])
    return quartiles


@job("figure errors", need="jobs.resources.of_emulator_figure")
def errors_figure(windows: Input, scores: Mapping[str, Input]) -> Figure:
    """Draw the error by current and level.

    Args:
        windows: data set.
        scores: test windows of each model, NAME=scores.csv.
    """
    from gbar.figures.emulate.errors_data import read_errors
    from gbar.figures.emulate.model_data import read_inputs

    return draw_errors(read_errors(scores), read_inputs(windows))


@styled
def draw_errors(errors: Sequence[WindowErrors], known: Mapping[str, Quantity] = MappingProxyType({})) -> Figure:
    """Draw the median and the interquartile range of the error over each quantity's level, a panel a quantity.

    Panels of scalings have one axis in common, every other quantity has one of its own, in its unit.

    Args:
        errors: one for each line; all of the same quantities.
        known: what these are, by name; scalings where nothing is said.
    """
    quantities = [known.get(name, Quantity(name, "1", "", 1.0)) for name in errors[0].currents]
    looks = model_looks(one.model for one in errors)
    n_columns = min(len(quantities), 3 if len(quantities) <= 9 else 4)
    n_rows = -(-len(quantities) // n_columns)
    figure = page_figure(height_mm=16 + 47 * n_rows)
    grid = list(figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).flat)
    scaled = [axes for axes, quantity in zip(grid, quantities, strict=False) if is_scaling(quantity)]
    for axes in scaled[1:]:
        axes.sharex(scaled[0])
    for k, (axes, quantity) in enumerate(zip(grid, quantities, strict=False)):
        at, borders = level_groups(np.concatenate([one.scalings[:, k] for one in errors]))
        for one in errors:
            look = looks[one.model]
            low, median, high = quartiles_by_group(one.rmse_mV, one.scalings[:, k], borders)
            some = np.isfinite(median)
            axes.fill_between(at[some], low[some], high[some], color=look["color"], alpha=0.15, linewidth=0)
            axes.plot(at[some], median[some], **look, markersize=3.2, label=one.model)
        mark_panel(axes, heading(quantity))
        axes.grid(axis="y", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        if k % n_columns == 0:
            axes.set_ylabel("RMSE (mV)")
        axes.tick_params(labelbottom=True)
        if k >= n_columns * (n_rows - 1) or len(scaled) < len(quantities):
            axes.set_xlabel(measure(quantity))
    log_axis(grid[0], "y")  # for all panels: they share it
    handles, labels = grid[0].get_legend_handles_labels()
    for axes in grid[len(quantities) :]:
        axes.set_axis_off()
    if len(quantities) < len(grid):
        grid[len(quantities)].legend(handles, labels, loc="center")
    else:
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 5))
    figure.suptitle("Test windows: median and interquartile range of the RMSE", x=0.01, ha="left")
    return figure
