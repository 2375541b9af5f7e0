"""Loss curves of every model: one panel a model, both losses on one logarithmic axis."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, PALETTE, log_axis, mark_panel, page_figure, styled
from gbar.jobs.job import Input, job


@dataclass(frozen=True)
class History:
    """The course of one training.

    Attributes:
        model: name of the model.
        epoch: shape (epoch,).
        train_loss: mean loss over the epoch's training batches, shape (epoch,).
        validation_loss: loss on the validation set after the epoch, shape (epoch,); NaN where not taken.
    """

    model: str
    epoch: np.ndarray
    train_loss: np.ndarray
    validation_loss: np.ndarray


@job("figure losses")
def losses_figure(models: Mapping[str, Input]) -> Figure:
    """Draw the loss over training.

    Args:
        models: folder of each model, NAME=DIRECTORY.
    """
    from gbar.figures.losses_data import read_histories

    return draw_losses(read_histories({name: Path(model) / "history.csv" for name, model in models.items()}))


@styled
def draw_losses(histories: Sequence[History]) -> Figure:
    """Draw training and validation loss against the epoch, with the best validation loss marked.

    Args:
        histories: one for each panel; losses in mV².
    """
    n = len(histories)
    n_columns = min(n, 3)
    n_rows = math.ceil(n / n_columns)
    figure = page_figure(height_mm=18 + 52 * n_rows)
    axes = list(figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).flat)
    for axis, history in zip(axes, histories, strict=False):
        axis.plot(history.epoch, history.train_loss, color=PALETTE[0], label="training")
        axis.plot(history.epoch, history.validation_loss, color=PALETTE[1], label="validation")
        if np.isfinite(history.validation_loss).any():
            best = int(np.nanargmin(history.validation_loss))
            axis.plot(
                history.epoch[best],
                history.validation_loss[best],
                "o",
                color=BLACK,
                markersize=4,
                label="best validation",
            )
            best_loss = f"{history.validation_loss[best]:.3g}"
            mark_panel(axis, f"{history.model}\nbest {best_loss} at epoch {history.epoch[best]:g}")
        else:
            mark_panel(axis, history.model)
        axis.set_xlabel("epoch")
        axis.grid(axis="y", which="major", color="0.9", linewidth=0.6)
        axis.margins(x=0.02)
    log_axis(axes[0], "y")  # for all panels: they share it
    for k, axis in enumerate(axes):
        if k >= n:
            axis.remove()
        elif k % n_columns == 0:
            axis.set_ylabel("loss (mV²)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
