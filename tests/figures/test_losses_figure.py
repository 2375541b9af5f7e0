"""The figure of the loss curves."""

import numpy as np
from looks import labels, outside, overlapping, panels

from gbar.figures.losses import History, draw_losses


def history(model: str, validated: bool = True) -> History:
    epoch = np.arange(1, 11)
    validation = 60.0 + (epoch - 7.0) ** 2
    return History(model, epoch, 1000.0 / epoch, validation if validated else np.full(10, np.nan))


def test_each_model_has_a_panel_with_a_logarithmic_axis():
    figure = draw_losses([history(name) for name in ("dlstm2", "dlstm3", "latent", "lstm_wide")])
    assert [axes.get_yscale() for axes in panels(figure)] == ["log"] * 4
    assert labels(figure) == {"epoch", "loss (mV²)"}
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_the_epoch_of_the_best_validation_loss_is_named():
    (axes,) = panels(draw_losses([history("dlstm2")]))
    assert "best 60 at epoch 7" in axes.get_title(loc="left")


def test_a_training_without_validation_can_be_drawn():
    (axes,) = panels(draw_losses([history("dlstm2", validated=False)]))
    assert axes.get_title(loc="left") == "dlstm2"
