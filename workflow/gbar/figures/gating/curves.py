"""Steady states and time constants of the gates by networks, beside those of the cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.gating.looks import ALTERED, add_legend
from gbar.figures.style import label_ticks, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job

COLUMNS = 5
TAU_TICKS_MS = (0.01, 1.0, 100.0)
# Networks may answer with any time constant; beyond the cell's own range by this factor they are cut.
TAU_MARGIN = 10.0


@dataclass(frozen=True)
class Curves:
    """The curves of all gates by one network, or of the cell.

    Attributes:
        x_inf: steady states, shape (gate, voltage).
        tau_ms: time constants, shape (gate, voltage).
    """

    x_inf: np.ndarray
    tau_ms: np.ndarray


@job("figure gating_curves")
def gating_curves_figure(traces: Mapping[str, Input]) -> Figure:
    """Draw steady states and time constants of gates by each network.

    Args:
        traces: voltages and gate curves of each network, NAME=closed_loop.npz.
    """
    from gbar.figures.gating.data import read_curves

    return draw_curves(*read_curves(traces))


@styled
def draw_curves(gates: Sequence[str], clamp_mV: np.ndarray, cell: Curves, networks: Mapping[str, Curves]) -> Figure:
    """Draw the curves of networks of the first stage.

    Args:
        gates: names of the gates.
        clamp_mV: clamped voltages, shape (voltage,).
        cell: the cell's own curves.
        networks: those of the networks, by name.
    """
    looks = {name: {key: look[key] for key in ("color", "linestyle")} for name, look in model_looks(networks).items()}
    return curves_figure(gates, clamp_mV, cell, networks, looks)


def curves_figure(
    gates: Sequence[str],
    clamp_mV: np.ndarray,
    cell: Curves,
    networks: Mapping[str, Curves],
    looks: Mapping[str, Mapping[str, Any]],
) -> Figure:
    """Return a figure with the steady state of each gate above its time constant; each network has its look."""
    blocks = -(-len(gates) // COLUMNS)
    figure = page_figure(height_mm=18 + 62 * blocks)
    grid = figure.subplots(2 * blocks, COLUMNS, sharex=True, sharey="row", squeeze=False)
    for k in range(blocks * COLUMNS):
        block, column = divmod(k, COLUMNS)
        steady, constant = grid[2 * block, column], grid[2 * block + 1, column]
        if k >= len(gates):
            steady.remove()
            constant.remove()
            continue
        for axes, key in ((steady, "x_inf"), (constant, "tau_ms")):
            axes.plot(clamp_mV, getattr(cell, key)[k], **ALTERED, label="cell")
            for name, curves in networks.items():
                axes.plot(clamp_mV, getattr(curves, key)[k], **looks[name], label=name)
        mark_panel(steady, gates[k])
        _log_tau(constant, cell.tau_ms)
        if k + COLUMNS >= len(gates):
            constant.set_xlabel("V (mV)")
            constant.tick_params(labelbottom=True)
    for row, axes in enumerate(grid[:, 0]):
        axes.set_ylabel("τ (ms)" if row % 2 else "steady state")
    add_legend(figure, grid[0, :1], columns=5)
    figure.align_ylabels()
    return figure


def _log_tau(axes: Axes, of_cell_ms: np.ndarray) -> None:
    """Give a panel of time constants a logarithmic axis over the range of the cell's own."""
    low, high = float(of_cell_ms.min()) / TAU_MARGIN, float(of_cell_ms.max()) * TAU_MARGIN
    axes.set(yscale="log", ylim=(low, high))
    label_ticks(axes, "y", np.array([tick for tick in TAU_TICKS_MS if low < tick < high]))
