"""Predicted against simulated durations of the action potential."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, GREY, mark_panel, model_looks, page_figure, plain, styled
from gbar.jobs.job import Input, job

APDS = ("APD50", "APD75", "APD90")
DENSE = 3000
LINE_SHARE = 0.075
TITLE_WIDTH = 105  # letters


@dataclass(frozen=True)
class Durations:
    """The action potentials of the test windows of one model.

    Attributes:
        model: name of the model.
        simulated_ms: APD50, APD75 and APD90, shape (window, 3); NaN where undefined.
        predicted_ms: the same of the predicted windows.
    """

    model: str
    simulated_ms: np.ndarray
    predicted_ms: np.ndarray

    @property
    def is_measured(self) -> np.ndarray:
        """Whether all APDs are defined in both, shape (window,); only these enter the errors."""
        return np.all(np.isfinite(self.simulated_ms + self.predicted_ms), axis=1)

    @property
    def n_missed(self) -> int:
        """Number of windows with an action potential where the prediction has none, or an incomplete one."""
        return int(np.sum(np.isfinite(self.simulated_ms).all(axis=1) & ~self.is_measured))

    def mape_percent(self) -> np.ndarray:
        """Return the mean absolute percentage error of each APD, shape (3,); NaN where no window is measured."""
        simulated, predicted = self.simulated_ms[self.is_measured], self.predicted_ms[self.is_measured]
        return 100 * np.abs(predicted / simulated - 1).mean(axis=0) if len(simulated) else np.full(len(APDS), np.nan)


def missed_windows(durations: Sequence[Durations]) -> str:
    """Return how many windows have no predicted APD, in words."""
    missed = [f"{one.model} {one.n_missed} of {plain(len(one.simulated_ms))}" for one in durations if one.n_missed]
    if missed:
        return fill(f"Test windows without a predicted APD: {', '.join(missed)}", TITLE_WIDTH)
    return f"{plain(max(len(one.simulated_ms) for one in durations))} test windows, each with a predicted APD"


def _draw_line(axes: Axes, line: int, text: str, colour: str) -> None:
    """Write a line of text into the lower right corner, where points are rare, `line` lines up."""
    box = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0}
    spot = (0.99, 0.025 + LINE_SHARE * line)
    axes.text(*spot, text, transform=axes.transAxes, ha="right", color=colour, size=8, bbox=box, zorder=2.2)


@job("figure apd", need="jobs.resources.of_emulator_figure")
def apd_figure(scores: Mapping[str, Input]) -> Figure:
    """Draw predicted against simulated action potential durations.

    Args:
        scores: test windows of each model, NAME=scores.csv.
    """
    from gbar.figures.emulate.apd_data import read_durations

    return draw_apd(read_durations(scores))


@styled
def draw_apd(durations: Sequence[Durations]) -> Figure:
    """Draw predicted against simulated APD50, APD75 and APD90 of the test windows, with the error of each model.

    Args:
        durations: one for each colour.
    """
    colours = {name: look["color"] for name, look in model_looks(one.model for one in durations).items()}
    n_points = sum(int(one.is_measured.sum()) for one in durations)
    style = {"s": 5 if n_points > DENSE else 9, "alpha": 0.5, "linewidths": 0, "rasterized": n_points > DENSE}
    title = missed_windows(durations)
    figure = page_figure(height_mm=70 + 4 * title.count("\n"))
    for k, axes in enumerate(figure.subplots(1, len(APDS))):
        for line, one in enumerate(reversed(durations)):
            error = one.mape_percent()[k]
            text = f"{error:.2g} %" if np.isfinite(error) else "none"
            _draw_line(axes, line, f"{one.model}: {text}", colours[one.model])
            if one.is_measured.any():
                x, y = one.simulated_ms[one.is_measured, k], one.predicted_ms[one.is_measured, k]
                # The better lies on the worse.
                axes.scatter(x, y, color=colours[one.model], zorder=1.1 + 1 / (2 + error), **style)
        _draw_line(axes, len(durations), "MAPE", BLACK)
        low = min(axes.get_xlim()[0], axes.get_ylim()[0])
        high = max(axes.get_xlim()[1], axes.get_ylim()[1])
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="simulated (ms)")
        axes.plot((low, high), (low, high), color=GREY, linewidth=0.8, zorder=1)
        axes.locator_params(nbins=6)
        mark_panel(axes, APDS[k])
    figure.axes[0].set_ylabel("predicted (ms)")
    figure.suptitle(title, x=0.01, ha="left")
    return figure
