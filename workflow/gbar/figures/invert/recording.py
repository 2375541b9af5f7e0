"""A recorded trace, the one simulated from what an inverter answers to it, and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.invert.parameters import unit_text
from gbar.figures.style import BLACK, PALE, PALETTE, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

TRACE_MM, RASTER_MM, PARAMETER_MM, AROUND_MM = 52.0, 16.0, 5.5, 22.0
# An interval far beyond the published range is cut here, in unit parameters.
SHOWN = 1.6


@dataclass(frozen=True)
class Estimate:
    """One parameter as answered.

    Attributes:
        name: of the parameter.
        unit: its physical unit.
        value: physical.
        error: half of the 68 % interval, physical.
        low: lower end of the 90 % interval, physical.
        high: its upper end.
        range: published range, physical.
    """

    name: str
    unit: str
    value: float
    error: float
    low: float
    high: float
    range: tuple[float, float]


@dataclass(frozen=True)
class Recorded:
    """A window of a recording and what an inverter makes of it.

    Attributes:
        title: recording, sweep and verdict.
        time_ms: of the recorded samples from the start of the window, (samples,).
        V_mV: recorded, (samples,).
        time_predicted_ms: of the simulated samples, (simulated samples,).
        V_predicted_mV: simulated from the answer, (simulated samples,).
        spikes_ms: times of the recorded spikes.
        spikes_predicted_ms: of the simulated ones.
        isi_distance: between them; NaN where not defined.
        estimates: the answer.
    """

    title: str
    time_ms: np.ndarray
    V_mV: np.ndarray
    time_predicted_ms: np.ndarray
    V_predicted_mV: np.ndarray
    spikes_ms: np.ndarray
    spikes_predicted_ms: np.ndarray
    isi_distance: float
    estimates: Sequence[Estimate]


@job("figure invert_recording")
def invert_recording_figure(answer: Input, traces: Input) -> Figure:
    """Draw a recording and what an inverter makes of it.

    Args:
        answer: what an inverter answers, .json.
        traces: the recorded and the simulated trace, .npz.
    """
    from gbar.figures.invert.recording_data import read_recorded

    return draw_recording(read_recorded(answer, traces))


@styled
def draw_recording(recorded: Recorded) -> Figure:
    """Draw the prediction over the recording, the spikes of both, and the parameters within their published ranges."""
    below_mm = PARAMETER_MM * (len(recorded.estimates) + 1)
    figure = page_figure(height_mm=TRACE_MM + RASTER_MM + below_mm + AROUND_MM)
    grid = figure.add_gridspec(3, 1, height_ratios=(TRACE_MM, RASTER_MM, below_mm))
    trace = figure.add_subplot(grid[0])
    raster = figure.add_subplot(grid[1], sharex=trace)
    trace.plot(recorded.time_ms, recorded.V_mV, color=BLACK, linewidth=1.3, label="recorded")
    simulated = recorded.time_predicted_ms, recorded.V_predicted_mV
    trace.plot(*simulated, color=PALETTE[1], linewidth=0.9, label="simulated from the answer")
    trace.set_ylabel("V (mV)")
    trace.tick_params(labelbottom=False)
    trace.margins(x=0)
    figure.legend(*trace.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    raster.eventplot(
        [recorded.spikes_ms, recorded.spikes_predicted_ms],
        lineoffsets=[1, 0],
        linelengths=0.8,
        linewidths=1.2,
        colors=[BLACK, PALETTE[1]],
    )
    raster.set(ylim=(-0.6, 1.6), xlabel="time in the window (ms)")
    counts = f"{len(recorded.spikes_ms)} and {len(recorded.spikes_predicted_ms)} spikes"
    mark_panel(raster, f"{counts}, ISI distance {recorded.isi_distance:.2g}", fontsize=8)
    raster.set_yticks([1, 0], ["recorded", "simulated"])
    _draw_estimates(figure.add_subplot(grid[2]), recorded.estimates)
    figure.suptitle(recorded.title, x=0.01, ha="left")
    return figure


def _draw_estimates(axes: Axes, estimates: Sequence[Estimate]) -> None:
    """Draw each parameter relative to its published range, which is shaded, and its value as text."""
    axes.axvspan(-1, 1, color=PALE, linewidth=0, zorder=0)
    for row, one in enumerate(estimates):
        middle, half = sum(one.range) / 2, (one.range[1] - one.range[0]) / 2
        value, low, high = (np.clip((x - middle) / half, -SHOWN, SHOWN) for x in (one.value, one.low, one.high))
        error = one.error / half
        axes.plot((low, high), (row, row), color=PALETTE[0], linewidth=0.9)
        ends = np.clip((value - error, value + error), -SHOWN, SHOWN)
        axes.plot(ends, (row, row), color=PALETTE[0], linewidth=2.6)
        axes.plot(value, row, "o", color=BLACK, markersize=4)
        text = f"{one.value:.3g} ± {one.error:.2g} {unit_text(one.unit)}".rstrip()
        axes.text(1.01, row, text, transform=axes.get_yaxis_transform(), va="center", size=8)
    axes.set_yticks(range(len(estimates)), [one.name for one in estimates])
    axes.set(xlim=(-SHOWN, SHOWN), ylim=(len(estimates) - 0.5, -0.5))
    axes.set_xticks([-1, 0, 1], ["lowest", "published range", "highest"])
    axes.tick_params(axis="y", length=0)
