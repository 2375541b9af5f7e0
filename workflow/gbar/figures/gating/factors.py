"""Factors that were found on the currents of every cell, beside the true ones, for every kind of record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gbar.figures.gating.looks import current_symbol
from gbar.figures.style import BLACK, mark_panel, page_figure, plain, styled
from gbar.jobs.job import Input, job

# Blue below 1, red above, white in between; apart in lightness, too.
COLOURS = matplotlib.colormaps["RdBu_r"]
FACTORS = np.array([0.25, 0.5, 1.0, 2.0, 4.0])  # of the key; beyond its ends colours stay
DARK = 1.5  # log2 of a factor, beyond which letters on its colour are white
NUMBER_SIZE = 7


@dataclass(frozen=True)
class Identified:
    """What was found of one cell from one record.

    Attributes:
        cell: name of the cell.
        record: kind of record.
        factors: found, by name.
        true: by name.
        identified: whether the altered currents were told, their factors right and the others left alone.
    """

    cell: str
    record: str
    factors: Mapping[str, float]
    true: Mapping[str, float]
    identified: bool


@job("figure gating_factors")
def gating_factors_figure(identified: Mapping[str, Input]) -> Figure:
    """Draw the factors found on the currents of every cell.

    Args:
        identified: what was found from each record of each cell, CELL/RECORD=FILE.json.
    """
    from gbar.figures.gating.judged_data import read_identified

    return draw_factors(read_identified(identified))


@styled
def draw_factors(found: Sequence[Identified]) -> Figure:
    """Draw a matrix of cells and currents for each kind of record; altered currents have a frame and their truth."""
    records = list(dict.fromkeys(one.record for one in found))
    rows = [[one for one in found if one.record == record] for record in records]
    figure = page_figure(height_mm=16 + sum(14 + 8 * len(cells) for cells in rows))
    panels = figure.subplots(len(records), 1, squeeze=False, height_ratios=[len(cells) + 1 for cells in rows])[:, 0]
    for axes, record, cells in zip(panels, records, rows, strict=True):
        _draw_matrix(axes, cells)
        told = sum(cell.identified for cell in cells)
        mark_panel(axes, f"record: {record}; {told} of {len(cells)} cells within the bars (✓)")
    norm = Normalize(*np.log2(FACTORS[[0, -1]]))
    key = figure.colorbar(
        ScalarMappable(norm, COLOURS), ax=panels, location="bottom", fraction=0.03, aspect=60, pad=0.02
    )
    key.set_ticks(np.log2(FACTORS).tolist(), labels=[plain(factor) for factor in FACTORS])
    key.set_label("factor found; true factor of altered currents in brackets")
    key.outline.set_linewidth(0.5)  # type: ignore[operator]
    return figure


def _draw_matrix(axes: Axes, cells: Sequence[Identified]) -> None:
    names = list(cells[0].factors)
    logs = np.log2([[cell.factors[name] for name in names] for cell in cells])
    low, high = np.log2(FACTORS[[0, -1]])
    axes.imshow(logs, cmap=COLOURS, vmin=low, vmax=high, aspect="auto")
    for row, cell in enumerate(cells):
        for column, name in enumerate(names):
            text, true = f"{cell.factors[name]:.2f}", cell.true[name]
            if true != 1:
                text += f"\n({true:g})"
                frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=BLACK, linewidth=1.4, zorder=3)
                axes.add_patch(frame)
            colour = "white" if abs(logs[row, column]) > DARK else BLACK
            axes.text(column, row, text, ha="center", va="center", size=NUMBER_SIZE, color=colour, linespacing=0.95)
    axes.set_xticks(range(len(names)), map(current_symbol, names))
    rows = [f"{cell.cell} {'✓' if cell.identified else '✗'}" for cell in cells]
    axes.set_yticks(range(len(cells)), rows)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
