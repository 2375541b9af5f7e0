"""Networks retrained on altered cells, driving the cell, beside both cells (fig. 4 of the published study)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.gating.looks import ALTERED, PUBLISHED, UNALTERED, add_legend, panel_grid, seconds, time_axis
from gbar.figures.style import mark_panel, page_figure, styled

COLUMNS = 3


@dataclass(frozen=True)
class RetrainedRun:
    """A stretch of a run of the cell with the gates of a retrained network.

    Attributes:
        cell: name of the altered cell that it was retrained on.
        eta: weight of staying with the gates of the first stage.
        cycle_length_ms: of the pacing.
        time_ms: shape (sample,).
        V_mV: shape (sample,).
        V_control_mV: of the unaltered cell, shape (sample,).
        V_altered_mV: of the altered cell, shape (sample,).
        repolarises: whether each beat has an APD90.
    """

    cell: str
    eta: float
    cycle_length_ms: float
    time_ms: np.ndarray
    V_mV: np.ndarray
    V_control_mV: np.ndarray
    V_altered_mV: np.ndarray
    repolarises: bool


@styled
def draw_retrained_loop(shown: Sequence[RetrainedRun]) -> Figure:
    """Draw a panel each altered cell."""
    rows = -(-len(shown) // COLUMNS)
    figure = page_figure(height_mm=24 + 42 * rows)
    panels = panel_grid(figure, len(shown), COLUMNS, sharey=True, xlabel="time (s)", ylabel="V (mV)")
    for axes, run in zip(panels, shown, strict=True):
        time_s = seconds(run.time_ms)
        axes.plot(time_s, run.V_control_mV, **UNALTERED, label="unaltered cell")
        axes.plot(time_s, run.V_altered_mV, **ALTERED, label="altered cell")
        axes.plot(time_s, run.V_mV, **PUBLISHED, label="network retrained on the altered cell, driving the unaltered")
        time_axis(axes)
        end = "" if run.repolarises else "\nno APD90"
        mark_panel(axes, f"{run.cell}, η = {run.eta:g}{end}")
    add_legend(figure, panels[:1], columns=3)
    figure.suptitle(f"cycle length {shown[0].cycle_length_ms:g} ms", x=0.01, ha="left")
    return figure
