"""The jobs of the subthreshold study, from currents to errors and figures, on a few short paths."""

import json
import shutil
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import zarr
from netcdf import opened_and_written

from gbar.config.explain import checked
from gbar.config.subthreshold import BaselineSection, CurrentsSection, FilterSection
from gbar.errors import UserError
from gbar.figures.subthreshold.data import read_errors, read_samples
from gbar.models.model_files import read_model_files
from gbar.subthreshold.baselines import fit
from gbar.subthreshold.dataset import Part, make_currents, open_currents
from gbar.subthreshold.evaluation import evaluate_baseline, evaluate_filter
from gbar.subthreshold.filters import load_filter
from gbar.subthreshold.training import train_filter

pytestmark = pytest.mark.slow

CURRENTS = {"paths": 40, "samples": 200, "validation": 0.2, "test_paths": 3, "test_samples": 400}
PUBLISHED = {
    "network": {
        "name": "convfilter",
        "widths": [2, 6, 16],
        "spans": [11, 5, 1],
        "activations": ["relu"] * 3,
        "causal": False,
    },
    "training": {"epochs": 2, "batch_size": 8},
    "scaled": False,
    "penalty": 0.01,
}
CAUSAL = {
    "network": {
        "name": "convfilter",
        "widths": [6, 6],
        "spans": [16, 4],
        "dilations": [1, 4],
        "activations": ["silu", "silu"],
        "linear": 40,
    },
    "training": {"epochs": 60, "batch_size": 4, "learning_rate": 0.01, "schedule": "cosine"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set, two filters and a linear one, made by their jobs."""
    path = tmp_path_factory.mktemp("subthreshold")
    data = path / "data.zarr"
    make_currents(checked(CurrentsSection, CURRENTS), data, lambda _: None)
    for name, section in (("published", PUBLISHED), ("causal", CAUSAL)):
        train_filter(data, checked(FilterSection, section), path / "checkpoints", path / name)
        evaluate_filter(path / name, data, path / f"{name}.json", path / f"{name}.npz")
    evaluate_baseline(data, BaselineSection(last=40), path / "linear.json")
    return path


def test_xarray_opens_the_paths_with_their_times_and_writes_them_to_netcdf(folder: Path, tmp_path: Path):
    data = opened_and_written(folder / "data.zarr", tmp_path)
    assert data["time"].dims == ("sample",)
    assert data["time"][:2].values.tolist() == [1, 2]
    with np.load(folder / "causal.npz") as predicted:
        for part in ("validation", "test"):
            assert predicted[f"{part}_time_ms"].tolist() == list(range(1, predicted[part].shape[1] + 1))


def metrics(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.json").read_text())


def test_parts_are_of_the_sizes_asked_for_and_the_last_paths_validate(folder: Path):
    data = open_currents(folder / "data.zarr")
    assert data.training.V_mV.shape == (32, 200)
    assert data.validation.current_pA.shape == (8, 200)
    assert data.test.V_mV.shape == (3, 400)


def test_a_data_set_that_was_changed_is_not_taken(folder: Path, tmp_path: Path):
    shutil.copytree(folder / "data.zarr", tmp_path / "data.zarr")
    zarr.open_group(tmp_path / "data.zarr")["V"][0, 0] = 0.0  # type: ignore[index]
    with pytest.raises(UserError, match="damaged"):
        open_currents(tmp_path / "data.zarr")


def test_a_causal_filter_with_a_linear_one_inside_is_better_than_the_linear_one(folder: Path):
    assert metrics(folder, "causal")["validation_mse_mV2"] < metrics(folder, "linear")["validation_mse_mV2"]
    assert metrics(folder, "linear")["validation_mse_mV2"] < 0.2 * metrics(folder, "linear")["constant_mse_mV2"]


def test_errors_are_those_of_the_filter_that_was_kept(folder: Path):
    data, kept = open_currents(folder / "data.zarr"), load_filter(folder / "causal")
    V = kept(data.validation.current_pA)
    assert metrics(folder, "causal")["validation_mse_mV2"] == pytest.approx(np.mean((V - data.validation.V_mV) ** 2))
    assert kept.card.metrics["validation_loss_mV2"] == pytest.approx(
        metrics(folder, "causal")["validation_mse_mV2"], rel=1e-3
    )
    assert np.load(folder / "causal.npz")["test"].shape == (3, 400)


def test_the_penalty_is_part_of_the_loss(folder: Path):
    card, numbers = read_model_files(folder / "published")
    squares = sum(float(np.sum(array**2)) for name, array in numbers.items() if name.startswith(("kernels", "biases")))
    error = metrics(folder, "published")["validation_mse_mV2"]
    assert card["metrics"]["validation_loss_mV2"] == pytest.approx(error + 0.01 * squares, rel=1e-5)


def test_a_folder_without_a_filter_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match="is no model"):
        load_filter(tmp_path)


def test_a_linear_filter_is_found_where_there_is_one():
    x = np.random.default_rng(0).normal(size=(20, 100))
    V = np.full(x.shape, -65.0)
    V[:, 2:] += 0.5 * x[:, :-2]
    V[:, 4:] -= 0.25 * x[:, :-4]
    found = fit(Part(x, V), BaselineSection(first=2, last=4))
    np.testing.assert_allclose(found.weights_mV_per_pA, [0.5, 0.0, -0.25], atol=1e-12)
    assert found.offset_mV == pytest.approx(-65.0)
    np.testing.assert_allclose(found(x), V, atol=1e-12)


@pytest.mark.parametrize(("part", "n"), [("validation", 200), ("test", 100)])
def test_figures_show_the_paths_that_were_predicted(folder: Path, part: Literal["validation", "test"], n: int):
    shown = read_samples(folder / "data.zarr", {name: folder / f"{name}.npz" for name in ("published", "causal")}, part)
    assert [len(one.time_ms) for one in shown] == [n] * 3
    assert shown[0].time_ms[-1] == (199 if part == "validation" else 399)
    assert np.abs(shown[0].predicted_mV["causal"] - shown[0].simulated_mV).max() < 2


def test_figures_tell_linear_filters_from_networks(folder: Path):
    errors, constant = read_errors((name, folder / f"{name}.json") for name in ("published", "causal", "linear"))
    causal = 6 * 16 + 6 + 6 * 24 + 6 + 6 + 1 + 40
    assert [one.weights for one in errors] == [219, causal, 40]
    assert [one.is_linear for one in errors] == [False, False, True]
    assert constant == metrics(folder, "linear")["constant_mse_mV2"]


def test_histories_are_in_mV2(folder: Path):
    rows = (folder / "causal" / "history.csv").read_text().splitlines()
    best = min(float(row.split(",")[2]) for row in rows[1:])
    assert best == pytest.approx(load_filter(folder / "causal").card.metrics["validation_loss_mV2"])
