"""Networks of the first stage in place of the gates' equations, driving the cell, beside the cell itself."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.gating.looks import ALTERED, add_legend, panel_grid, seconds, time_axis
from gbar.figures.style import mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job

BAR_PERCENT = 3.0  # of this study: the error of APD90 that a network should stay within
COLUMNS = 2
TITLE_WIDTH = 52  # characters of a panel's title
LINE_MM = 4.0


@dataclass(frozen=True)
class Driven:
    """The end of a run of the cell with the gates of a network.

    Attributes:
        network: its name.
        cycle_length_ms: of the pacing.
        time_ms: shape (sample,).
        V_mV: shape (sample,).
        V_cell_mV: of the cell itself, shape (sample,).
        apd90_error_percent: of the network; None where it or the cell does not repolarise each time.
    """

    network: str
    cycle_length_ms: float
    time_ms: np.ndarray
    V_mV: np.ndarray
    V_cell_mV: np.ndarray
    apd90_error_percent: float | None


@job("figure gating_loop")
def gating_loop_figure(traces: Mapping[str, Input], metrics: Mapping[str, Input]) -> Figure:
    """Draw networks driving the cell.

    Args:
        traces: voltages and gate curves of each network, NAME=closed_loop.npz.
        metrics: errors of each network, NAME=metrics.json.
    """
    from gbar.figures.gating.data import read_driven

    return draw_loop(read_driven(traces, metrics))


@styled
def draw_loop(runs: Sequence[Driven]) -> Figure:
    """Draw a panel each cycle length, with all networks and the cell.

    Args:
        runs: of every network at every cycle length.
    """
    lengths = sorted({run.cycle_length_ms for run in runs})
    by_length = {cycle: [run for run in runs if run.cycle_length_ms == cycle] for cycle in lengths}
    looks = model_looks(run.network for run in runs)
    titles = [_title(cycle, found) for cycle, found in by_length.items()]
    rows = -(-len(by_length) // COLUMNS)
    lines = max(len(title.splitlines()) for title in titles)
    figure = page_figure(height_mm=20 + rows * (40 + LINE_MM * lines))
    panels = panel_grid(figure, len(by_length), COLUMNS, sharey=True, xlabel="time (s)", ylabel="V (mV)")
    for axes, found, title in zip(panels, by_length.values(), titles, strict=True):
        axes.plot(seconds(found[0].time_ms), found[0].V_cell_mV, **ALTERED, label="cell")
        for run in found:
            look = {key: looks[run.network][key] for key in ("color", "linestyle")}
            axes.plot(seconds(run.time_ms), run.V_mV, **look, linewidth=0.9, label=run.network)
        time_axis(axes)
        mark_panel(axes, title)
    add_legend(figure, panels[:1], columns=5)
    return figure


def _title(cycle_length_ms: float, runs: Sequence[Driven]) -> str:
    """Return the cycle length and, on lines of their own, the error of each network."""
    said = ", ".join(f"{run.network}\N{NO-BREAK SPACE}{_error(run.apd90_error_percent)}" for run in runs)
    errors = textwrap.wrap(f"APD90: {said}", TITLE_WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"cycle length {cycle_length_ms:g} ms", *errors])


def _error(percent: float | None) -> str:
    if percent is None:
        return "none"
    return f"{percent:+.1f}\N{NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")
