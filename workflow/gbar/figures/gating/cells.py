"""Voltages of the altered cells beside that of the unaltered one (fig. 3 of the published study)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.config.gating import PacedSection, ShownSection
from gbar.figures.gating.looks import UNALTERED, add_legend, alteration, seconds, time_axis, voltage_panels
from gbar.figures.style import BLACK, mark_panel, styled
from gbar.jobs.job import Input, job


@dataclass(frozen=True)
class AlteredRun:
    """A stretch of one run of an altered cell, and the same of the unaltered one.

    Attributes:
        cell: name of the cell.
        scales: factor on each current that is altered.
        cycle_length_ms: of the pacing.
        time_ms: shape (sample,).
        V_mV: of the altered cell, shape (sample,).
        V_control_mV: of the unaltered cell, shape (sample,).
    """

    cell: str
    scales: Mapping[str, float]
    cycle_length_ms: float
    time_ms: np.ndarray
    V_mV: np.ndarray
    V_control_mV: np.ndarray


@job("figure gating_cells", need="gating.needs.of_drawing")
def gating_cells_figure(
    control: Input, altered: Mapping[str, Input], paced: PacedSection, shown: ShownSection
) -> Figure:
    """Draw altered cells beside the unaltered one.

    Args:
        control: data set of the unaltered cell.
        altered: data set of each altered cell, CELL=FILE.zarr.
        paced: the runs that data sets hold.
        shown: which of them are shown.
    """
    from gbar.figures.gating.data import read_cells

    return draw_cells(read_cells(control, altered, paced, shown))


@styled
def draw_cells(shown: Sequence[AlteredRun]) -> Figure:
    """Draw a panel each altered cell."""
    figure, panels = voltage_panels(len(shown), row_mm=38)
    for axes, run in zip(panels, shown, strict=True):
        axes.plot(seconds(run.time_ms), run.V_control_mV, **UNALTERED, label="unaltered cell")
        axes.plot(seconds(run.time_ms), run.V_mV, color=BLACK, label="altered cell")
        time_axis(axes)
        mark_panel(axes, f"{run.cell}: {alteration(run.scales)}")
    add_legend(figure, panels[:1], columns=2)
    figure.suptitle(f"cycle length {shown[0].cycle_length_ms:g} ms", x=0.01, ha="left")
    return figure
