"""What the published second stage says of the altered currents, over the weight eta of staying with the first stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.gating.looks import add_legend, current_symbol, panel_grid
from gbar.figures.style import BLACK, GREY, MARKERS, PALETTE, log_axis, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

COLUMNS = 3
TRUTH = (0, (4, 2))


@dataclass(frozen=True)
class EtaSweep:
    """The networks retrained on one altered cell, and on the unaltered one.

    Attributes:
        cell: name of the altered cell.
        altered: factors that are altered, `gKr` …
        eta: shape (eta,).
        ranked: the factors whose charges tell what was altered.
        charge_ratio: of the altered by the unaltered cell, by factor of the current, each of shape (eta,).
        charge_ratio_true: by factor of the current.
        drift: mean absolute change of the gates by retraining on the altered cell, shape (eta,).
        drift_control: by retraining on the unaltered cell, from which there is nothing new to learn, shape (eta,).
    """

    cell: str
    altered: Sequence[str]
    ranked: Sequence[str]
    eta: np.ndarray
    charge_ratio: Mapping[str, np.ndarray]
    charge_ratio_true: Mapping[str, float]
    drift: np.ndarray
    drift_control: np.ndarray


def largest_other(sweep: EtaSweep) -> np.ndarray:
    """Return the charge ratio of that ranked, unaltered current which is furthest from 1 as a factor, (eta)."""
    ratios = np.array([sweep.charge_ratio[name] for name in sweep.ranked if name not in sweep.altered])
    furthest = np.argmax(np.abs(np.log(ratios)), axis=0)
    return ratios[furthest, np.arange(ratios.shape[1])]


@job("figure gating_etas")
def gating_etas_figure(scores: Mapping[str, Input]) -> Figure:
    """Draw charges of currents by retrained networks, over eta.

    Args:
        scores: what the published second stage tells of each altered cell, CELL=FILE.json.
    """
    from gbar.figures.gating.judged_data import read_etas

    return draw_etas(read_etas(scores))


@styled
def draw_etas(sweeps: Sequence[EtaSweep]) -> Figure:
    """Draw a panel each altered cell with its charge ratios, and one with the drift of the gates."""
    rows = -(-(len(sweeps) + 1) // COLUMNS)
    figure = page_figure(height_mm=20 + 44 * rows)
    panels = panel_grid(figure, len(sweeps) + 1, COLUMNS, sharey=False, xlabel="η (10⁻³)", ylabel="charge ratio")
    for axes, sweep in zip(panels, sweeps, strict=False):
        _draw_ratios(axes, sweep)
    _draw_drift(panels[-1], sweeps)
    add_legend(figure, panels, columns=3)
    return figure


def _draw_ratios(axes: Axes, sweep: EtaSweep) -> None:
    eta = 1000 * sweep.eta
    seen = [name for name in sweep.altered if name in sweep.charge_ratio]
    axes.axhline(1, color=GREY, linewidth=0.6)
    axes.plot(eta, largest_other(sweep), color=GREY, marker="x", markersize=3, linewidth=0.7, label="largest unaltered")
    for k, name in enumerate(seen):
        look = {"color": PALETTE[k], "marker": MARKERS[k], "markersize": 3}
        number = "altered" if k == 0 else "second altered"
        axes.plot(eta, sweep.charge_ratio[name], **look, label=f"{number} current")
        axes.axhline(sweep.charge_ratio_true[name], color=PALETTE[k], linestyle=TRUTH, label=f"{number} current, true")
    axes.margins(y=0.1)
    log_axis(axes, "y")
    named = ", ".join(current_symbol(name) for name in seen)
    absent = ", ".join(current_symbol(name) for name in sweep.altered if name not in seen)
    mark_panel(axes, f"{sweep.cell}: {named or f'{absent} has no gate'}")


def _draw_drift(axes: Axes, sweeps: Sequence[EtaSweep]) -> None:
    for sweep in sweeps:
        axes.plot(1000 * sweep.eta, sweep.drift, color=PALETTE[1], linewidth=0.6, label="drift, altered cells")
    axes.plot(1000 * sweeps[0].eta, sweeps[0].drift_control, color=BLACK, linewidth=1.6, label="drift, unaltered cell")
    axes.set_ylim(bottom=0)
    axes.set_ylabel("mean |change|")
    mark_panel(axes, "drift of the gates")
