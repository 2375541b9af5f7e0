"""What figures of the gating study share: names of currents, looks of cells and of what is found, panels in a grid."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gbar.figures.style import BLACK, GREY, PALETTE, page_figure, symbol

MS_PER_S = 1000.0
COLUMNS = 3  # of panels of voltages
# What is simulated lies below, as a broad line; what is found lies on it.
UNALTERED: dict[str, Any] = {"color": GREY, "linewidth": 1.1}
ALTERED: dict[str, Any] = {"color": BLACK, "linewidth": 1.9}
PUBLISHED: dict[str, Any] = {"color": PALETTE[1], "linewidth": 1.0}
OURS: dict[str, Any] = {"color": PALETTE[5], "linewidth": 1.1, "linestyle": (0, (3, 1.5))}


def current_symbol(factor: str) -> str:
    """Return the current that a factor is on, as papers print it: `gKr` becomes an italic I with Kr below the line."""
    return symbol(f"I{factor[1:]}")


def alteration(scales: Mapping[str, float]) -> str:
    """Return what was altered of a cell in words."""
    return ", ".join(f"{current_symbol(name)} × {factor:g}" for name, factor in scales.items())


def panel_grid(figure: Figure, number: int, columns: int, *, sharey: bool, xlabel: str, ylabel: str) -> list[Axes]:
    """Return so many panels in rows of `columns`, with labels at the left and at the foot of each column."""
    rows = -(-number // columns)
    grid = figure.subplots(rows, columns, sharex=True, sharey=sharey, squeeze=False)
    panels = list(grid.flat[:number])
    for axes in grid.flat[number:]:
        axes.remove()
    for axes in panels[-columns:]:
        axes.set_xlabel(xlabel)
        axes.tick_params(labelbottom=True)
    for axes in panels[::columns]:
        axes.set_ylabel(ylabel)
    return panels


def voltage_panels(number: int, row_mm: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of the page's width and its panels of voltages over time, rows of so many mm."""
    figure = page_figure(height_mm=24 + row_mm * -(-number // COLUMNS))
    return figure, panel_grid(figure, number, COLUMNS, sharey=True, xlabel="time (s)", ylabel="V (mV)")


def add_legend(figure: Figure, panels: Iterable[Axes], columns: int) -> None:
    """Write below a figure what the lines of its panels are, each once."""
    lines = {label: line for axes in panels for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(list(lines.values()), list(lines), loc="outside lower center", ncols=columns)


def seconds(time_ms: np.ndarray) -> np.ndarray:
    """Return times in s."""
    return time_ms / MS_PER_S


def time_axis(axes: Axes) -> None:
    """Let traces reach to both ends of a panel nearly, with a few ticks."""
    axes.margins(x=0.01)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
