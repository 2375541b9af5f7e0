"""The figure of ensemble spread against error."""

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels

from gbar.figures.emulate.spread import Spread, draw_spread, running_median

NOMINAL = np.array([0.1, 0.5, 0.9, 0.99])


def spread(model: str, n: int = 300, raw: bool = True) -> Spread:
    rng = np.random.default_rng(0)
    spread_mV = np.exp(rng.normal(0, 1, n))
    error = 2 * spread_mV * np.exp(rng.normal(0, 0.4, n))
    return Spread(model, spread_mV, error, NOMINAL, NOMINAL + 0.01 - 0.02 * NOMINAL, NOMINAL**2 if raw else None)


def test_the_running_median_is_over_bins_of_equally_many_windows():
    at = np.random.default_rng(1).permutation(np.arange(1.0, 37.0))
    middle, error = running_median(at, 10 * at)
    assert middle.tolist() == [6.5, 18.5, 30.5]
    assert error.tolist() == [65, 185, 305]
    assert len(running_median(at[:5], at[:5])[0]) == 1


@pytest.mark.parametrize("n_models", [1, 3])
def test_both_panels_have_units_and_no_text_lies_on_another(n_models):
    figure = draw_spread([spread(f"latent{k}") for k in range(n_models)])
    assert {"ensemble spread of a test window (mV)", "RMSE of the window (mV)"} <= labels(figure)
    assert {"nominal level of the interval (%)", "covered (%)"} <= labels(figure)
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_the_coverage_of_the_90_percent_interval_is_told():
    _, coverage = panels(draw_spread([spread("latent")]))
    assert [text.get_text() for text in coverage.texts] == ["latent: 89.2 % in the 90 % interval"]


def test_the_coverage_before_calibration_is_dashed_and_may_be_unknown():
    for raw in (True, False):
        figure = draw_spread([spread("latent", raw=raw)])
        assert any(line.is_dashed() for line in panels(figure)[1].lines) == raw
        told = [text.get_text() for text in figure.legends[0].get_texts()]
        assert ("before calibration" in told) == raw


def test_windows_without_spread_are_left_out():
    one = spread("latent")
    one.spread_mV[:5] = np.nan
    one.spread_mV[5] = 0
    points = panels(draw_spread([one]))[0].collections[0]
    assert len(points.get_offsets()) == 294
