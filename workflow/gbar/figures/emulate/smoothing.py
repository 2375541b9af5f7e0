"""The choice of the smoothing: error on validation windows over the width of the Gaussian."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import log_axis, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job


@dataclass(frozen=True)
class Scan:
    """The widths tried for one model.

    Attributes:
        model: name of the model.
        sigma: standard deviation of the Gaussian in samples, 0 for no smoothing, shape (width,).
        mse_mV2: mean squared error of the smoothed predictions of the validation windows, shape (width,).
        chosen: the width that smooths the model's predictions, in samples.
    """

    model: str
    sigma: np.ndarray
    mse_mV2: np.ndarray
    chosen: float


def _chosen_label(scan: Scan, sample_ms: float) -> str:
    width = f"{scan.chosen:g} ({scan.chosen * sample_ms:.2g} ms)" if scan.chosen else "no smoothing"
    return f"{scan.model}: {width}"


@job("figure smoothing", need="jobs.resources.of_emulator_figure")
def smoothing_figure(metrics: Mapping[str, Input]) -> Figure:
    """Draw the error over the width of the smoothing.

    Args:
        metrics: scores of each model, NAME=metrics.json.
    """
    from gbar.figures.emulate.smoothing_data import read_scans
    from gbar.records.metrics import read_metrics

    any_model = next(iter(metrics.values()))
    return draw_smoothing(read_scans(metrics), sample_ms=read_metrics(any_model)["sample_ms"])


@styled
def draw_smoothing(scans: Sequence[Scan], *, sample_ms: float) -> Figure:
    """Draw the validation error over the width, and how far it is above the least, with the chosen width marked.

    Args:
        scans: one for each line.
        sample_ms: interval between samples.
    """
    looks = model_looks(scan.model for scan in scans)
    figure = page_figure(height_mm=74 + 4 * (len(scans) - 1) // 3)
    error, excess = figure.subplots(1, 2, sharex=True)
    for scan in scans:
        look = looks[scan.model]
        for axes, mse in ((error, scan.mse_mV2), (excess, scan.mse_mV2 - scan.mse_mV2.min())):
            axes.plot(scan.sigma, mse, color=look["color"], linestyle=look["linestyle"])
            chosen = int(np.argmin(np.abs(scan.sigma - scan.chosen)))
            label = _chosen_label(scan, sample_ms)
            axes.plot(scan.sigma[chosen], mse[chosen], **look, markersize=5, label=label, clip_on=False)
    log_axis(error, "y")
    mark_panel(error, "error on validation windows")
    error.set_ylabel("MSE (mV²)")
    mark_panel(excess, "above the least of the model")
    excess.set_ylabel("MSE − least MSE (mV²)")
    excess.set_ylim(bottom=0)
    for axes in (error, excess):
        axes.set_xlabel(f"standard deviation (samples of {sample_ms:.3g} ms)")
        axes.grid(axis="y", color="0.9", linewidth=0.6)
        axes.margins(x=0.02)
    handles, labels = error.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(labels), 3), title="chosen width, in samples"
    )
    return figure
