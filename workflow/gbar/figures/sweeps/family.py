"""Simulated families of action potentials: one panel a scaled current, one trace a level."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gbar.config.figures import FamilySection
from gbar.figures.style import BLACK, head, mark_panel, ordered_colours, page_figure, styled, symbol
from gbar.jobs.job import Input, job

MAX_STEPS = 16
LONG_NAME = 25  # characters that do not fit above a panel of three in a row
CONTROL = {"linewidth": 1.6, "zorder": 3}
SILENT = {"linewidth": 0.8, "linestyle": (0, (4, 2))}


@dataclass(frozen=True)
class Family:
    """Traces that differ in the scaling of one current.

    Attributes:
        current: name of the current, `INa` ….
        level: its scaling in each trace, shape (trace,).
        time_ms: time from the upstroke, shape (sample,).
        V_mV: membrane potential, shape (trace, sample); NaN where the simulation has no sample.
        beating: whether the trace has an upstroke to be aligned at, shape (trace,).
        others_at_control: True where all other currents are unscaled; False where the traces are, of
            each bin of `level`, the setting whose other scalings are nearest to 1 (random designs).
    """

    current: str
    level: np.ndarray
    time_ms: np.ndarray
    V_mV: np.ndarray
    beating: np.ndarray
    others_at_control: bool = True


def _colours(levels: np.ndarray, stepped: bool) -> tuple[Colormap, Normalize, np.ndarray | None]:
    """Return colour map, norm and tick positions: steps for a few levels, a ramp for many."""
    cmap = ordered_colours()
    if not (stepped and 2 <= len(levels) <= MAX_STEPS):
        return cmap, Normalize(levels.min(), max(levels.max(), levels.min() + 1e-9)), None
    middles = (levels[1:] + levels[:-1]) / 2
    edges = np.concatenate([[2 * levels[0] - middles[0]], middles, [2 * levels[-1] - middles[-1]]])
    return cmap, BoundaryNorm(edges, cmap.N), levels


def _grid(n_panels: int) -> tuple[int, int]:
    """Return rows and columns of a grid with room for the panels and at least one cell for the key."""
    columns = min((3, 4), key=lambda c: (math.ceil((n_panels + 1) / c), c))
    columns = min(columns, n_panels + 1)
    return math.ceil((n_panels + 1) / columns), columns


def _draw_key(axis: Axes, cmap: Colormap, norm: Normalize, ticks: np.ndarray | None, control: bool) -> None:
    """Draw the colour bar of the levels and what the line styles mean."""
    axis.set_axis_off()
    bar_axes = axis.inset_axes((0.06, 0.3, 0.88, 0.09))
    bar = axis.figure.colorbar(ScalarMappable(norm, cmap), cax=bar_axes, orientation="horizontal")
    if ticks is not None:
        bar.set_ticks(list(ticks[:: math.ceil(len(ticks) / 6)]))
        bar.minorticks_off()
    bar.set_label("scaling of the panel's current")
    bar.outline.set_linewidth(0.5)  # type: ignore[operator]
    handles = [
        Line2D([], [], color="#4d4d4d", label="beating"),
        Line2D([], [], color="#4d4d4d", label="silent", **SILENT),
    ]
    if control:
        handles.insert(0, Line2D([], [], color=BLACK, label="control, scaling 1", **CONTROL))
    axis.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.42))


def _heading(name: str) -> str:
    """Return the name of a quantity, what it is divided by on a line of its own where that is long."""
    divided, slash, by = name.partition("/")
    return symbol(name) if len(name) < LONG_NAME else f"{divided}\n{slash}{by}"


@job("figure family", need="jobs.resources.of_emulator_figure")
def family_figure(store: Input, settings: FamilySection) -> Figure:
    """Draw action potentials over each current's scaling.

    Args:
        store: store of a sweep.
        settings: the figure's settings.
    """
    from gbar.figures.sweeps.family_data import read_families
    from gbar.figures.sweeps.sweep_data import cell_of

    families = read_families(store, before_ms=settings.before_ms, after_ms=settings.after_ms)
    return draw_family(families, cell=cell_of(store))


@styled
def draw_family(families: Sequence[Family], *, cell: str = "") -> Figure:
    """Draw how the action potential changes with the scaling of each current alone.

    Args:
        families: one for each panel, 1 to 14.
        cell: name of the cell model, for the title.
    """
    n_rows, n_columns = _grid(len(families))
    figure = page_figure(height_mm=16 + 46 * n_rows)
    grid = list(figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).flat)
    # The key takes the end of the first row, so that a panel stands at the foot of every column.
    in_first_row = len(families) - n_columns * (n_rows - 1)
    panels = grid[:in_first_row] + grid[n_columns:]
    key = figure.add_subplot(grid[in_first_row].get_subplotspec())
    for axis in grid[in_first_row:n_columns]:
        axis.remove()

    rounded = [np.round(family.level, 9) for family in families]
    exact = all(family.others_at_control for family in families)
    cmap, norm, ticks = _colours(np.unique(np.concatenate(rounded)), stepped=exact)
    for axis, family, level in zip(panels, families, rounded, strict=True):
        for k in np.argsort(level, kind="stable"):
            look = dict(CONTROL, color=BLACK) if exact and level[k] == 1 else {"color": cmap(norm(level[k]))}
            if not family.beating[k]:
                look |= SILENT
            axis.plot(family.time_ms, family.V_mV[k], **look)
        n_silent = int(np.sum(~family.beating))
        note = f"  ({n_silent} of {len(level)} silent)" if n_silent else ""
        mark_panel(axis, _heading(family.current) + note)
        axis.margins(x=0)
    for k, axis in enumerate(panels):
        if k in (0, in_first_row) or (k - in_first_row) % n_columns == 0:
            axis.set_ylabel("V (mV)")
        if k >= len(families) - n_columns:
            axis.set_xlabel("time from upstroke (ms)" if n_columns < 4 else "time (ms)")

    _draw_key(key, cmap, norm, ticks, control=exact)
    what = "one current scaled, the others at control"
    if not exact:
        what = "one setting a bin of the current, the others nearest to control"
    head(figure, f"{cell}: {what}" if cell else what[:1].upper() + what[1:])
    return figure
