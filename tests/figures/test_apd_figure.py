"""The figure of predicted against simulated action potential durations."""

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels

from gbar.figures.emulate.apd import Durations, draw_apd, missed_windows


def durations(model: str, factor: float, n: int = 50) -> Durations:
    simulated = np.linspace(60, 180, n)[:, None] + np.array([0.0, 20.0, 40.0])
    return Durations(model, simulated, factor * simulated)


def test_windows_without_a_predicted_duration_are_counted_and_enter_no_error():
    one = durations("latent", 1.02)
    one.predicted_ms[3] = np.nan
    one.predicted_ms[4, 2] = np.nan
    one.simulated_ms[5, 0] = np.nan
    assert one.n_missed == 2
    assert one.mape_percent() == pytest.approx([2.0] * 3)
    assert one.is_measured.sum() == 47
    whole = durations("dlstm2", 1.1)
    assert missed_windows([whole, one]) == "Test windows without a predicted APD: latent 2 of 50"
    assert missed_windows([whole]) == "50 test windows, each with a predicted APD"


def test_each_duration_has_a_panel_with_equal_axes_and_the_error_of_each_model():
    figure = draw_apd([durations(f"model{k}", 1 + 0.01 * k) for k in range(5)])
    assert [axes.get_title(loc="left") for axes in panels(figure)] == ["APD50", "APD75", "APD90"]
    for axes in panels(figure):
        assert axes.get_xlim() == axes.get_ylim()
        assert axes.get_xlim()[0] > 50
        assert {text.get_text() for text in axes.texts} >= {"MAPE", "model0: 0 %", "model4: 4 %"}
        assert [len(points.get_offsets()) for points in axes.collections] == [50] * 5
        best = max(axes.collections, key=lambda points: points.get_zorder())
        assert np.all(np.diff(best.get_offsets(), axis=1) == 0)
    assert labels(figure) == {"simulated (ms)", "predicted (ms)"}
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_the_points_of_a_large_test_set_are_drawn_as_an_image():
    for n, rasterised in ((1000, False), (4000, True)):
        (points,) = panels(draw_apd([durations("latent", 1.0, n)]))[0].collections
        assert bool(points.get_rasterized()) == rasterised


def test_a_model_that_predicts_no_action_potential_can_be_drawn():
    figure = draw_apd([durations("dlstm2", np.nan)])
    assert "dlstm2 50 of 50" in figure.get_suptitle()
    assert panels(figure)[0].texts[0].get_text() == "dlstm2: none"
