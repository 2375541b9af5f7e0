"""Traces of a sweep below one another, and what drives them: one panel a setting."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gbar.config.figures import TracesSection
from gbar.figures.style import BLACK, PALETTE, head, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

STIMULUS_MM, TRACE_MM, LINE_MM = 17.0, 23.0, 4.0
LABEL_SIZE, LABEL_WIDTH = 8, 96  # points, and the characters of this size that a panel is wide


@dataclass(frozen=True)
class Trace:
    """The trace of one setting.

    Attributes:
        label: what of it differs from the control cell.
        time_ms: shape (sample,).
        V_mV: membrane potential, shape (sample,); NaN from where the simulation diverged.
    """

    label: str
    time_ms: np.ndarray
    V_mV: np.ndarray


@dataclass(frozen=True)
class Drive:
    """What drives the cell, as the points of a line.

    Attributes:
        label: what it is.
        quantity: what its values are, with their unit.
        time_ms: shape (point,).
        value: shape (point,).
    """

    label: str
    quantity: str
    time_ms: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Shown:
    """What the figure shows.

    Attributes:
        traces: one for each panel.
        drive: the stimulus; None where there is none.
        window_ms: start and end of the time shown.
        title: the cell, and which settings are shown.
    """

    traces: Sequence[Trace]
    drive: Drive | None
    window_ms: tuple[float, float]
    title: str


def wrapped(label: str) -> list[str]:
    """Return the lines that a label takes above a panel."""
    # No break within `IKr × 0.5` or `Ko = 8 mM`.
    kept = re.sub("(?<!,) ", "\N{NO-BREAK SPACE}", label)
    return textwrap.wrap(kept, LABEL_WIDTH, break_long_words=False, break_on_hyphens=False)


@job("figure traces")
def traces_figure(store: Input, settings: TracesSection) -> Figure:
    """Draw traces of settings spread over a design, and their stimulus.

    Args:
        store: store of a sweep.
        settings: the figure's settings.
    """
    from gbar.figures.sweeps.traces_data import read_traces

    return draw_traces(read_traces(store, **settings.model_dump()))


@styled
def draw_traces(shown: Shown) -> Figure:
    """Draw traces below one another on common axes, and above them what drives the cell."""
    drive = shown.drive
    heights = [TRACE_MM] * len(shown.traces) if drive is None else [STIMULUS_MM] + [TRACE_MM] * len(shown.traces)
    more_lines = sum(len(wrapped(trace.label)) - 1 for trace in shown.traces)
    figure = page_figure(height_mm=16 + sum(heights) + LINE_MM * more_lines)
    panels = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights).flat)
    if drive is not None:
        _draw_line(panels.pop(0), drive.time_ms, drive.value, BLACK, drive.quantity, drive.label)
    for axes, trace in zip(panels, shown.traces, strict=True):
        axes.sharey(panels[0])
        _draw_line(axes, trace.time_ms, trace.V_mV, PALETTE[0], "V (mV)", trace.label)
    panels[-1].spines["bottom"].set_visible(True)
    panels[-1].tick_params(bottom=True)
    panels[-1].set(xlabel="time (ms)", xlim=shown.window_ms)
    figure.align_ylabels()
    head(figure, shown.title)
    return figure


def _draw_line(axes: Axes, time_ms: np.ndarray, values: np.ndarray, colour: str, quantity: str, label: str) -> None:
    """Draw one panel, without a time axis of its own."""
    axes.plot(time_ms, values, color=colour, linewidth=0.9)
    axes.set_ylabel(quantity)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 4, 5, 10]))
    mark_panel(axes, "\n".join(wrapped(label)), fontsize=LABEL_SIZE)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False)
