from pathlib import Path

import numpy as np
import pytest
from tests.action_potentials import FALL_MS, RISE_MS, action_potentials

from gbar.emulate.scores import choose_sigma, floor, score, smooth
from gbar.emulate.split import TEST, TRAIN
from gbar.records.metrics import read_metrics, write_metrics
from gbar.traces.settings import BeatSettings

DT = 0.12


@pytest.fixture(scope="module")
def simulated() -> np.ndarray:
    shapes = [action_potentials([100.2], 588, dt_ms=DT, fall_ms=fall)[:4900] for fall in (150, 200, 250)]
    return np.stack(shapes).astype(np.float32)


def test_a_perfect_prediction_has_no_error(simulated: np.ndarray) -> None:
    scores = score(simulated, simulated, DT, BeatSettings())
    assert (scores.mse_mV2, scores.rmse_mV, scores.mae_mV) == (0, 0, 0)
    assert (scores.n_windows, scores.n_measured, scores.n_unmeasured) == (3, 3, 0)
    assert set(scores.apd_mape.values()) == {0}


def test_a_shift_of_the_whole_trace_is_an_error_of_voltage_and_not_of_duration(simulated: np.ndarray) -> None:
    scores = score(simulated + 2, simulated, DT, BeatSettings())
    assert (scores.mse_mV2, scores.rmse_mV, scores.mae_mV) == pytest.approx((4, 2, 2), abs=1e-4)
    assert (scores.mdp_mae_mV, scores.peak_mae_mV) == pytest.approx((2, 2), abs=1e-4)
    assert scores.apd_mape["apd_all"] == pytest.approx(0, abs=1e-3)


def test_duration_errors_are_percentages_of_the_simulated_duration() -> None:
    short, long = (
        action_potentials([100.2], 588, dt_ms=DT, fall_ms=fall)[None, :4900] for fall in (FALL_MS, 1.1 * FALL_MS)
    )
    scores = score(long, short, DT, BeatSettings())
    for percent in (50, 75, 90):
        ramp = percent / 100 * FALL_MS
        expected = 100 * 0.1 * ramp / (RISE_MS + ramp)
        assert scores.apd_mape[f"apd{percent}"] == pytest.approx(expected, abs=0.1)
    assert scores.apd_mape["apd_all"] == pytest.approx(np.mean([scores.apd_mape[f"apd{p}"] for p in (50, 75, 90)]))


def test_predictions_without_an_action_potential_are_counted_and_kept_out_of_its_errors(
    simulated: np.ndarray,
) -> None:
    predicted = simulated.copy()
    predicted[0] = -70
    predicted[1, 900:] = np.maximum(predicted[1, 900:], 0)  # rises, but never repolarises
    scores = score(predicted, simulated, DT, BeatSettings())
    assert (scores.n_windows, scores.n_measured, scores.n_unmeasured) == (3, 1, 2)
    assert scores.apd_mape["apd_all"] == 0
    assert scores.mse_mV2 > 100


def test_scores_without_any_action_potential_are_null_in_json(simulated: np.ndarray, tmp_path: Path) -> None:
    scores = score(np.full_like(simulated, -70), simulated, DT, BeatSettings())
    write_metrics(tmp_path / "metrics.json", {"n": scores.n_unmeasured, "mape": scores.apd_mape, "all": [np.nan, 1.0]})
    found = read_metrics(tmp_path / "metrics.json")
    assert found["mape"]["apd_all"] is None
    assert found["all"] == [None, 1.0]
    assert found["n"] == 3


def test_a_scan_of_sigma_gives_the_error_of_each_smoothed_prediction(simulated: np.ndarray) -> None:
    noisy = simulated + np.random.default_rng(0).normal(0, 3, simulated.shape).astype(np.float32)
    sigmas = [0.0, 1.0, 2.2, 7.0]
    scan = choose_sigma(noisy, simulated, sigmas)
    expected = [np.mean((smooth(noisy.astype(float), sigma) - simulated) ** 2) for sigma in sigmas]
    assert scan.mse_mV2 == pytest.approx(expected, rel=1e-6)
    assert scan.sigma == sigmas[int(np.argmin(expected))] > 0


def test_a_clean_prediction_is_left_unsmoothed(simulated: np.ndarray) -> None:
    scan = choose_sigma(simulated, simulated)
    assert scan.sigma == 0
    assert (scan.sigmas[1], scan.sigmas[-1], len(scan.sigmas)) == (1.0, 7.0, 62)


def test_the_floor_is_the_variance_of_a_simulation_s_windows() -> None:
    rng = np.random.default_rng(0)
    means = rng.normal(0, 30, (200, 1, 50))
    windows = (means + rng.normal(0, 2, (200, 5, 50))).reshape(1000, 50)
    row, split = np.repeat(np.arange(200), 5), np.tile([TRAIN, TRAIN, TRAIN, TRAIN, TEST], 200)
    result = floor(windows, row, split)
    assert result.spread_mse_mV2 == pytest.approx(4 * 4 / 5, rel=0.02)
    assert result.unbiased_mse_mV2 == pytest.approx(4, rel=0.02)
    assert result.seen_mse_mV2 == pytest.approx(4 * (1 + 1 / 4), rel=0.05)
    assert result.n_seen == 200


def test_without_a_shared_simulation_nothing_was_seen() -> None:
    result = floor(np.zeros((4, 10)), np.array([0, 0, 1, 1]), np.array([TRAIN, TRAIN, TEST, TEST]))
    assert np.isnan(result.seen_mse_mV2)
    assert result.n_seen == 0
