"""Error of every filter of the subthreshold study against its number of weights."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from gbar.figures.style import BLACK, GREY, log_axis, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import NamedInput, job

LEGEND_COLUMNS = 3
ROOM = 0.12  # beyond the points, as a share of the axes


@dataclass(frozen=True)
class FilterError:
    """The error of one training of a filter.

    Attributes:
        name: of the filter.
        weights: number of its weights.
        validation_mse_mV2: mean squared error on the validation paths.
        test_mse_mV2: on the longer test paths.
        is_linear: whether it is a linear filter by least squares.
    """

    name: str
    weights: int
    validation_mse_mV2: float
    test_mse_mV2: float
    is_linear: bool


@job("figure subthreshold_weights")
def subthreshold_weights_figure(metrics: Sequence[NamedInput]) -> Figure:
    """Draw the error of each filter against its number of weights.

    Args:
        metrics: errors, NAME=metrics.json, a filter once for each training.
    """
    from gbar.figures.subthreshold.data import read_errors

    return draw_weights(*read_errors(metrics))


@styled
def draw_weights(errors: Sequence[FilterError], constant_mse_mV2: float | None = None) -> Figure:
    """Draw the errors over the number of weights, on logarithmic axes: validation on the left, test on the right.

    Args:
        errors: of each training; those of one filter look the same.
        constant_mse_mV2: error of a constant voltage on the validation paths, drawn as a line.
    """
    looks = model_looks(one.name for one in errors)
    figure = page_figure(height_mm=96)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    chosen = sorted(errors, key=lambda one: one.validation_mse_mV2)
    for axes, key, title in zip(
        panels, ("validation_mse_mV2", "test_mse_mV2"), ("validation paths", "test paths"), strict=True
    ):
        if constant_mse_mV2 is not None:
            axes.axhline(constant_mse_mV2, color=GREY, linestyle=":", linewidth=0.9, label="constant")
        for one in chosen:
            look = {"color": looks[one.name]["color"], "marker": looks[one.name]["marker"]}
            is_first = one is next(other for other in chosen if other.name == one.name)
            label = f"{one.name}, {one.weights} weights" if is_first else ""
            face = "white" if one.is_linear else look["color"]
            axes.plot(one.weights, getattr(one, key), **look, linestyle="", markerfacecolor=face, label=label)
        axes.margins(ROOM)
        axes.grid(axis="y", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("weights")
        mark_panel(axes, title, color=BLACK)
    panels[0].set_ylabel("MSE (mV²)")
    log_axis(panels[0], "x")  # for both panels: they share the axes
    log_axis(panels[0], "y")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=LEGEND_COLUMNS)
    return figure
