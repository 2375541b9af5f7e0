"""What an inverter knows of its own error: coverage of its intervals, residual against spread."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gbar.figures.bins import equal_bins
from gbar.figures.invert.parameters import Answers
from gbar.figures.style import BLACK, GREY, log_axis, mark_panel, model_looks, page_figure, styled
from gbar.invert.calibration import floored
from gbar.jobs.job import Input, job

# Points of all parameters together that are drawn at most; more of them only darken the cloud.
MOST_POINTS = 4000
FEWEST_A_BIN, MOST_BINS = 25, 10
QUOTED = 0.9
LEGEND_COLUMNS = 5
BEFORE = (0, (4, 2))


@dataclass(frozen=True)
class Coverage:
    """How often the intervals of an inverter hold the truth.

    Attributes:
        nominal: level of each interval, 0 to 1, shape (level,).
        observed: share of test traces within it, shape (level, K).
        observed_raw: share over all parameters, shape (level,), were the bare spread the standard deviation of a
            normal distribution: before the conformal scaling; None where it is not known.
    """

    nominal: np.ndarray
    observed: np.ndarray
    observed_raw: np.ndarray | None = None


def running_rms(spread: np.ndarray, residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the root mean squares of spread and residual in bins of equally many traces, by rising spread."""
    bins = equal_bins(spread, FEWEST_A_BIN, MOST_BINS)
    return tuple(np.array([np.sqrt(np.mean(values[b] ** 2)) for b in bins]) for values in (spread, residual))  # type: ignore[return-value]


@job("figure invert_coverage")
def invert_coverage_figure(predictions: Input, metrics: Input) -> Figure:
    """Draw the coverage of an inverter's intervals, residual and spread.

    Args:
        predictions: what the inverter answers for its test traces, predictions.npz.
        metrics: its scores, metrics.json.
    """
    from gbar.figures.invert.data import read_answers, read_coverage

    answers = read_answers(predictions)
    return draw_coverage(read_coverage(metrics, [parameter.name for parameter in answers.parameters]), answers)


@styled
def draw_coverage(coverage: Coverage, answers: Answers) -> Figure:
    """Draw observed over nominal coverage, and the residual over the spread of the ensemble.

    Args:
        coverage: of the test traces.
        answers: what it answers for them.
    """
    names = [parameter.name for parameter in answers.parameters]
    looks = {name: model_looks(names)[name] for name in names}
    legend_rows = -(-(len(names) + 3) // LEGEND_COLUMNS)
    figure = page_figure(height_mm=84 + 4.5 * legend_rows)
    left, right = figure.subplots(1, 2)
    _draw_coverage(left, coverage, looks)
    _draw_scatter(right, answers, looks)
    handles = [Line2D([], [], **looks[name], markersize=3.5, label=name) for name in names]
    handles.append(Line2D([], [], color=BLACK, linewidth=2, label="all parameters"))
    if coverage.observed_raw is not None:
        handles.append(Line2D([], [], color=BLACK, linestyle=BEFORE, label="all, before scaling"))
    handles.append(Line2D([], [], color=GREY, linewidth=0.8, label="ideal"))
    figure.legend(handles=handles, loc="outside lower center", ncols=LEGEND_COLUMNS)
    return figure


def _draw_coverage(axes: Axes, coverage: Coverage, looks: dict) -> None:
    percent = 100 * coverage.nominal
    axes.plot((0, 100), (0, 100), color=GREY, linewidth=0.8)
    for column, look in enumerate(looks.values()):
        axes.plot(percent, 100 * coverage.observed[:, column], **look, markersize=3.5, alpha=0.8, clip_on=False)
    axes.plot(percent, 100 * coverage.observed.mean(axis=1), color=BLACK, linewidth=2, clip_on=False)
    if coverage.observed_raw is not None:
        axes.plot(percent, 100 * coverage.observed_raw, color=BLACK, linestyle=BEFORE)
    for covered in 100 * coverage.observed.mean(axis=1)[np.isclose(coverage.nominal, QUOTED)]:
        text = f"{covered:.1f} % in the {100 * QUOTED:.0f} % interval"
        axes.text(0.98, 0.03, text, transform=axes.transAxes, ha="right", size=8)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="nominal level of the interval (%)", ylabel="covered (%)")
    axes.set_aspect("equal")
    mark_panel(axes, "coverage of the intervals")


def _draw_scatter(axes: Axes, answers: Answers, looks: dict) -> None:
    residual = np.abs(answers.residual)
    spreads = floored(answers.spread)  # as the intervals take it; a single network has none
    spread, error = spreads.ravel(), residual.ravel()
    step = -(-len(spread) // MOST_POINTS)
    axes.scatter(spread[::step], error[::step], color=GREY, s=3, alpha=0.25, linewidths=0, rasterized=True)
    curves = [running_rms(spreads[:, k], residual[:, k]) for k in range(len(looks))]
    for look, curve in zip(looks.values(), curves, strict=True):
        axes.plot(*curve, **look, markersize=3.5)
    axes.plot(*running_rms(spread, error), color=BLACK, linewidth=2)
    low, high = np.percentile(spread, [0.2, 100]) * (1 / 1.1, 1.1)
    axes.plot((low, high), (low, high), color=GREY, linewidth=0.8)
    # Residuals near zero would take most of a logarithmic axis.
    axes.set(xlim=(low, high), ylim=(low / 4, 1.4 * max(error.max(), high)))
    log_axis(axes, "x")
    log_axis(axes, "y")
    axes.set_xlabel("spread of the ensemble (unit parameter)")
    axes.set_ylabel("residual, absolute (unit parameter)")
    mark_panel(axes, "residual against spread")
