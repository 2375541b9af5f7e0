"""The best designs of a scan trained again with many seeds: which of them learn reliably."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gbar.figures.invert.parameters import KNOWING_NOTHING_MSE
from gbar.figures.style import BLACK, PALE, PALETTE, log_axis, mark_panel, page_figure, styled
from gbar.invert.designs.golden import median_mse
from gbar.jobs.job import Input, job

CONVERGED, RUNNING, LOST = range(3)
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": PALETTE[0], "marker": "o", "label": "converged: stopped early"},
    {"markerfacecolor": "white", "markeredgecolor": PALETTE[0], "marker": "o", "label": "not converged: last epoch"},
    {"color": PALETTE[1], "marker": "X", "label": "diverged, unpromising or failed"},
)
OF_STATUS = {"stopped_early": CONVERGED, "completed": RUNNING}
# Half the width over which the seeds of a design are strewn, where designs are 1 apart.
STREWN, MEDIAN_WIDTH = 0.28, 0.36
NO_MSE = 1.6


@dataclass(frozen=True)
class Design:
    """One design of the scan's best, trained with several seeds.

    Attributes:
        rank: its rank in the scan.
        trial: its number in the scan.
        status: of each seed: completed, stopped_early, diverged, unpromising or failed.
        validation_mse: of each seed, shape (seed,); NaN where there is none.
        golden: whether it is the one chosen.
        scan_mse: what the scan had found.
    """

    rank: int
    trial: int
    status: Sequence[str]
    validation_mse: np.ndarray
    golden: bool
    scan_mse: float


@job("figure invert_stability")
def invert_stability_figure(stability: Sequence[Input], golden: Input, scan: Input) -> Figure:
    """Draw the best trials trained again with many seeds.

    Args:
        stability: the file of each design.
        golden: the design chosen, golden.json.
        scan: table of the scan, scan.csv.
    """
    from gbar.figures.invert.scan_data import read_designs

    return draw_stability(read_designs(stability, golden, scan))


@styled
def draw_stability(designs: Sequence[Design]) -> Figure:
    """Draw the validation MSE of each seed of each design, the medians, and which design was chosen."""
    figure = page_figure(height_mm=100)
    axes = figure.subplots()
    found = np.concatenate([design.validation_mse for design in designs])
    none = NO_MSE * max(KNOWING_NOTHING_MSE, np.nanmax(found, initial=0.0))
    for place, design in enumerate(designs):
        _draw_design(axes, place, design, none)
    if not np.isfinite(found).all():
        axes.text(0.995, none, "no MSE", transform=axes.get_yaxis_transform(), va="center", ha="right", size=8)
    axes.axhline(KNOWING_NOTHING_MSE, color=BLACK, linestyle="--", linewidth=0.9, zorder=1)
    axes.set_xticks(range(len(designs)), [_told(design) for design in designs])
    axes.set(xlim=(-0.6, len(designs) - 0.4), ylabel="validation MSE of the unit parameters")
    axes.tick_params(axis="x", length=0)
    axes.margins(y=0.08)
    log_axis(axes, "y")
    mark_panel(axes, f"the best {len(designs)} of the scan, {len(designs[0].status)} seeds each")
    handles = [Line2D([], [], linestyle="", markersize=5, **look) for look in LOOKS]
    handles += [
        Line2D([], [], color=BLACK, linewidth=2, label="median of the seeds"),
        Line2D([], [], color=BLACK, marker="D", markersize=4, linestyle="", label="in the scan"),
        Line2D([], [], color=BLACK, linestyle="--", linewidth=0.9, label="knowing nothing"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _draw_design(axes: Axes, place: int, design: Design, none: float) -> None:
    if design.golden:
        axes.axvspan(place - 0.5, place + 0.5, color=PALE, alpha=0.6, linewidth=0, zorder=0)
    kinds = np.array([OF_STATUS.get(status, LOST) for status in design.status])
    mse = np.where(np.isfinite(design.validation_mse), design.validation_mse, none)
    # By rising error from left to right: seeds side by side, none hidden.
    strewn = place + np.linspace(-STREWN, STREWN, len(mse))[np.argsort(np.argsort(mse, kind="stable"))]
    for kind, look in enumerate(LOOKS):
        axes.plot(strewn[kinds == kind], mse[kinds == kind], linestyle="", markersize=5, **look)
    median = median_mse(design.status, design.validation_mse.tolist())
    if np.isfinite(median):
        axes.plot((place - MEDIAN_WIDTH, place + MEDIAN_WIDTH), (median, median), color=BLACK, linewidth=2)
    axes.plot(place - MEDIAN_WIDTH - 0.06, design.scan_mse, "D", color=BLACK, markersize=4)


def _told(design: Design) -> str:
    """Return what stands below a design."""
    kinds = [OF_STATUS.get(status, LOST) for status in design.status]
    median = median_mse(design.status, design.validation_mse.tolist())
    told = f"median {median:.3g}" if np.isfinite(median) else "no median"
    lines = [
        f"rank {design.rank}, trial {design.trial}",
        told,
        f"{kinds.count(RUNNING)} not converged, {kinds.count(LOST)} lost",
    ]
    return "\n".join([*lines, "golden"] if design.golden else lines)
