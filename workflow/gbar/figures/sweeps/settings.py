"""Which settings of a design beat: the whole design at a glance.

A design of subsets at common levels is drawn as a matrix, any other as pairwise scatter plots.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from gbar.figures.labels import axis_label, heading, is_scaling, words
from gbar.figures.style import (
    BLACK,
    GREY,
    PALE,
    PALETTE,
    mark_panel,
    ordered_colours,
    page_figure,
    styled,
)
from gbar.figures.sweeps import classes
from gbar.jobs.job import Input, job
from gbar.sweeps.store import Quantity

OK, SILENT, DIVERGED = 0, 1, 2
MAX_SUBSETS = 63
MAX_LEVELS = 21
MAX_PAIRED_CURRENTS = 6
PAIRED_WIDTH = 60  # characters that the labels of all panels of a row have room for
UPRIGHT_NAME = 5  # characters of names that stand beside each other at the foot of the matrix
# Multiples of these, modulo 1, fill a line (the golden ratio) and a square (with the second) evenly.
GOLDEN, PLASTIC = 0.6180339887498949, 0.5698402909980532


@dataclass(frozen=True)
class Settings:
    """The rows of a design and how each behaved.

    Attributes:
        currents: names of the varied quantities.
        scalings: their values relative to the control cell, shape (row, current).
        status: 0 ok, 1 silent, 2 diverged, shape (row,).
        n_beats: number of beats, shape (row,); NaN where not known.
        cycle_length_ms: median cycle length, shape (row,); NaN where there are fewer than two beats.
        course: class of each row, as of `gbar.traces.course`; of none where it is empty.
        quantities: what the varied quantities are, with their values; scalings where nothing is said.
    """

    currents: tuple[str, ...]
    scalings: np.ndarray
    status: np.ndarray
    n_beats: np.ndarray
    cycle_length_ms: np.ndarray
    course: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()

    @property
    def told(self) -> list[Quantity]:
        """The varied quantities with their values, in their own units."""
        if self.quantities:
            return list(self.quantities)
        columns = self.scalings.T.tolist()
        return [Quantity(name, "1", "", 1.0, values) for name, values in zip(self.currents, columns, strict=True)]


@dataclass(frozen=True)
class SubsetMatrix:
    """A design of subsets at common levels, as a matrix.

    Attributes:
        subsets: indices of the scaled currents, one tuple a line of the matrix.
        levels: their common level, one a column.
        row: the design's row of each line and column, -1 where it has none, shape (subset, level).
    """

    subsets: list[tuple[int, ...]]
    levels: np.ndarray
    row: np.ndarray


def subset_matrix(scalings: np.ndarray) -> SubsetMatrix | None:
    """Return the design as subset by level, or None where it is no such design, or too large to be seen.

    The control, at level 1 of every subset, is one row shown in each line.
    """
    found: dict[tuple[int, ...], dict[float, int]] = {}
    control = -1
    for k, scaling in enumerate(np.round(scalings, 9)):
        members = tuple(int(c) for c in np.flatnonzero(scaling != 1))
        if len(set(scaling[list(members)])) > 1:
            return None
        if members:
            found.setdefault(members, {})[float(scaling[members[0]])] = k
        else:
            control = k
    subsets = sorted(found, key=lambda members: (len(members), members))
    levels = sorted({level for by_level in found.values() for level in by_level} | ({1.0} if control >= 0 else set()))
    if not subsets or len(subsets) > MAX_SUBSETS or len(levels) > MAX_LEVELS:
        return None
    row = [[control if level == 1 else found[members].get(level, -1) for level in levels] for members in subsets]
    return SubsetMatrix(subsets, np.array(levels), np.array(row))


@job("figure settings", need="jobs.resources.of_emulator_figure")
def settings_figure(store: Input, biomarkers: Input) -> Figure:
    """Draw which settings of a design beat.

    Args:
        store: store of a sweep.
        biomarkers: its table of biomarkers.
    """
    from gbar.figures.sweeps.settings_data import read_settings

    return draw_settings(read_settings(store, biomarkers))


def draw_settings(settings: Settings) -> Figure:
    """Draw which settings of the design beat, and how fast."""
    matrix = subset_matrix(settings.scalings)
    return draw_pairs(settings) if matrix is None else draw_matrix(settings, matrix)


def _counts(status: np.ndarray) -> str:
    words = [f"{np.sum(status == code)} {word}" for code, word in ((OK, "beating"), (SILENT, "silent"))]
    if np.any(status == DIVERGED):
        words.append(f"{np.sum(status == DIVERGED)} diverged")
    return f"{len(status)} settings: {', '.join(words)}"


def _draw_membership(axis: Axes, settings: Settings, matrix: SubsetMatrix) -> None:
    """Dots for the members of each subset, joined by a line."""
    n_currents = len(settings.currents)
    for line, members in enumerate(matrix.subsets):
        axis.plot(range(n_currents), [line] * n_currents, "o", color=PALE, markersize=4.2, zorder=1)
        axis.plot(members, [line] * len(members), "-o", color=BLACK, markersize=4.2, linewidth=1, zorder=2)
    quantities = settings.told
    upright = max(len(words(one)) for one in quantities) <= UPRIGHT_NAME
    axis.set_xticks(range(n_currents), [heading(one) for one in quantities], rotation=0 if upright else 90)
    axis.set_xlim(-0.6, n_currents - 0.4)
    axis.tick_params(length=0, labelleft=False)
    axis.set_xlabel("currents scaled" if all(map(is_scaling, quantities)) else "varied")
    for spine in axis.spines.values():
        spine.set_visible(False)


@styled
def draw_matrix(settings: Settings, matrix: SubsetMatrix) -> Figure:
    """Draw subset by level: cycle length as colour, number of beats in each cell, silence as hatching."""
    n_lines, n_levels = matrix.row.shape
    figure = page_figure(height_mm=34 + 4.6 * n_lines)
    share = min(0.55, 0.07 * len(settings.currents))
    members, cells = figure.subplots(1, 2, sharey=True, width_ratios=[share, 1])
    _draw_membership(members, settings, matrix)

    known = matrix.row >= 0
    status = np.where(known, settings.status[matrix.row], -1)
    cycle = np.where(status == OK, settings.cycle_length_ms[matrix.row], np.nan)
    beats = np.where(known, settings.n_beats[matrix.row], np.nan)
    edges = (np.arange(n_levels + 1) - 0.5, np.arange(n_lines + 1) - 0.5)
    mesh = cells.pcolormesh(
        *edges, np.ma.masked_invalid(cycle), cmap=ordered_colours(), edgecolors="white", linewidth=0.4
    )
    dark_below = np.nanmean([np.nanmin(cycle), np.nanmax(cycle)]) if np.isfinite(cycle).any() else 0.0
    for line, column in np.argwhere(known):
        corner = (column - 0.5, line - 0.5)
        code = status[line, column]
        if code == DIVERGED:
            cells.add_patch(Rectangle(corner, 1, 1, facecolor=PALETTE[1], edgecolor="white", linewidth=0.4))
            cells.plot(column, line, "x", color="white", markersize=4)
        elif code == SILENT:
            cells.add_patch(Rectangle(corner, 1, 1, facecolor="white", edgecolor=GREY, hatch="/////", linewidth=0))
        elif np.isnan(cycle[line, column]):
            cells.add_patch(Rectangle(corner, 1, 1, facecolor=PALE, edgecolor="white", linewidth=0.4))
        if code == OK and np.isfinite(beats[line, column]):
            light = cycle[line, column] < dark_below
            cells.text(
                column,
                line,
                f"{beats[line, column]:.0f}",
                ha="center",
                va="center",
                fontsize=7,
                color="white" if light else BLACK,
            )
    kinds = classes.marked(settings.course)
    for kind, rows in kinds.items():
        line, column = np.nonzero(np.isin(matrix.row, rows))
        cells.plot(column + 0.34, line - 0.27, classes.MARKS[kind], color=BLACK, markersize=2.6, markeredgewidth=0)
    cells.set_ylim(n_lines - 0.5, -0.5)
    cells.set_xticks(range(n_levels), [f"{level:g}" for level in matrix.levels])
    cells.tick_params(length=0, labelleft=False)
    is_scaled = all(map(is_scaling, settings.told))
    cells.set_xlabel("their common scaling (1 = control)" if is_scaled else "as a factor on the control's value")
    cells.spines[:].set_visible(False)
    bar = figure.colorbar(mesh, ax=cells, location="right", aspect=40, fraction=0.05, pad=0.02)
    bar.set_label("median cycle length (ms)")
    bar.outline.set_linewidth(0.5)  # type: ignore[operator]
    handles = [Patch(facecolor="white", edgecolor=GREY, hatch="/////", linewidth=0, label="silent")]
    if np.any(status == DIVERGED):
        handles.append(Patch(facecolor=PALETTE[1], label="diverged"))
    if np.any((status == OK) & ~np.isfinite(cycle)):
        handles.append(Patch(facecolor=PALE, label="single beat"))
    handles += classes.handles(list(kinds))
    figure.legend(handles=handles, loc="outside lower right", ncols=4, handleheight=1.2)
    figure.suptitle(f"{_counts(settings.status)}; number = beats", x=0.01, ha="left")
    return figure


def _spread_ties(values: np.ndarray, phase: float) -> np.ndarray:
    """Move values that lie on few levels apart, by less than half a step, so that all points are seen."""
    levels = np.unique(values)
    if len(levels) < 2 or len(levels) > max(20, 0.5 * len(values)):
        return values
    offsets = np.modf(np.arange(len(values)) * phase)[0] - 0.5
    return values + 0.7 * np.diff(levels).min() * offsets


def _most_telling(settings: Settings) -> list[int]:
    """Return the currents to pair: all, or of many those whose means differ most between beating and not."""
    n_currents = len(settings.currents)
    beating = settings.status == OK
    if n_currents <= MAX_PAIRED_CURRENTS or beating.all() or not beating.any():
        return list(range(min(n_currents, MAX_PAIRED_CURRENTS)))
    gap = settings.scalings[beating].mean(axis=0) - settings.scalings[~beating].mean(axis=0)
    spread = settings.scalings.std(axis=0)
    telling = np.abs(gap) / np.where(spread > 0, spread, np.inf)
    return sorted(int(k) for k in np.argsort(-telling, kind="stable")[:MAX_PAIRED_CURRENTS])


def _draw_fraction(axis: Axes, values: np.ndarray, beating: np.ndarray) -> None:
    """The share of beating settings against the values of one quantity."""
    levels = np.unique(values)
    edges = np.linspace(values.min(), values.max(), min(10, max(2, len(levels))) + 1)
    which = np.clip(np.digitize(values, edges) - 1, 0, len(edges) - 2)
    total = np.bincount(which, minlength=len(edges) - 1)
    share = np.bincount(which, weights=beating, minlength=len(edges) - 1) / np.where(total, total, np.nan)
    axis.stairs(100 * share, edges, fill=True, color=PALETTE[5])
    axis.set_ylim(0, 100)


@styled
def draw_pairs(settings: Settings) -> Figure:
    """Draw a scatter plot for each pair of quantities, and on the diagonal the share that beats."""
    shown = _most_telling(settings)
    quantities = [settings.told[k] for k in shown]
    columns = [np.array(one.values) for one in quantities]
    n = len(shown)
    figure = page_figure(height_mm=20 + 150 * max(n, 2) / max(n, 3))
    grid = figure.subplots(n, n, sharex="col", squeeze=False)
    dense = len(settings.status) > 400
    colours = np.where(settings.status == OK, PALETTE[0], PALETTE[4])
    diverged = settings.status == DIVERGED
    # Beating and silent settings in mixed order, so that neither kind hides the other.
    mixed = np.argsort(np.modf(np.arange(len(colours)) * GOLDEN)[0], kind="stable")
    mixed = mixed[~diverged[mixed]]
    kinds = classes.marked(settings.course)
    for i, j in combinations(range(n), 2):
        grid[i, j].remove()
        axis = grid[j, i]
        x = _spread_ties(columns[i], GOLDEN)
        y = _spread_ties(columns[j], PLASTIC)
        axis.scatter(x[mixed], y[mixed], c=colours[mixed], s=6, linewidths=0, rasterized=dense)
        axis.plot(x[diverged], y[diverged], "x", color=BLACK, markersize=4, markeredgewidth=0.9)
        for kind, rows in kinds.items():
            axis.plot(x[rows], y[rows], classes.MARKS[kind], color=BLACK, markersize=3, markeredgewidth=0)
        if i > 0:
            axis.tick_params(labelleft=False)
    size = 9 if n < 5 else 8
    width = PAIRED_WIDTH // n
    for k, quantity in enumerate(quantities):
        _draw_fraction(grid[k, k], columns[k], settings.status == OK)
        mark_panel(grid[k, k], heading(quantity, width), size=size)
        grid[k, k].set_ylabel("beating (%)", size=size)
        grid[n - 1, k].set_xlabel(axis_label(quantity, width), size=size)
        if k > 0:
            grid[k, 0].set_ylabel(axis_label(quantity, width), size=size)
        if not all(map(is_scaling, quantities)):  # numbers of many digits
            grid[n - 1, k].xaxis.set_major_locator(MaxNLocator(2))
    handles = [
        Line2D([], [], linestyle="", marker="o", color=PALETTE[0], markersize=4, label="beating"),
        Line2D([], [], linestyle="", marker="o", color=PALETTE[4], markersize=4, label="silent"),
    ]
    if np.any(settings.status == DIVERGED):
        handles.append(Line2D([], [], linestyle="", marker="x", color=BLACK, markersize=5, label="diverged"))
    handles += classes.handles(list(kinds))
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    left_out = len(settings.currents) - n
    what = "currents" if all(map(is_scaling, settings.told)) else "quantities"
    note = f"; the {n} {what} that matter most of {len(settings.currents)}" if left_out else ""
    figure.suptitle(_counts(settings.status) + note, x=0.01, ha="left")
    return figure
