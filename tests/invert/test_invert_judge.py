"""What is said of an inverter: scores recomputed from what it predicted, and other simulators shown to it."""

from pathlib import Path

import numpy as np
import pytest
import zarr
from made_inverter import ROWS, SAMPLES, SWEEP, WINDOW, made_sweep, made_traces
from made_up import gathered
from scipy.stats import binom, spearmanr

import gbar
from gbar.errors import UserError
from gbar.invert.cross import judge_cross
from gbar.invert.judge import judge
from gbar.invert.traces import TEST, open_traces
from gbar.records.metrics import read_metrics

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judged(study: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("judged")
    judge(study / "model", study / "traces.zarr", folder / "metrics.json", folder / "predictions.npz")
    with np.load(folder / "predictions.npz", allow_pickle=False) as arrays:
        return read_metrics(folder / "metrics.json", sealed=True), dict(arrays)


def test_the_test_rows_and_no_others_are_judged(study: Path, judged: tuple) -> None:
    metrics, arrays = judged
    data = open_traces(study / "traces.zarr")
    rows = data.rows(TEST)
    assert metrics["test_traces"] == len(rows)
    assert arrays["id"].tolist() == [data.ids[row] for row in rows]
    np.testing.assert_array_equal(arrays["unit_true"], data.unit[rows])
    assert arrays["members"].shape == (4, len(rows), 2)
    assert arrays["members"].dtype == np.float16
    V = data.read(rows) * 0.01
    np.testing.assert_allclose(arrays["unit_mean"], gbar.load_inverter(study / "model").predict(V).unit, atol=1e-5)


def test_scores_are_those_of_the_predictions(judged: tuple) -> None:
    metrics, arrays = judged
    residual = arrays["unit_mean"].astype(float) - arrays["unit_true"]
    assert metrics["mse"] == pytest.approx(np.mean(residual**2), rel=1e-4)
    assert metrics["rmse"]["a"] == pytest.approx(np.sqrt(np.mean(residual[:, 0] ** 2)), rel=1e-4)
    assert metrics["rmse_physical"]["d"] == pytest.approx(2.25 * metrics["rmse"]["d"])
    assert metrics["rms_percent"]["a"] == pytest.approx(100 * residual[:, 0].std(), rel=1e-4)
    truth = arrays["unit_true"][:, 1]
    assert metrics["r2"]["d"] == pytest.approx(1 - np.mean(residual[:, 1] ** 2) / truth.var(), rel=1e-3)
    np.testing.assert_allclose(metrics["residual_correlation"], np.corrcoef(residual.T), atol=1e-4)
    expected = spearmanr(arrays["unit_std"][:, 0], np.abs(residual[:, 0])).statistic
    assert metrics["spread_error_correlation"]["a"] == pytest.approx(expected, abs=1e-3)
    assert metrics["mse"] < metrics["mse_of_single_networks"]
    assert metrics["fold_test_mse"].keys() == {"0", "1"}


def test_intervals_hold_as_often_on_test_traces_as_they_say(judged: tuple) -> None:
    metrics, arrays = judged
    n = metrics["test_traces"]
    nominal, observed = np.array(metrics["coverage_nominal"]), metrics["coverage_by_parameter"]
    # As many traces calibrate as test: twice the variance of one sample.
    bound = 4 * np.sqrt(2 * nominal * (1 - nominal) / n)
    for name in ("a", "d"):
        assert (np.abs(np.array(observed[name]) - nominal) < bound).all()
    inside = (arrays["low90"] <= arrays["unit_true"]) & (arrays["unit_true"] <= arrays["high90"])
    assert observed["d"][3] == pytest.approx(inside[:, 1].mean(), abs=1.01 / n)


def test_false_alarms_are_the_share_of_flagged_test_traces_and_about_as_many_as_wanted(judged: tuple) -> None:
    metrics, arrays = judged
    n = metrics["test_traces"]
    assert metrics["false_alarm_rate"] == pytest.approx(arrays["flagged"].mean())
    np.testing.assert_array_equal(arrays["flagged"], arrays["score"] > np.float32(metrics["score_threshold"]))
    # Calibrated on as many traces as are tested: the count varies as one of half as many.
    assert metrics["false_alarm_rate"] * n <= 2 * binom.ppf(0.9999, n // 2, 0.05)


def test_a_data_set_it_did_not_learn_from_is_refused(study: Path, tmp_path: Path) -> None:
    other = made_traces(tmp_path, WINDOW.model_copy(update={"seed": 1}))
    with pytest.raises(UserError, match=r"is not the data set that the inverter learned from"):
        judge(study / "model", other, tmp_path / "metrics.json", tmp_path / "predictions.npz")
    assert not (tmp_path / "metrics.json").exists()


def crossed(study: Path, folder: Path, **stores: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """Show other simulators to the inverter of the study and return what was written."""
    metrics, answers = folder / "cross.json", folder / "cross.npz"
    judge_cross(study / "model", study / "traces.zarr", stores, metrics, answers)
    with np.load(answers, allow_pickle=False) as arrays:
        return read_metrics(metrics, sealed=True), dict(arrays)


def test_another_simulator_is_shown_and_noticed(study: Path, tmp_path: Path) -> None:
    store = made_sweep(tmp_path / "other", others=True)
    metrics, cross = crossed(study, tmp_path, others=store)
    assert metrics.pop("files").keys() == {"cross.npz"}
    assert metrics == {
        name: {key: cross[key][k] for key in ("traces", "beyond", "flagged")}
        for k, name in enumerate(["own", "others"])
    }
    assert cross["sweeps"].tolist() == ["own", "others"]
    assert cross["traces"].tolist() == [180, ROWS]
    own, others = cross["flagged"]
    assert own < 0.15
    assert others > 0.7
    assert cross["beyond"][1] == pytest.approx(np.mean(np.abs(cross["unit_others"]) > 1), abs=1e-3)
    assert cross["beyond"][1] > cross["beyond"][0]
    np.testing.assert_allclose(cross["correlations"][1], np.corrcoef(cross["unit_others"].T), atol=1e-4)


def test_rows_of_another_simulator_that_diverged_are_not_shown(study: Path, tmp_path: Path) -> None:
    V, status = np.full((ROWS, SAMPLES + 1), -60.0), np.zeros(ROWS, np.int8)
    V[:100, 5:], status[:100] = np.nan, 2
    store = gathered(tmp_path / "flat", SWEEP, V, status) / "store.zarr"
    _, cross = crossed(study, tmp_path, flat=store)
    assert cross["traces"].tolist() == [180, ROWS - 100]
    # All alike, and so is what is predicted of them.
    assert np.ptp(cross["unit_flat"], axis=0).max() < 1e-5
    assert cross["flagged"][1] in (0, 1)


@pytest.mark.parametrize(
    ("every_ms", "samples", "message"),
    [(0.1, 65, r"save_every_ms: 0\.1 .* 0\.2"), (0.2, 33, r"traces of 33 samples end before 64")],
)
def test_a_store_that_does_not_fit_the_window_is_refused(
    study: Path, tmp_path: Path, every_ms: float, samples: int, message: str
) -> None:
    protocol = {"duration_ms": every_ms * (samples - 1), "save_every_ms": every_ms, "stimulus": {"kind": "none"}}
    design = SWEEP["design"] | {"rows": 20}
    values = SWEEP | {"protocol": protocol, "design": design}
    store = gathered(tmp_path / "other", values, np.full((20, samples), -60.0)) / "store.zarr"
    assert "V" in zarr.open_group(store, mode="r")
    with pytest.raises(UserError, match=message):
        crossed(study, tmp_path, other=store)
    assert not list(tmp_path.glob("cross.*"))
