"""What is observed of the unaltered cell: voltage and calcium at some cycle lengths (fig. 2 of the published study)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.config.gating import PacedSection, ShownSection
from gbar.figures.gating.looks import seconds, time_axis
from gbar.figures.style import PALETTE, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

UM_PER_MM = 1000.0  # µM in mM


@dataclass(frozen=True)
class Observed:
    """A stretch of one run.

    Attributes:
        cycle_length_ms: of the pacing.
        time_ms: shape (sample,).
        V_mV: shape (sample,).
        Cai_mM: calcium of the cytosol, shape (sample,).
    """

    cycle_length_ms: float
    time_ms: np.ndarray
    V_mV: np.ndarray
    Cai_mM: np.ndarray


@job("figure gating_control", need="gating.needs.of_drawing")
def gating_control_figure(control: Input, paced: PacedSection, shown: ShownSection) -> Figure:
    """Draw voltage and calcium of the control.

    Args:
        control: data set of the unaltered cell.
        paced: the runs that data sets hold.
        shown: which of them are shown.
    """
    from gbar.figures.gating.data import read_control

    return draw_control(read_control(control, paced, shown))


@styled
def draw_control(shown: Sequence[Observed]) -> Figure:
    """Draw voltage above calcium, a column each cycle length."""
    figure = page_figure(height_mm=86)
    above, below = figure.subplots(2, len(shown), sharex=True, sharey="row", squeeze=False)
    for run, voltage, calcium in zip(shown, above, below, strict=True):
        time_s = seconds(run.time_ms)
        voltage.plot(time_s, run.V_mV, color=PALETTE[0])
        calcium.plot(time_s, UM_PER_MM * run.Cai_mM, color=PALETTE[1])
        mark_panel(voltage, f"cycle length {run.cycle_length_ms:g} ms")
        calcium.set_xlabel("time (s)")
        time_axis(calcium)
    above[0].set_ylabel("V (mV)")
    below[0].set_ylabel("Ca (µM)")
    figure.align_ylabels()
    return figure
