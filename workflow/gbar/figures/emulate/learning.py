"""Learning curves: error on the test windows over the number of settings in training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, label_ticks, log_axis, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, NamedInput, job

# Of metrics.json: key, title of the panel, label of its axis.
MEASURES = (
    ("mse_mV2", "whole window", "test MSE (mV²)"),
    ("mse_300_mV2", "first 300 ms", "test MSE (mV²)"),
    ("mape_apd_all_percent", "APD50, 75 and 90", "test MAPE (%)"),
)
# Labels of the number of settings that fit into a panel, and how far apart they must be.
MAX_LABELS, LEAST_RATIO = 5, 1.35


@dataclass(frozen=True)
class LearningCurve:
    """The trainings of one model on more and more settings.

    Attributes:
        model: name of the model.
        training_settings: number of settings of each training, shape (training,); repeated for several seeds.
        error: errors on the test windows by the columns of `MEASURES`, each of shape (training,), NaN where
            not known.
    """

    model: str
    training_settings: np.ndarray
    error: Mapping[str, np.ndarray]


def median_curve(curve: LearningCurve, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of settings, ascending, and the median error of the trainings on each."""
    known = np.isfinite(curve.error[measure])
    sizes, error = curve.training_settings[known], curve.error[measure][known]
    found = np.unique(sizes)
    return found, np.array([np.median(error[sizes == size]) for size in found])


@job("figure learning", need="jobs.resources.of_emulator_figure")
def learning_figure(metrics: Sequence[NamedInput], models: Sequence[str]) -> Figure:
    """Draw the error against the number of training settings.

    Args:
        metrics: scores of each training, MODEL=metrics.json, a model once for each training.
        models: all models of the study.
    """
    from gbar.figures.emulate.learning_data import read_learning
    from gbar.records.metrics import read_metrics

    trainings: dict[str, list[Input]] = {}
    for name, path in metrics:
        trainings.setdefault(name, []).append(path)
    floor = read_metrics(metrics[0][1])["drift_floor_mse_mV2"]
    return draw_learning(read_learning(trainings), drift_floor_mV2=floor, models=models)


@styled
def draw_learning(
    curves: Sequence[LearningCurve], *, drift_floor_mV2: float | None = None, models: Sequence[str] = ()
) -> Figure:
    """Draw each error over the number of training settings: a point a training, a line through the medians.

    Args:
        curves: one for each line.
        drift_floor_mV2: MSE that no network fed with the scalings alone gets below, over the whole window.
        models: all models of the study, so that each keeps its colour where some have no curve.
    """
    looks = model_looks([*models, *(curve.model for curve in curves)])
    shown = [row for row in MEASURES if any(np.isfinite(curve.error[row[0]]).any() for curve in curves)]
    figure = page_figure(height_mm=78)
    panels = figure.subplots(1, len(shown), sharex=True, squeeze=False)[0]
    for axes, (measure, title, label) in zip(panels, shown, strict=True):
        for curve in curves:
            look = looks[curve.model]
            points = {"color": look["color"], "marker": look["marker"], "linestyle": "", "markeredgewidth": 0}
            axes.plot(curve.training_settings, curve.error[measure], **points, markersize=4, alpha=0.55)
            axes.plot(*median_curve(curve, measure), **look, markersize=4, label=curve.model)
        if measure == "mse_mV2" and drift_floor_mV2 is not None:
            axes.axhline(drift_floor_mV2, color=BLACK, linestyle="--", linewidth=0.9, label="drift floor")
        axes.margins(0.06)
        log_axis(axes, "y")
        axes.grid(axis="y", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("training settings")
        axes.set_ylabel(label)
        mark_panel(axes, title)
    if shown:
        log_axis(panels[0], "x")  # for all panels: they share it
        sizes = np.unique(np.concatenate([curve.training_settings for curve in curves]))
        if len(sizes) <= MAX_LABELS and np.all(sizes[1:] / sizes[:-1] >= LEAST_RATIO):
            label_ticks(panels[0], "x", sizes)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 5))
    return figure
