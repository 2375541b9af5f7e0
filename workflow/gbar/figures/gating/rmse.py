"""Errors of gates and other states by the networks of the first stage, on cycle lengths held out."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from gbar.figures.gating.looks import add_legend
from gbar.figures.style import GREY, log_axis, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job

BAR = 0.04  # of this study: the error that no gate should exceed


@job("figure gating_rmse")
def gating_rmse_figure(metrics: Mapping[str, Input]) -> Figure:
    """Draw the errors of gates and other states.

    Args:
        metrics: errors of each network, NAME=metrics.json.
    """
    from gbar.figures.gating.data import read_rmse
    from gbar.gating.data import GATES, OTHERS

    return draw_rmse(read_rmse(metrics), GATES, OTHERS)


@styled
def draw_rmse(errors: Mapping[str, Mapping[str, float]], gates: Sequence[str], others: Sequence[str]) -> Figure:
    """Draw the error of every state by every network, on a logarithmic axis.

    Args:
        errors: by name of the network and of the state; states run from 0 to 1.
        gates: the states of the left panel.
        others: those of the right one.
    """
    looks = model_looks(errors)
    figure = page_figure(height_mm=78)
    panels = figure.subplots(1, 2, sharey=True, width_ratios=(len(gates), len(others)))
    for axes, names, title in zip(panels, (gates, others), ("gates", "other states"), strict=True):
        for k, (network, found) in enumerate(errors.items()):
            aside = 0.5 * ((k + 0.5) / len(errors) - 0.5)  # so that equal errors do not hide each other
            look = {key: looks[network][key] for key in ("color", "marker")}
            at = [place + aside for place in range(len(names))]
            axes.plot(at, [found[name] for name in names], **look, linestyle="", markersize=4.5, label=network)
        axes.set_xticks(range(len(names)), names)
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="y", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.margins(x=0.03, y=0.08)
        mark_panel(axes, title)
    panels[0].axhline(BAR, color=GREY, linestyle="--", linewidth=0.9, label=f"bar for gates, {BAR:g}")
    panels[0].set_ylabel("RMSE on held-out cycle lengths")
    log_axis(panels[0], "y")  # for both panels: they share it
    add_legend(figure, panels[:1], columns=5)
    return figure
