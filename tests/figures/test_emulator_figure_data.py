"""Reading what the figures of the emulators show from their scores and metrics."""

import json
from pathlib import Path

import numpy as np
import pytest

from gbar.errors import UserError
from gbar.figures.emulate.apd_data import read_durations
from gbar.figures.emulate.errors_data import read_errors
from gbar.figures.emulate.learning_data import read_learning
from gbar.figures.emulate.model_data import read_columns
from gbar.figures.emulate.smoothing_data import read_scans
from gbar.figures.emulate.spread_data import read_spreads

HEADER = (
    "window,row,start_ms,INa,IKr,rmse_mV,rmse_300_mV,apd50_ms,apd50_predicted_ms,apd75_ms,apd75_predicted_ms,"
    "apd90_ms,apd90_predicted_ms,spread_mV\n"
)
PLAIN = HEADER + "7,2,350.5,0.5,1,4.5,1.5,100,101,120,122,140,143,\n9,4,360,1,2,3,1,90,91,110,,130,,\n"
ENSEMBLE = PLAIN.replace("143,\n", "143,2.5\n")


@pytest.fixture
def scores(tmp_path) -> dict:
    for name, text in (("dlstm3", PLAIN), ("latent", ENSEMBLE)):
        (tmp_path / f"{name}.csv").write_text(text)
    return {name: tmp_path / f"{name}.csv" for name in ("dlstm3", "latent")}


def write_metrics(path, **values) -> dict:
    path.write_text(json.dumps(values))
    return {"latent": path}


def test_errors_are_read_with_the_scalings_between_start_and_error(scores):
    errors = read_errors(scores)
    assert [one.model for one in errors] == ["dlstm3", "latent"]
    assert errors[0].currents == ("INa", "IKr")
    assert errors[0].scalings.tolist() == [[0.5, 1], [1, 2]]
    assert errors[0].rmse_mV.tolist() == [4.5, 3]


def test_models_of_different_currents_are_refused(scores):
    scores["latent"].write_text(ENSEMBLE.replace("IKr", "ICaL"))
    with pytest.raises(UserError, match="is of INa, ICaL; the others are of INa, IKr"):
        read_errors(scores)


def test_durations_are_read_simulated_and_predicted_apart(scores):
    one = read_durations(scores)[0]
    assert one.simulated_ms.tolist() == [[100, 120, 140], [90, 110, 130]]
    assert one.predicted_ms[0].tolist() == [101, 122, 143]
    assert np.isnan(one.predicted_ms[1]).tolist() == [False, True, True]
    assert one.n_missed == 1


def test_only_ensembles_have_a_spread(scores, tmp_path):
    metrics = write_metrics(tmp_path / "metrics.json", coverage_nominal=[0.5, 0.9], coverage_observed=[0.4, 0.91])
    (one,) = read_spreads(scores, metrics)
    assert one.model == "latent"
    assert one.spread_mV[0] == 2.5
    assert one.observed.tolist() == [0.4, 0.91]
    assert one.observed_raw is None
    with pytest.raises(UserError, match="none of the models dlstm3 is an ensemble"):
        read_spreads({"dlstm3": scores["dlstm3"]}, metrics)


def test_the_scan_of_the_smoothing_is_read_from_the_metrics(tmp_path):
    scan = {"sigma": [0.0, 1.0], "validation_mse_mV2": [5.0, 4.0]}
    metrics = write_metrics(tmp_path / "metrics.json", smoothing_scan=scan, smoothing_sigma_samples=1.0)
    (one,) = read_scans(metrics)
    assert (one.model, one.chosen, one.mse_mV2.tolist()) == ("latent", 1.0, [5.0, 4.0])
    with pytest.raises(UserError, match="lacks 'smoothing_scan'"):
        read_scans(write_metrics(tmp_path / "metrics.json", mse_mV2=1.0))


def test_a_learning_curve_joins_the_trainings_of_a_model(tmp_path):
    def training(name: str, **metrics: object) -> Path:
        return write_metrics(tmp_path / name, **metrics)["latent"]

    few = training("few.json", training_settings=250, mse_mV2=40.0, mse_300_mV2=2.0, mape_apd_all_percent=1.5)
    more = training("more.json", training_settings=500, mse_mV2=20.0, mse_300_mV2=None, mape_apd_all_percent=1.0)
    (latent,) = read_learning({"latent": [few, more]})
    assert (latent.model, latent.training_settings.tolist()) == ("latent", [250, 500])
    assert latent.error["mse_mV2"].tolist() == [40, 20]
    assert np.isnan(latent.error["mse_300_mV2"][1])
    with pytest.raises(UserError, match="lacks 'training_settings'"):
        read_learning({"latent": [training("old.json", mse_mV2=1.0)]})


def test_a_cell_that_is_no_number_and_a_missing_column_are_told(tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text("rmse_mV,spread_mV\n1.5,often\n")
    with pytest.raises(UserError, match="'often'"):
        read_columns(table, "rmse_mV", "spread_mV")
    with pytest.raises(UserError, match="column 'apd50_ms' is missing"):
        read_columns(table, "apd50_ms")
