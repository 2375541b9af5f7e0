"""Residuals of an inverter: how those of two parameters hang together, and how large those of each are."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.invert.parameters import KNOWING_NOTHING_MSE, Answers
from gbar.figures.style import BLACK, GREY, PALETTE, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job

KNOWING_NOTHING = KNOWING_NOTHING_MSE**0.5
# Written in white on the dark ends of the colours.
DARK = 0.6
SHORT = 4  # letters of a name that has room beside others
DIVERGING, TICKS = "RdBu_r", (-1, -0.5, 0, 0.5, 1)
LINE_MM, FRAME_MM, LEAST_LINES = 9.0, 28.0, 6


@job("figure invert_residuals")
def invert_residuals_figure(predictions: Input) -> Figure:
    """Draw the residuals of the parameters, and how they correlate.

    Args:
        predictions: what the inverter answers for its test traces, predictions.npz.
    """
    from gbar.figures.invert.data import read_answers

    return draw_residuals(read_answers(predictions))


@styled
def draw_residuals(answers: Answers) -> Figure:
    """Draw the correlation matrix of the residuals, and beside it the error of each unit parameter."""
    names = [parameter.name for parameter in answers.parameters]
    figure = page_figure(height_mm=FRAME_MM + LINE_MM * max(len(names), LEAST_LINES))
    matrix, errors = figure.subplots(1, 2, width_ratios=(2.2, 1), sharey=True)
    with np.errstate(invalid="ignore"):  # of a residual that never changes
        correlation = np.atleast_2d(np.corrcoef(answers.residual, rowvar=False))
    image = draw_correlations(matrix, correlation, names, size=8 if len(names) <= LEAST_LINES else 7)
    figure.colorbar(
        image, ax=matrix, location="bottom", aspect=40, shrink=0.7, ticks=TICKS, label="correlation of residuals"
    )
    mark_panel(matrix, "predicted minus true")
    errors.barh(range(len(names)), answers.rmse, color=PALETTE[0], height=0.6)
    errors.axvline(KNOWING_NOTHING, color=BLACK, linestyle="--", linewidth=0.9)
    for line, error in enumerate(answers.rmse):
        errors.text(error, line, f" {error:.3f}", va="center", size=8)
    errors.set(
        xlim=(0, 1.3 * max(KNOWING_NOTHING, answers.rmse.max())),
        xlabel="RMSE of the unit parameter\n(dashed: knowing nothing)",
    )
    errors.tick_params(labelleft=False, left=False)
    mark_panel(errors, "error")
    return figure


def draw_correlations(axes: Axes, correlation: np.ndarray, names: list[str], *, size: float):
    """Draw a matrix of correlations with its values written in it, and return the image for a colour bar."""
    image = axes.imshow(correlation, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
    axes.set_xticks(range(len(names)), names, rotation=90 if max(map(len, names)) > SHORT else 0)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    for line, column in np.ndindex(correlation.shape):
        value = round(float(correlation[line, column]), 2) + 0.0  # never −0.00
        if np.isfinite(value):
            colour = "white" if abs(value) > DARK else BLACK
            text = f"{value:.2f}".replace("-", "−")
            axes.text(column, line, text, ha="center", va="center", color=colour, size=size)
    for spine in axes.spines.values():
        spine.set(visible=True, color=GREY)
    return image
