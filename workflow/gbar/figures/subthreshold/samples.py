"""Currents, and predicted beside simulated subthreshold voltages: a row a path, as in the published study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, GREY, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job

LEGEND_COLUMNS = 5


@dataclass(frozen=True)
class Sample:
    """A stretch of one path.

    Attributes:
        time_ms: shape (sample,).
        current_pA: shape (sample,).
        simulated_mV: shape (sample,).
        predicted_mV: by name of the filter, each of shape (sample,).
    """

    time_ms: np.ndarray
    current_pA: np.ndarray
    simulated_mV: np.ndarray
    predicted_mV: Mapping[str, np.ndarray]


@job("figure subthreshold_samples")
def subthreshold_samples_figure(
    data: Input, predictions: Mapping[str, Input], part: Literal["validation", "test"]
) -> Figure:
    """Draw predicted beside simulated subthreshold voltages.

    Args:
        data: data set.
        predictions: predicted voltages of each filter, NAME=predictions.npz.
        part: which paths.
    """
    from gbar.figures.subthreshold.data import read_samples

    return draw_samples(read_samples(data, predictions, part))


@styled
def draw_samples(shown: Sequence[Sample]) -> Figure:
    """Draw the current on the left; on the right the simulated voltage and what each filter says of it.

    Args:
        shown: one for each row.
    """
    models = sorted({name for sample in shown for name in sample.predicted_mV})
    looks = model_looks(models)
    figure = page_figure(height_mm=16 + 40 * len(shown))
    panels = figure.subplots(len(shown), 2, sharex=True, sharey="col", squeeze=False, width_ratios=(2, 3))
    for k, (sample, (current, voltage)) in enumerate(zip(shown, panels, strict=True), start=1):
        current.plot(sample.time_ms, sample.current_pA, color=GREY, drawstyle="steps-post")
        voltage.plot(sample.time_ms, sample.simulated_mV, color=BLACK, linewidth=1.8, label="simulated")
        errors = {name: V.astype(float) - sample.simulated_mV for name, V in sample.predicted_mV.items()}
        rmse = {name: float(np.sqrt(np.mean(error**2))) for name, error in errors.items()}
        # The better lies on the worse.
        for name in sorted(rmse, key=lambda name: -rmse[name]):
            look = {key: looks[name][key] for key in ("color", "linestyle")}
            voltage.plot(sample.time_ms, sample.predicted_mV[name], **look, linewidth=0.9, label=name)
        best = min(sorted(rmse), key=lambda name: rmse[name])
        mark_panel(current, f"path {k}")
        mark_panel(voltage, f"least RMSE {rmse[best]:.2g} mV, {best}")
        current.set_ylabel("I (pA)")
        voltage.set_ylabel("V (mV)")
        voltage.margins(x=0.01)
    for axes in panels[-1]:
        axes.set_xlabel("time (ms)")
    found = dict(zip(*panels[0, 1].get_legend_handles_labels()[::-1], strict=True))
    names = ["simulated", *models]
    figure.legend([found[name] for name in names], names, loc="outside lower center", ncols=LEGEND_COLUMNS)
    figure.align_ylabels()
    return figure
