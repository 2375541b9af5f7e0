"""The figure of the learning curves."""

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels

from gbar.figures.emulate.learning import MEASURES, LearningCurve, draw_learning, median_curve

SIZES = np.repeat([2500, 250, 500, 1000], 3)


def curve(model: str, scale: float = 1.0, unknown: tuple[str, ...] = ()) -> LearningCurve:
    seeds = np.tile([1.0, 1.3, 0.5], 4)
    error = scale * 1000 / SIZES * seeds
    return LearningCurve(model, SIZES, {name: error * (np.nan if name in unknown else 1) for name, _, _ in MEASURES})


def test_the_line_runs_through_the_medians_of_the_seeds_in_order_of_size():
    sizes, median = median_curve(curve("latent"), "mse_mV2")
    assert sizes.tolist() == [250, 500, 1000, 2500]
    assert median == pytest.approx([4, 2, 1, 0.4])


def test_the_numbers_of_settings_are_the_ticks_of_a_logarithmic_axis():
    figure = draw_learning([curve("latent"), curve("dlstm3", 9.0)], drift_floor_mV2=11.9)
    assert {(axes.get_xscale(), axes.get_yscale()) for axes in panels(figure)} == {("log", "log")}
    assert panels(figure)[0].get_xticks().tolist() == [250, 500, 1000, 2500]
    assert labels(figure) == {"training settings", "test MSE (mV²)", "test MAPE (%)"}
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_the_drift_floor_is_drawn_for_the_whole_window_alone_and_only_if_known():
    floors = [
        [line.get_ydata()[0] for line in axes.lines if line.get_label() == "drift floor"]
        for axes in panels(draw_learning([curve("latent")], drift_floor_mV2=11.9))
    ]
    assert floors == [[11.9], [], []]
    assert len(panels(draw_learning([curve("latent")]))[0].lines) == 2


def test_an_error_that_no_training_knows_has_no_panel():
    figure = draw_learning([curve("latent", unknown=("mse_300_mV2",))])
    assert [axes.get_title(loc="left") for axes in panels(figure)] == ["whole window", "APD50, 75 and 90"]


def test_a_model_keeps_its_colour_where_others_have_no_curve():
    alone = draw_learning([curve("latent")], models=["dlstm2", "dlstm3", "latent"])
    beside = draw_learning([curve("dlstm2"), curve("dlstm3"), curve("latent")])
    assert panels(alone)[0].lines[0].get_color() == panels(beside)[0].lines[4].get_color()
