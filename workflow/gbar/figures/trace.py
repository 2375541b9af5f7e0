"""One trace of a membrane potential."""

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import PALETTE, page_figure, styled


@styled
def draw_trace(time_ms: np.ndarray, V_mV: np.ndarray, *, title: str = "") -> Figure:
    """Draw membrane potential over time.

    Args:
        time_ms: shape (sample,).
        V_mV: shape (sample,).
        title: what was simulated.
    """
    figure = page_figure(height_mm=60)
    axes = figure.subplots()
    axes.plot(time_ms, V_mV, color=PALETTE[0])
    axes.set(xlabel="time (ms)", ylabel="V (mV)")
    axes.set_title(title, loc="left")
    axes.margins(x=0)
    return figure
