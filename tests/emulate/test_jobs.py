"""The jobs of an ensemble, from a data set to scores and to a prediction with its error."""

import json
from pathlib import Path

import numpy as np
import pytest
from synthetic import synthetic_windows

import gbar
from gbar.config.emulate import ModelSection, SmoothingSection
from gbar.config.explain import checked
from gbar.emulate.calibration import LEVELS, factor
from gbar.emulate.evaluation import evaluate_emulator
from gbar.emulate.forecast import forecast, write_forecast
from gbar.emulate.split import TEST, TRAIN, UNUSED, VALIDATION
from gbar.emulate.subset import with_settings
from gbar.emulate.training import train_emulator
from gbar.emulate.windows import BEAT_TIME
from gbar.emulate.windows_store import open_windows, write_windows
from gbar.errors import UserError
from gbar.records.files import read_csv
from gbar.records.provenance import Provenance
from gbar.report.verify_networks import verify_evaluation

pytestmark = pytest.mark.slow

FAST = {"epochs": 60, "batch_size": 32, "learning_rate": 0.01, "schedule": "cosine"}
LATENT = {
    "network": {"name": "latent", "rank": 8, "members": 3, "widths": [24, 24]},
    "training": FAST,
    "beating": FAST,
    "settings": 120,
}
WIDE = {
    "network": {"name": "lstm_wide", "lstm_widths": [24], "dense_widths": [24], "activation": "linear"},
    "training": FAST | {"optimizer": "rmsprop", "learning_rate": 0.002},
    "split": "window",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ensemble and a scaled-down first network, trained and evaluated by their jobs."""
    path = tmp_path_factory.mktemp("jobs")
    write_windows(path / "windows.zarr", synthetic_windows(), {})
    for name, section in (("latent", LATENT), ("wide", WIDE)):
        train_emulator(path / "windows.zarr", checked(ModelSection, section), path / "checkpoints", path / name)
        outputs = (path / f"{name}.{ending}" for ending in ("json", "npz", "csv"))
        evaluate_emulator(path / name, path / "windows.zarr", SmoothingSection(), *outputs)
    return path


def metrics(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.json").read_text())


def test_both_networks_are_far_better_than_the_mean_trace(folder: Path):
    data = synthetic_windows()
    variance = np.var(data.trace[data.part(TRAIN)], axis=0).mean()
    assert metrics(folder, "latent")["mse_mV2"] < 0.05 * variance
    assert metrics(folder, "wide")["mse_mV2"] < 0.5 * variance


def test_an_ensemble_is_scored_for_cycle_length_beating_and_coverage(folder: Path):
    found = metrics(folder, "latent")
    assert found["training_settings"] == 120
    assert found["cycle_length_median_ape_percent"] < 2
    assert found["beating_right_percent"] > 85
    assert found["coverage_nominal"] == list(LEVELS)
    assert found["coverage_observed"] == sorted(found["coverage_observed"])
    assert found["coverage_observed"][LEVELS.index(0.9)] == pytest.approx(0.9, abs=0.1)


def test_a_model_says_where_it_comes_from_and_what_it_learned_from(folder: Path):
    for name, section in (("latent", LATENT), ("wide", WIDE)):
        card = gbar.load_model(folder / name).card
        assert card.data_digest == open_windows(folder / "windows.zarr").digest
        assert card.provenance is not None
        record = Provenance.from_json(card.provenance)
        assert record.configuration == checked(ModelSection, section).model_dump(mode="json")
        assert record.start <= record.end
        assert record.device


def test_metrics_guard_themselves_and_what_was_written_with_them(folder: Path):
    assert [finding.path.name for finding in verify_evaluation(folder / "wide.json") if finding.ok] == [
        "wide.json",
        "wide.npz",
        "wide.csv",
    ]


def test_predictions_tell_the_times_of_their_samples(folder: Path):
    with np.load(folder / "wide.npz") as predicted:
        assert predicted["time_ms"].shape == predicted["trace"].shape[1:]
        assert predicted["time_ms"].tolist() == open_windows(folder / "windows.zarr").time.tolist()


def test_a_single_network_has_no_spread(folder: Path):
    assert "coverage_observed" not in metrics(folder, "wide")
    header, rows = read_csv(folder / "wide.csv")
    assert {row[header.index("spread_mV")] for row in rows} == {""}
    assert metrics(folder, "wide")["dormant_parameters"] == 4 * 24 * 24 + 24 * (3 + 1)


def test_scores_have_a_line_a_test_window(folder: Path):
    header, rows = read_csv(folder / "latent.csv")
    assert len(rows) == metrics(folder, "latent")["test_windows"]
    assert header[:6] == ["window", "row", "start_ms", "gK", "gCa", "rmse_mV"]
    assert all(float(row[header.index("spread_mV")]) > 0 for row in rows)


def test_a_forecast_has_intervals_and_a_file_with_them(folder: Path, tmp_path: Path):
    model = gbar.load_model(folder / "latent")
    found = forecast(model, {"gK": 1.0, "gCa": 1.0}, 1000.0)
    assert found.warnings == []
    assert found.interval_mV is not None
    assert (found.interval_mV[0] < found.V_mV).all()
    assert (found.V_mV < found.interval_mV[1]).all()
    assert found.measures["apd90"][0] == pytest.approx(92, abs=8)
    assert found.measures["apd90"][1] is not None
    write_forecast(tmp_path / "ap.csv", found)
    assert read_csv(tmp_path / "ap.csv")[0] == ["time_ms", "V_mV", "lower_mV", "upper_mV"]


def test_a_forecast_warns_of_a_setting_that_does_not_beat_and_of_one_out_of_range(folder: Path):
    model = gbar.load_model(folder / "latent")
    assert any("does not beat" in warning for warning in forecast(model, {"gK": 0.02, "gCa": 0.02}).warnings)
    assert any("gK = 3 is outside" in warning for warning in forecast(model, {"gK": 3.0, "gCa": 1.0}).warnings)


def test_factors_rise_with_the_level(folder: Path):
    calibration = gbar.load_model(folder / "latent").card.metrics["calibration"]
    factors = [factor(calibration, "voltage", level) for level in LEVELS]
    assert factors == sorted(factors)


def test_fewer_settings_are_nested_and_leave_validation_and_test_alone():
    data = synthetic_windows()
    few, more = with_settings(data, 20), with_settings(data, 60)
    assert [(one.setting_split == TRAIN).sum() for one in (few, more)] == [20, 60]
    kept = [set(one.row[one.part(TRAIN)].tolist()) for one in (few, more)]
    assert kept[0] < kept[1]
    for one, rows in zip((few, more), kept, strict=True):
        assert len(rows) == (one.setting_beats[one.setting_split == TRAIN]).sum()
    for part in (VALIDATION, TEST):
        np.testing.assert_array_equal(few.part(part), data.part(part))
    assert (few.setting_split == UNUSED).sum() > (more.setting_split == UNUSED).sum() > 0
    with pytest.raises(UserError, match="settings: 5000 is not allowed"):
        with_settings(data, 5000)
    assert BEAT_TIME in few.features
