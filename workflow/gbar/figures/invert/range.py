"""The out-of-range score of an inverter: its own test traces, and those of other simulators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, GREY, PALE, PALETTE, log_axis, mark_panel, page_figure, plain, styled
from gbar.invert.out_of_range import IN_RANGE, MUCH_RARER, OUT_OF_RANGE
from gbar.jobs.job import Input, job

BINS = 45
# The ends of the axis: no single trace stretches it.
SHOWN_PERCENT = (0.1, 99.9)
LINE_STYLES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Scores:
    """The out-of-range scores of the traces of one simulator.

    Attributes:
        name: the sweep, or what its traces are.
        score: shape (trace,); the greater, the farther from what the inverter was trained on.
        flagged: share of traces that are called out of range.
    """

    name: str
    score: np.ndarray
    flagged: float


def edges_of(scores: Sequence[Scores], threshold: float) -> np.ndarray:
    """Return edges of bins that hold nearly all scores and the threshold, equally wide on a logarithmic axis."""
    ends = [np.percentile(one.score[one.score > 0], SHOWN_PERCENT) for one in scores if np.any(one.score > 0)]
    least, most = min(low for low, _ in ends), max(high for _, high in ends)
    return np.geomspace(min(least, threshold / 2), max(most, 2 * threshold), BINS + 1)


@job("figure invert_range")
def invert_range_figure(predictions: Input, metrics: Input, cross: Input | None = None) -> Figure:
    """Draw the out-of-range scores of own and foreign traces.

    Args:
        predictions: what the inverter answers for its test traces, predictions.npz.
        metrics: its scores, metrics.json.
        cross: what it answers to other simulators' traces, cross.npz.
    """
    from gbar.figures.invert.data import read_scores

    own, others, threshold, wanted = read_scores(predictions, metrics, cross)
    return draw_range(own, others, threshold=threshold, false_alarms=wanted)


@styled
def draw_range(own: Scores, others: Sequence[Scores], *, threshold: float, false_alarms: float) -> Figure:
    """Draw the distribution of the score, the threshold, and the share of each simulator's traces beyond it.

    Args:
        own: test traces of the simulator that the inverter was trained on.
        others: traces of other simulators.
        threshold: score above which a trace is doubtful.
        false_alarms: share of own traces that the threshold was set for, 0 to 1.
    """
    figure = page_figure(height_mm=88)
    axes = figure.subplots()
    edges = edges_of([own, *others], threshold)
    axes.axvspan(threshold, edges[-1], color=PALE, alpha=0.6, linewidth=0)
    for k, one in enumerate([own, *others]):
        share = 100 * np.histogram(np.clip(one.score, edges[0], edges[-1]), edges)[0] / len(one.score)
        told = f"{one.name}: {100 * one.flagged:.1f} % flagged"
        look: dict[str, Any] = {"color": BLACK if one is own else PALETTE[(k - 1) % len(PALETTE)], "label": told}
        if one is own:
            axes.stairs(share, edges, fill=True, color=GREY, alpha=0.35)
        axes.stairs(share, edges, linewidth=1.4, linestyle=LINE_STYLES[k % len(LINE_STYLES)], **look)
    for limit, style in ((threshold, "-"), (threshold + MUCH_RARER, ":")):
        axes.axvline(limit, color=BLACK, linewidth=0.9, linestyle=style)
    axes.set_xlim(edges[0], edges[-1])
    log_axis(axes, "x")
    axes.set_ylim(0, 1.12 * axes.get_ylim()[1])
    said = {"transform": axes.get_xaxis_transform(), "va": "top", "size": 8}
    for place, ha, text in ((threshold, "right", f"{IN_RANGE} "), (threshold + MUCH_RARER, "left", f" {OUT_OF_RANGE}")):
        axes.text(place, 0.98, text, ha=ha, **said)
    axes.set(xlabel="out-of-range score", ylabel="traces in a bin (%)")
    mark_panel(
        axes,
        f"threshold {threshold:.3g}, set for {100 * false_alarms:.1f} % false alarms;"
        f" {100 * own.flagged:.1f} % measured on {plain(len(own.score))} test traces",
    )
    figure.legend(loc="outside lower center", ncols=2)
    return figure
