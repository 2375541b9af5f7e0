"""One trace of a membrane potential."""

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import PALETTE, page_figure, styled


@styled
def draw_trace(time_ms: np.ndarray, V_mV: np.ndarray, *, title: str = "", band: np.ndarray | None = None) -> Figure:
    """Draw membrane potential over time.

    Args:
        time_ms: shape (sample,).
        V_mV: shape (sample,).
        title: what was simulated or predicted.
        band: lowest and highest voltage of a 90 % interval, shape (2, sample).
    """
    figure = page_figure(height_mm=60)
    axes = figure.subplots()
    axes.plot(time_ms, V_mV, color=PALETTE[0])
    if band is not None:
        axes.fill_between(time_ms, *band, color=PALETTE[0], alpha=0.25, linewidth=0, label="90 % interval")
        axes.legend(loc="upper center")  # between two action potentials
    axes.set(xlabel="time (ms)", ylabel="V (mV)")
    axes.set_title(title, loc="left")
    axes.margins(x=0)
    return figure
