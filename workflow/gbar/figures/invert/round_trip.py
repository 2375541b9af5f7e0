"""Held-out traces simulated again from what an inverter answers: the traces, and how far off they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from gbar.figures.style import BLACK, PALETTE, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

N_COLUMNS = 2
TRACE_MM, HISTOGRAM_MM, LEGEND_MM = 31.0, 48.0, 8.0
BINS = 20
# A cell far from all others is counted in the last bin.
SHOWN_PERCENT = 98


@dataclass(frozen=True)
class Cells:
    """How far re-simulated traces are from those of the held-out cells.

    Attributes:
        rmse_mV: root mean squared difference of the voltages, shape (cell,); NaN where the simulation diverged.
        spikes: action potentials of the cell, shape (cell,).
        spikes_predicted: of the simulation with the parameters predicted, shape (cell,).
        isi_distance: between the two trains of action potentials, 0 to 1, shape (cell,); NaN where not defined.
    """

    rmse_mV: np.ndarray
    spikes: np.ndarray
    spikes_predicted: np.ndarray
    isi_distance: np.ndarray


@dataclass(frozen=True)
class Example:
    """One held-out cell.

    Attributes:
        label: its rank by voltage error and its numbers.
        time_ms: shape (sample,).
        V_mV: its trace, shape (sample,).
        V_predicted_mV: simulated from the parameters predicted, shape (sample,).
    """

    label: str
    time_ms: np.ndarray
    V_mV: np.ndarray
    V_predicted_mV: np.ndarray


@job("figure invert_round_trip")
def invert_round_trip_figure(table: Input, examples: Input) -> Figure:
    """Draw traces simulated again from predicted parameters.

    Args:
        table: errors of each cell, roundtrip.csv.
        examples: traces of some cells, roundtrip.npz.
    """
    from gbar.figures.invert.round_trip_data import read_round_trip

    return draw_round_trip(*read_round_trip(table, examples))


@styled
def draw_round_trip(cells: Cells, examples: Sequence[Example]) -> Figure:
    """Draw some held-out traces with the re-simulated ones over them, and the distributions of all errors.

    Args:
        cells: all cells simulated again.
        examples: those whose traces are shown.
    """
    n_rows = -(-len(examples) // N_COLUMNS)
    traces_mm = LEGEND_MM + TRACE_MM * n_rows
    figure = page_figure(height_mm=traces_mm + HISTOGRAM_MM)
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(traces_mm, HISTOGRAM_MM))[:, 0]
    panels = above.subplots(n_rows, N_COLUMNS, sharex=True, sharey=True, squeeze=False)
    for k, axes in enumerate(panels.flat):
        if k >= len(examples):
            axes.set_axis_off()
            continue
        one = examples[k]
        axes.plot(one.time_ms, one.V_mV, color=BLACK, linewidth=1.5)
        axes.plot(one.time_ms, one.V_predicted_mV, color=PALETTE[1], linewidth=0.8)
        axes.margins(x=0)
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 4, 5, 10]))
        mark_panel(axes, one.label, fontsize=8)
        if k % N_COLUMNS == 0:
            axes.set_ylabel("V (mV)")
        if k + N_COLUMNS >= len(examples):
            axes.set_xlabel("time in the window (ms)")
            axes.tick_params(labelbottom=True)
    handles = [
        Line2D([], [], color=BLACK, linewidth=1.5, label="held-out trace"),
        Line2D([], [], color=PALETTE[1], linewidth=0.8, label="simulated from the predicted parameters"),
    ]
    above.legend(handles=handles, loc="outside lower center", ncols=2)
    rmse, count, isi = below.subplots(1, 3)
    _histogram(rmse, cells.rmse_mV, "voltage RMSE (mV)", "voltage")
    _spike_errors(count, cells)
    _histogram(isi, cells.isi_distance, "ISI distance", "intervals")
    rmse.set_ylabel("cells")
    return figure


def _histogram(axes: Axes, values: np.ndarray, label: str, title: str) -> None:
    known = values[np.isfinite(values)]
    if len(known):
        last = np.percentile(known, SHOWN_PERCENT) or 1.0
        axes.hist(np.clip(known, 0, last), np.linspace(0, last, BINS + 1).tolist(), color=PALETTE[0])
        median = np.median(known)
        axes.axvline(median, color=BLACK, linewidth=0.9)
        title = f"{title}: median {median:.3g}"
    missing = len(values) - len(known)
    mark_panel(axes, title if not missing else f"{title}\n{missing} of {len(values)} undefined")
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))  # small distances have long labels
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _spike_errors(axes: Axes, cells: Cells) -> None:
    known = np.isfinite(cells.rmse_mV)  # a simulation that diverged has no spikes to count
    error = (cells.spikes_predicted - cells.spikes)[known].astype(int)
    found, number = np.unique(error, return_counts=True)
    axes.bar(found, number, width=0.8, color=PALETTE[0])
    if len(found):
        axes.set_xlim(found[0] - 1, found[-1] + 1)  # whole numbers to be told where all cells have the same
    axes.set_xlabel("predicted − true spikes")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True))
    exact = np.mean(error == 0) if len(error) else np.nan
    mark_panel(axes, f"spikes: {100 * exact:.0f} % exact")
