"""A population before and after its calibration: candidates and accepted ones, a panel a biomarker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from gbar.figures.style import BLACK, GREY, PALETTE, mark_panel, page_figure, plain, styled
from gbar.jobs.job import Input, job

PANEL_MM, AROUND_MM = 44.0, 20.0
# Candidates far from all others are counted in the first and last bin.
SHOWN_PERCENT = (0.5, 99.5)
FEWEST_BINS, MOST_BINS = 8, 40
ACCEPTED = PALETTE[0]
BAND: Any = {"color": ACCEPTED, "alpha": 0.1, "linewidth": 0}


@dataclass(frozen=True)
class Calibrated:
    """A biomarker of the candidates.

    Attributes:
        name: in words.
        protocol: under which it is measured; empty where there is one only.
        unit: empty where there is none.
        candidates: values of those that have one, shape (candidate,).
        accepted: values of the accepted ones, shape (accepted,).
        low: lower end of the accepted range.
        high: its upper end.
        rejected: candidates that are out of the range, or have no value.
    """

    name: str
    protocol: str
    unit: str
    candidates: np.ndarray
    accepted: np.ndarray
    low: float
    high: float
    rejected: int


@dataclass(frozen=True)
class Population:
    """What the figure shows: a panel a biomarker, and a title with the numbers of candidates."""

    biomarkers: Sequence[Calibrated]
    title: str


@job("figure population")
def population_figure(metrics: Input, rejections: Input, biomarkers: Sequence[Input]) -> Figure:
    """Draw the biomarkers of a population before and after its calibration.

    Args:
        metrics: what the calibration came to, metrics.json.
        rejections: why candidates were rejected, rejections.csv.
        biomarkers: biomarkers.csv under each protocol, the candidates' own first.
    """
    from gbar.figures.drugs.population_data import read_population

    return draw_population(read_population(metrics, rejections, biomarkers))


@styled
def draw_population(shown: Population) -> Figure:
    """Draw the distribution of each biomarker over candidates and accepted ones, and the accepted range."""
    n = len(shown.biomarkers)
    n_columns = min(3, n)
    n_rows = -(-n // n_columns)
    figure = page_figure(height_mm=AROUND_MM + PANEL_MM * n_rows)
    panels = list(figure.subplots(n_rows, n_columns, squeeze=False).flat)
    for axes in panels[n:]:
        axes.set_axis_off()
    for k, (axes, one) in enumerate(zip(panels, shown.biomarkers, strict=False)):
        _draw_biomarker(axes, one)
        if k % n_columns == 0:
            axes.set_ylabel("candidates")
    handles = [
        Patch(color=GREY, alpha=0.6, linewidth=0, label="candidates"),
        Patch(color=ACCEPTED, label="accepted"),
        Patch(label="accepted range", **BAND),
        Line2D([], [], color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)), label="its ends"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    figure.suptitle(shown.title, x=0.01, ha="left")
    return figure


def _draw_biomarker(axes: Axes, one: Calibrated) -> None:
    if len(one.candidates):
        low, high = np.percentile(one.candidates, SHOWN_PERCENT)
        low, high = min(low, *one.accepted), max(high, *one.accepted)
        if low == high:
            low, high = low - 0.5, high + 0.5
        edges = _edges(one, low, high)
        axes.hist(np.clip(one.candidates, low, high), edges.tolist(), color=GREY, alpha=0.6)
        axes.hist(one.accepted, edges.tolist(), color=ACCEPTED)
        margin = 0.04 * (edges[-1] - edges[0])
        axes.set_xlim(edges[0] - margin, edges[-1] + margin)
    left, right = axes.get_xlim()
    axes.axvspan(max(left, one.low), min(right, one.high), zorder=0, **BAND)
    for end in (one.low, one.high):
        if left <= end <= right:
            axes.axvline(end, color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set_xlim(left, right)
    text = f"{one.name} ({one.unit})" if one.unit else one.name
    axes.set_xlabel(f"{text}, {one.protocol}" if one.protocol else text)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ends = f"{one.low:g} to {one.high:g}".replace("-", "−")
    mark_panel(axes, f"{ends}: rejects {plain(one.rejected)}", fontsize=8)


def _edges(one: Calibrated, low: float, high: float) -> np.ndarray:
    """Return edges of equally wide bins over [low, high], such that the ends of the range within are edges."""
    step = (high - low) / np.clip(len(one.candidates) ** 0.5, FEWEST_BINS, MOST_BINS)
    inside = [end for end in (one.low, one.high) if low < end < high]
    if len(inside) == 2:
        step = (one.high - one.low) / max(1, round((one.high - one.low) / step))
    origin = inside[0] if inside else low
    return origin + step * np.arange(np.floor((low - origin) / step + 1e-9), np.ceil((high - origin) / step - 1e-9) + 1)
