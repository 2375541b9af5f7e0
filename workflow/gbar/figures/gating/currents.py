"""Currents of an altered cell as networks and fits reconstruct them (figs. 5 to 7 of the published study)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gbar.figures.gating.looks import ALTERED, OURS, PUBLISHED, add_legend, current_symbol, seconds, time_axis
from gbar.figures.style import mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

TRUE = ALTERED | {"linewidth": 1.6}


@dataclass(frozen=True)
class Reconstructed:
    """Voltage and currents of a stretch of the unaltered and of the altered cell, pA/pF, all (current, sample).

    Attributes:
        cycle_length_ms: of the pacing.
        factors: what each current is scaled by, `gNa` …
        time_ms: shape (sample,).
        V_control_mV: of the unaltered cell, shape (sample,).
        V_altered_mV: of the altered cell, shape (sample,).
        cell_control: of the unaltered cell.
        cell_altered: of the altered cell.
        network_control: with the gates of a network retrained on the unaltered cell, and unaltered conductances.
        network_altered: of one retrained on the altered cell, and unaltered conductances.
        V_identified_mV: of the cell simulated with the factors found, shape (sample,).
        identified_altered: its currents.
    """

    cycle_length_ms: float
    factors: Sequence[str]
    time_ms: np.ndarray
    V_control_mV: np.ndarray
    V_altered_mV: np.ndarray
    cell_control: np.ndarray
    cell_altered: np.ndarray
    network_control: np.ndarray
    network_altered: np.ndarray
    V_identified_mV: np.ndarray
    identified_altered: np.ndarray


@job("figure gating_currents")
def gating_currents_figure(published: Input, identified: Input) -> Figure:
    """Draw currents of an altered cell by both second stages.

    Args:
        published: voltages, currents and gate curves by the published second stage, .npz.
        identified: voltage and currents by ours, .npz.
    """
    from gbar.figures.gating.judged_data import read_currents

    return draw_currents(read_currents(published, identified))


@styled
def draw_currents(shown: Reconstructed) -> Figure:
    """Draw voltage and currents below each other, the unaltered cell on the left, the altered one on the right."""
    figure = page_figure(height_mm=28 + 27 * (1 + len(shown.factors)))
    panels = figure.subplots(1 + len(shown.factors), 2, sharex=True, sharey="row", squeeze=False)
    time_s = seconds(shown.time_ms)
    panels[0, 0].plot(time_s, shown.V_control_mV, **TRUE)
    panels[0, 1].plot(time_s, shown.V_altered_mV, **TRUE)
    panels[0, 1].plot(time_s, shown.V_identified_mV, **OURS)
    for k, (control, altered) in enumerate(panels[1:]):
        control.plot(time_s, shown.cell_control[k], **TRUE, label="cell")
        control.plot(time_s, shown.network_control[k], **PUBLISHED, label="retrained network, as published")
        altered.plot(time_s, shown.cell_altered[k], **TRUE)
        altered.plot(time_s, shown.network_altered[k], **PUBLISHED)
        altered.plot(time_s, shown.identified_altered[k], **OURS, label="cell with the factors found")
    for axes, name in zip(panels[:, 0], ["V", *map(current_symbol, shown.factors)], strict=True):
        axes.set_ylabel(f"{name} ({'mV' if name == 'V' else 'pA/pF'})")
        axes.yaxis.set_major_locator(MaxNLocator(4))
    mark_panel(panels[0, 0], "unaltered cell")
    mark_panel(panels[0, 1], "altered cell")
    for axes in panels[-1]:
        axes.set_xlabel("time (s)")
        time_axis(axes)
    add_legend(figure, panels[1], columns=3)
    figure.suptitle(f"cycle length {shown.cycle_length_ms:g} ms", x=0.01, ha="left")
    figure.align_ylabels()
    return figure
