"""A random scan over networks: validation MSE of every trial, against its size and cost, and the ten best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gbar.figures.invert.parameters import KNOWING_NOTHING_MSE
from gbar.figures.style import BLACK, GREY, PALETTE, label_ticks, log_axis, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

LOOKS: Mapping[str, dict[str, Any]] = {
    "stopped_early": {"color": PALETTE[0], "marker": "o", "label": "stopped early: converged"},
    "completed": {"color": PALETTE[2], "marker": "s", "label": "ran to its last epoch"},
    "unpromising": {"color": PALETTE[4], "marker": "v", "label": "unpromising"},
    "diverged": {"color": PALETTE[1], "marker": "X", "label": "diverged"},
    "failed": {"color": GREY, "marker": "D", "label": "failed"},
}
# Trials without an MSE are drawn at so many times the greatest.
NO_MSE = 1.6
PANELS_MM = 76.0
# That have room below a panel.
MOST_TICKS = 4
PANELS: tuple[tuple[str, Callable[["Trial"], float]], ...] = (
    ("parameters (10³)", lambda trial: trial.parameters / 1000),
    ("flat size (10³)", lambda trial: trial.flat_size / 1000),
    ("minutes", lambda trial: trial.minutes),
)
# Of a text in the style's typeface: mean width of a character, by its size; points a millimetre.
CHARACTER_EM, POINTS_PER_MM = 0.56, 72 / 25.4
LARGEST_PT, TABLE_WIDTH_MM, ROW_MM = 7.0, 168.0, 4.2
GAP = 2.0  # characters between columns


@dataclass(frozen=True)
class Trial:
    """One trial of a scan.

    Attributes:
        rank: 1 for the least validation MSE.
        trial: its number.
        status: completed, stopped_early, unpromising, diverged or failed.
        validation_mse: of the unit parameters, NaN where there is none.
        validation_loss: of its own loss function, NaN where there is none.
        epochs: epochs trained.
        minutes: what they took.
        parameters: numbers of the network.
        flat_size: numbers between its convolutions and its dense layers.
        layers: layers as the published table counts them.
        hyperparameters: as text, by name.
    """

    rank: int
    trial: int
    status: str
    validation_mse: float
    validation_loss: float
    epochs: float
    minutes: float
    parameters: float
    flat_size: float
    layers: float
    hyperparameters: Mapping[str, str] = field(default_factory=dict)


def ended(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that came to an end, neither given up nor diverged."""
    return [trial for trial in trials if trial.status in ("completed", "stopped_early")]


@job("figure invert_scan")
def invert_scan_figure(table: Input, top: int = 3) -> Figure:
    """Draw the trials of a scan over networks, ranked.

    Args:
        table: table of the scan, scan.csv.
        top: number of trials that are ringed.
    """
    from gbar.figures.invert.scan_data import narrow, read_trials, top_table

    trials = read_trials(table)
    header, rows = top_table(trials)
    return draw_scan(trials, header, narrow(header, rows), top=top)


@styled
def draw_scan(trials: Sequence[Trial], header: Sequence[str], rows: Sequence[Sequence[str]], *, top: int = 3) -> Figure:
    """Draw all trials of a scan by rank, size and cost, above a table of the best.

    Args:
        trials: in order of rank.
        header: of the table, one cell a column; a line break is kept.
        rows: of the table.
        top: number of trials that are ringed.
    """
    table_mm = ROW_MM * (len(rows) + 3)
    figure = page_figure(height_mm=PANELS_MM + table_mm)
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(PANELS_MM, table_mm))[:, 0]
    panels = above.subplots(1, 1 + len(PANELS), sharey=True, width_ratios=(1.5, 1, 1, 1))
    finite = [trial.validation_mse for trial in trials if np.isfinite(trial.validation_mse)]
    none = NO_MSE * max([KNOWING_NOTHING_MSE, *finite])
    best = ended(trials)[:top]
    sides: list[tuple[str, Callable[[Trial], float]]] = [("rank", lambda trial: trial.rank), *PANELS]
    for axes, (label, place) in zip(panels, sides, strict=True):
        _draw_trials(axes, trials, best, place, none)
        axes.axhline(KNOWING_NOTHING_MSE, color=BLACK, linestyle="--", linewidth=0.9, zorder=1)
        axes.set_xlabel(label)
        if label != "rank":
            log_axis(axes, "x")
            label_ticks(axes, "x", _with_room(np.asarray(axes.get_xticks()), axes.get_xlim()))
    if len(finite) < len(trials):
        panels[0].text(0.02, none, "no MSE", transform=panels[0].get_yaxis_transform(), va="center", size=8)
    panels[0].set_ylabel("validation MSE")
    log_axis(panels[0], "y")
    winner = "".join(f"; the best, trial {trial.trial}: {trial.validation_mse:.3g}" for trial in best[:1])
    mark_panel(panels[0], f"{len(trials)} trials ranked{winner}")
    present = [look for status, look in LOOKS.items() if any(trial.status == status for trial in trials)]
    handles = [Line2D([], [], **look, linestyle="", markersize=4, markeredgewidth=0) for look in present]
    ring = {"markerfacecolor": "none", "markeredgecolor": BLACK, "markersize": 8}
    handles.append(Line2D([], [], marker="o", linestyle="", **ring, label=f"best {len(best)}"))
    handles.append(Line2D([], [], color=BLACK, linestyle="--", linewidth=0.9, label="knowing nothing"))
    above.legend(handles=handles, loc="outside lower center", ncols=4)
    draw_table(below.subplots(), header, rows)
    return figure


def _draw_trials(
    axes: Axes, trials: Sequence[Trial], best: Sequence[Trial], place: Callable[[Trial], float], none: float
) -> None:
    for status, look in LOOKS.items():
        shown = [trial for trial in trials if trial.status == status]
        mse = [trial.validation_mse if np.isfinite(trial.validation_mse) else none for trial in shown]
        look = {**look, "linestyle": "", "markersize": 4, "markeredgewidth": 0, "alpha": 0.75}
        axes.plot([place(trial) for trial in shown], mse, **look)
    ring = {"markerfacecolor": "none", "markeredgecolor": BLACK, "markersize": 8, "markeredgewidth": 0.9}
    axes.plot([place(trial) for trial in best], [trial.validation_mse for trial in best], "o", **ring)


def _with_room(ticks: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Return those ticks of a logarithmic axis whose labels do not touch, from the lowest on."""
    apart = np.log(limits[1] / limits[0]) / MOST_TICKS
    kept = ticks[:1].tolist()
    for tick in ticks[1:]:
        if np.log(tick / kept[-1]) >= apart:
            kept.append(tick)
    return np.array(kept)


def draw_table(axes: Axes, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table of text over the whole width of a panel, in the largest type that fits.

    Args:
        axes: the panel, which shows nothing else.
        header: one cell a column; a line break is kept.
        rows: cells of each row.
    """
    columns = [[*header[k].split("\n"), *(row[k] for row in rows)] for k in range(len(header))]
    widths = np.array([max(map(len, column)) + GAP for column in columns])
    size = min(LARGEST_PT, TABLE_WIDTH_MM * POINTS_PER_MM / (CHARACTER_EM * widths.sum()))
    right = np.cumsum(widths) / widths.sum()
    axes.set(xlim=(0, 1), ylim=(len(rows) + 0.5, -2.6))
    axes.axis("off")
    for k, edge in enumerate(right):
        place = {"x": edge - GAP / 2 / widths.sum(), "ha": "right", "size": size}
        axes.text(y=-0.9, s=header[k], va="bottom", linespacing=1.1, **place)
        for line, row in enumerate(rows):
            axes.text(y=line, s=row[k], va="center", **place)
    axes.axhline(-0.75, color=BLACK, linewidth=0.7)
