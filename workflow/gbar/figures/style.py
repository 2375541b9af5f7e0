"""The one look of all figures, and how they are written.

Colours are those of Okabe and Ito (2008), told apart by readers with any colour vision; ordered
quantities take viridis, made for the same purpose, without its palest end, which vanishes on white
paper. Letters are written as outlines, since a font that the reader lacks would move them.
"""

import functools
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import fill
from typing import Any, Literal, ParamSpec

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from gbar.errors import wrong
from gbar.figures.seal import sealed
from gbar.records.files import whole

P = ParamSpec("P")

PAGE_WIDTH_MM = 170.0
HEAD_WIDTH = 90  # characters across a page, in the size of a title
PNG_DPI = 200

BLACK = "#000000"
GREY = "#8a8a8a"
PALE = "#e3e3e3"
# Okabe and Ito's, from most to least contrast on white; their yellow is too pale for a line.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = "os^Dvp"
# Within a decade, from coarse to fine.
LOG_STEPS = ((1,), (1, 2, 5), (1, 2, 3, 5, 7), tuple(range(1, 10)))
FEWEST_LOG_TICKS = 3

RC: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "figure.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.1,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.unicode_minus": True,
    "path.simplify": True,
    # The same data give the same bytes.
    "svg.hashsalt": "gbar",
    "svg.fonttype": "path",
}


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Return `draw` with every artist made under the project's style, whatever the caller's own is."""

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(RC)
            return draw(*args, **kwargs)

    return wrapper


def page_figure(height_mm: float) -> Figure:
    """Return an empty figure as wide as a page, with constrained layout and no tie to a display."""
    figure = Figure(figsize=(PAGE_WIDTH_MM / 25.4, height_mm / 25.4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.04, wspace=0.02, hspace=0.02)  # type: ignore[union-attr]
    return figure


def ordered_colours() -> Colormap:
    """Return the colour map of ordered quantities: viridis without its palest end."""
    viridis = matplotlib.colormaps["viridis"]
    return LinearSegmentedColormap.from_list("gbar", [viridis(0.93 * k / 63) for k in range(64)])


def symbol(current: str) -> str:
    """Return the name of a current as papers print it: `INa` becomes an italic I with Na below the line."""
    match = re.fullmatch(r"I([A-Za-z0-9]+)", current)
    return rf"$I_\mathrm{{{match[1]}}}$" if match else current.replace("$", r"\$")


def head(figure: Figure, text: str) -> None:
    """Write `text` above the whole figure, flush with its left edge, in as many lines as it takes."""
    figure.suptitle(fill(text, HEAD_WIDTH, break_long_words=False, break_on_hyphens=False), x=0.01, ha="left")


def mark_panel(axes: Axes, text: str, **kwargs: Any) -> None:
    """Write `text` as the title of a panel, flush with its left edge."""
    axes.set_title(text, loc="left", **kwargs)


def model_looks(models: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the colour, marker and line style of each model, the same in every figure of the same models."""
    n = len(PALETTE)
    return {
        name: {"color": PALETTE[k % n], "marker": MARKERS[k % n], "linestyle": ("-", "--", ":")[k // n % 3]}
        for k, name in enumerate(sorted(set(models)))
    }


def log_axis(axes: Axes, which: Literal["x", "y"]) -> None:
    """Make an axis logarithmic, with plain numbers: 20, 50, 100. Call it once all data are drawn."""
    axes.set(**{f"{which}scale": "log"})
    low, high = sorted(axes.get_xlim() if which == "x" else axes.get_ylim())
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.log10(high) + 1)
    choices = [np.outer(decades, steps).ravel() for steps in LOG_STEPS]
    choices.append(np.asarray(MaxNLocator(4).tick_values(low, high)))
    inside = [ticks[(ticks >= low) & (ticks <= high)] for ticks in choices]
    ticks = next((ticks for ticks in inside if len(ticks) >= FEWEST_LOG_TICKS), inside[-1])
    label_ticks(axes, which, ticks)


def label_ticks(axes: Axes, which: Literal["x", "y"], ticks: np.ndarray) -> None:
    """Label these ticks of an axis with plain numbers, and no others."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(ticks.tolist()))
    axis.set_major_formatter(lambda value, _: plain(value))
    axis.set_minor_formatter(NullFormatter())


def plain(value: float) -> str:
    """Return a number without an exponent, thousands set apart by a thin space."""
    return f"{value:,.10g}".replace(",", "\u202f")


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as SVG or PNG, whichever the ending of `path` names, sealed, whole or not at all.

    The same figure gives the same bytes each time: no date, no random identifiers.

    Raises:
        UserError: `path` ends in neither `.svg` nor `.png`.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise wrong("figure file", str(path), "a name that ends in .svg or .png")
    metadata = {"Date": None} if kind == "svg" else {}
    with whole(path) as made, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        figure.savefig(made, format=kind, dpi=PNG_DPI, metadata=metadata)
        made.write_bytes(sealed(made.read_bytes()))
