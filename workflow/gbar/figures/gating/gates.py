"""Steady states and time constants of the gates by networks that were retrained as published."""

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.gating.curves import Curves, curves_figure
from gbar.figures.style import PALETTE, styled
from gbar.jobs.job import Input, job

LOOKS = {
    "first stage": {"color": PALETTE[0], "linewidth": 1.0, "linestyle": (0, (1, 1))},
    "retrained on the unaltered cell": {"color": PALETTE[2], "linewidth": 1.0, "linestyle": (0, (4, 2))},
    "retrained on the altered cell": {"color": PALETTE[1], "linewidth": 1.2},
}


@job("figure gating_gates")
def gating_gates_figure(published: Input) -> Figure:
    """Draw steady states and time constants of gates by retrained networks.

    Args:
        published: voltages, currents and gate curves by the published second stage, .npz.
    """
    from gbar.figures.gating.judged_data import read_gates

    return draw_gates(*read_gates(published))


@styled
def draw_gates(
    gates: list[str], clamp_mV: np.ndarray, cell: Curves, theory: Curves, control: Curves, altered: Curves
) -> Figure:
    """Draw the curves of a network before it was retrained, and retrained on two cells.

    Args:
        gates: names of the gates.
        clamp_mV: clamped voltages, shape (voltage,).
        cell: curves of the unaltered cell, whose gates are those of the altered one, too: conductances were altered.
        theory: of the network of the first stage.
        control: retrained on the unaltered cell.
        altered: retrained on the altered cell.
    """
    networks = dict(zip(LOOKS, (theory, control, altered), strict=True))
    return curves_figure(gates, clamp_mV, cell, networks, LOOKS)
