"""Networks retrained on altered cells, driving the cell, beside both cells (fig. 4 of the published study)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.gating.looks import ALTERED, PUBLISHED, UNALTERED, add_legend, seconds, time_axis, voltage_panels
from gbar.figures.style import mark_panel, styled
from gbar.jobs.job import Input, job


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


@job("figure gating_retrained_loop")
def gating_retrained_loop_figure(traces: Mapping[str, Input], scores: Mapping[str, Input]) -> Figure:
    """Draw retrained networks driving the cell.

    Args:
        traces: of each altered cell, CELL=FILE.npz: voltages, currents and gate curves by the published second stage,
            .npz.
        scores: what the published second stage tells of each altered cell, CELL=FILE.json.
    """
    from gbar.figures.gating.judged_data import read_retrained

    return draw_retrained_loop(read_retrained(traces, scores))


@styled
def draw_retrained_loop(shown: Sequence[RetrainedRun]) -> Figure:
    """Draw a panel each altered cell."""
    figure, panels = voltage_panels(len(shown), row_mm=42)
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
