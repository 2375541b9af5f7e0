"""The altered cells predicted on cycle lengths held out: durations of action potentials, and charges of currents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.gating.looks import add_legend, current_symbol
from gbar.figures.style import BLACK, GREY, PALETTE, log_axis, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

SIDE_BY_SIDE = 2  # cells in a row, two panels each
UNALTERED: dict[str, Any] = {"color": GREY, "marker": "s", "markersize": 3.5, "linewidth": 0.8}
PUBLISHED: dict[str, Any] = {"color": PALETTE[1], "marker": "^", "markersize": 4, "linewidth": 0.8}
OURS: dict[str, Any] = {"color": PALETTE[0], "marker": "o", "markersize": 3.5, "linewidth": 0.8}
# Of charges, which no line joins.
PUBLISHED_POINTS: dict[str, Any] = PUBLISHED | {"linestyle": ""}
OURS_POINTS: dict[str, Any] = OURS | {"linestyle": ""}
FAILED_AT = 0.03  # height of the marks of runs without an APD90, as a share of the panel


@dataclass(frozen=True)
class HeldOut:
    """An altered cell on cycle lengths that nothing was learnt from.

    Attributes:
        cell: its name.
        cycle_length_ms: shape (cycle length,).
        unaltered_percent: error of the APD90 of the unaltered cell, shape (cycle length,).
        published_percent: of the unaltered cell driven by the retrained network; NaN where it has none.
        ours_percent: of the cell with the factors found; NaN where it has none.
        factors: what each current is scaled by, `gNa` …
        ratio_true: charge by that of the unaltered cell, shape (current,).
        ratio_published: by the retrained networks of every eta, shape (current, eta).
        shown: which eta the APD90 is of.
        ratio_ours: with the factors found, shape (current,).
    """

    cell: str
    cycle_length_ms: np.ndarray
    unaltered_percent: np.ndarray
    published_percent: np.ndarray
    ours_percent: np.ndarray
    factors: Sequence[str]
    ratio_true: np.ndarray
    ratio_published: np.ndarray
    shown: int
    ratio_ours: np.ndarray


@job("figure gating_held_out")
def gating_held_out_figure(published: Mapping[str, Input], identified: Mapping[str, Input]) -> Figure:
    """Draw both second stages on cycle lengths held out.

    Args:
        published: what the published second stage tells of each altered cell, CELL=FILE.json.
        identified: what ours tells of each altered cell, CELL=FILE.json.
    """
    from gbar.figures.gating.judged_data import read_held_out

    return draw_held_out(read_held_out(published, identified))


@styled
def draw_held_out(cells: Sequence[HeldOut]) -> Figure:
    """Draw errors of APD90 beside charge ratios, for every altered cell."""
    rows = -(-len(cells) // SIDE_BY_SIDE)
    figure = page_figure(height_mm=26 + 40 * rows)
    grid = figure.subplots(rows, 2 * SIDE_BY_SIDE, squeeze=False)
    pairs = grid.reshape(-1, 2)
    for (left, right), cell in zip(pairs, cells, strict=False):
        _draw_durations(left, cell)
        _draw_charges(right, cell)
    for left, right in pairs[len(cells) :]:
        left.remove()
        right.remove()
    for left, _ in pairs[max(0, len(cells) - SIDE_BY_SIDE) : len(cells)]:
        left.set_xlabel("cycle length (ms)")
    add_legend(figure, pairs[0], columns=4)
    return figure


def _draw_durations(axes: Axes, cell: HeldOut) -> None:
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.plot(cell.cycle_length_ms, cell.unaltered_percent, **UNALTERED, label="unaltered cell")
    axes.plot(cell.cycle_length_ms, cell.published_percent, **PUBLISHED, label="as published (bar: all η)")
    axes.plot(cell.cycle_length_ms, cell.ours_percent, **OURS, label="factors found")
    axes.margins(y=0.15)
    failed = cell.cycle_length_ms[np.isnan(cell.published_percent)]
    look = {"color": PALETTE[1], "marker": "x", "linestyle": "", "markersize": 4}
    if len(failed):  # a line without points, unclipped, would count as reaching to the corner of the page
        axes.plot(failed, np.full(len(failed), FAILED_AT), transform=axes.get_xaxis_transform(), clip_on=False, **look)
    axes.set_ylabel("APD90 (%)")
    mark_panel(axes, cell.cell)


def _draw_charges(axes: Axes, cell: HeldOut) -> None:
    at = np.arange(len(cell.factors))
    axes.axhline(1, color=GREY, linewidth=0.6)
    low, high = cell.ratio_published.min(axis=1), cell.ratio_published.max(axis=1)
    axes.vlines(at - 0.2, low, high, color=PALETTE[1], linewidth=2.5, alpha=0.5)
    axes.plot(at - 0.2, cell.ratio_published[:, cell.shown], **PUBLISHED_POINTS)
    axes.hlines(cell.ratio_true, at - 0.42, at + 0.42, color=BLACK, linewidth=1.6, label="true charge")
    axes.plot(at + 0.2, cell.ratio_ours, **OURS_POINTS)
    axes.set_xticks(at, map(current_symbol, cell.factors))
    axes.set_xlim(-0.6, len(at) - 0.4)
    axes.margins(y=0.1)
    log_axis(axes, "y")
    axes.set_ylabel("charge ratio")
