"""An inverter's folder: what is joined and saved is what predicts; what is no inverter is said to be none."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest
from flax import nnx
from made_inverter import FOLDS, NETWORK, OFFSETS, ROWS, SAMPLES, SEEDS, made_golden, other_traces, traces_at

import gbar
from gbar import nets
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.invert import ensemble
from gbar.invert.inverter import Inverter
from gbar.invert.out_of_range import IN_RANGE, OUT_OF_RANGE
from gbar.invert.refining.fitting import Fitted
from gbar.invert.traces import CALIBRATION, TEST, open_traces
from gbar.models.model_files import read_model_files, write_model_files
from gbar.records.files import read_csv


@pytest.fixture(scope="module")
def inverter(study: Path) -> Inverter:
    return gbar.load_inverter(study / "model")


def rewritten(model: Path, copy: Path, **changes: object) -> Path:
    """Copy a model's folder with another card, its digests made to fit."""
    shutil.copytree(model, copy)
    card, arrays = read_model_files(copy)
    write_model_files(copy, card | changes, arrays)
    return copy


def test_the_card_tells_what_was_learned_and_from_what(study: Path, inverter: Inverter) -> None:
    assert inverter.parameters == open_traces(study / "traces.zarr").parameters
    assert [(one.name, one.low, one.high) for one in inverter.parameters] == [("a", 0.01, 0.1), ("d", 0.5, 5.0)]
    assert (inverter.samples, inverter.sample_ms, len(inverter)) == (SAMPLES, pytest.approx(0.2), OFFSETS * SEEDS)
    assert isinstance(inverter.sweep, SweepSection)
    assert inverter.sweep.cell.name == "izhikevich2003"
    assert inverter.window.samples == SAMPLES
    assert inverter.card.data_digest == open_traces(study / "traces.zarr").digest
    assert sorted((one["fold"], one["seed"]) for one in inverter.card.networks) == [(k // 2, k) for k in range(4)]
    header, rows = read_csv(study / "model" / "history.csv")
    assert header == ["fold", "seed", "epoch", "train_loss", "validation_loss", "learning_rate"]
    assert {(row[0], row[1]) for row in rows} == {(str(k // 2), str(k)) for k in range(4)}


def test_it_finds_the_parameters_of_new_traces_within_the_errors_it_tells(inverter: Inverter) -> None:
    truth = np.random.default_rng(8).uniform(-1, 1, (400, 2))
    answer = inverter.predict(traces_at(truth, seed=9)[:, :SAMPLES])
    rmse = np.sqrt(np.mean((answer.unit - truth) ** 2, axis=0))
    # The noise alone allows sqrt(2 / 64) 1.5 mV / 12 mV and / 2 mV; knowing nothing gives 0.58.
    assert rmse[0] < 0.1
    assert rmse[1] < 0.35
    assert rmse[0] < rmse[1]
    inside = (answer.unit_low <= truth) & (truth <= answer.unit_high)
    # 180 traces calibrate, 400 are counted: 4 standard deviations of both.
    assert (np.abs(inside.mean(axis=0) - 0.9) < 4 * np.sqrt(0.09 * (1 / 180 + 1 / 400))).all()
    assert np.mean([one == IN_RANGE for one in answer.verdict]) > 0.95 - 4 * np.sqrt(0.05 * (1 / 180 + 1 / 400))


def test_physical_values_are_the_unit_parameters_over_the_ranges(inverter: Inverter) -> None:
    answer = inverter.predict(traces_at(np.zeros((3, 2)))[:, :SAMPLES])
    np.testing.assert_allclose(answer.unit, answer.members.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(answer.unit_spread, answer.members.std(axis=0, ddof=1), atol=1e-6)
    np.testing.assert_allclose(answer.value[:, 1], 2.75 + 2.25 * answer.unit[:, 1])
    np.testing.assert_allclose(answer.spread[:, 1], 2.25 * answer.unit_spread[:, 1])
    np.testing.assert_allclose(answer.error[:, 1], 2.25 * answer.unit_error[:, 1])
    assert (answer.low < answer.value - answer.error).all()
    assert (answer.value + answer.error < answer.high).all()


def test_traces_of_another_kind_of_cell_are_out_of_range(inverter: Inverter) -> None:
    answer = inverter.predict(other_traces(200)[:, :SAMPLES])
    out = [one == OUT_OF_RANGE for one in answer.verdict]
    assert np.mean(out) > 0.7
    assert all(answer.reasons[row] for row in np.flatnonzero(out))
    assert "strong warning" in answer.warnings


def test_an_answer_does_not_depend_on_the_traces_asked_with_it(inverter: Inverter) -> None:
    V = traces_at(np.random.default_rng(1).uniform(-1, 1, (70, 2)))[:, :SAMPLES]
    together = inverter.predict(V)
    for rows in (slice(0, 1), slice(64, 67)):
        alone = inverter.predict(V[rows])
        np.testing.assert_allclose(alone.unit, together.unit[rows], atol=1e-5)
        np.testing.assert_allclose(alone.measures, together.measures[rows], rtol=1e-3, atol=1e-5)


def test_it_answers_alike_beside_a_solver_that_computes_in_float64(study: Path, inverter: Inverter) -> None:
    V = traces_at(np.random.default_rng(2).uniform(-1, 1, (4, 2)))[:, :SAMPLES]
    with jax.enable_x64(True):
        answer = gbar.load_inverter(study / "model").predict(V)
    assert answer.members.dtype == np.float32
    np.testing.assert_allclose(answer.unit, inverter.predict(V).unit, atol=1e-5)


def test_traces_at_another_sampling_interval_are_brought_to_its_own(inverter: Inverter) -> None:
    V = traces_at(np.random.default_rng(4).uniform(-1, 1, (3, 2)))[:, :SAMPLES]
    finer = np.stack([np.interp(np.arange(-10, 260) * 0.05, np.arange(SAMPLES) * 0.2, one) for one in V])
    found = inverter.predict(finer, sample_ms=0.05, begin_ms=-0.5)
    np.testing.assert_allclose(found.unit, inverter.predict(V).unit, atol=1e-4)
    for given, sample_ms, begin_ms in ((finer[:, :200], 0.05, 0.0), (finer, 0.05, 1.0), (finer[0], 0.05, 0.0)):
        with pytest.raises(UserError, match=r"shape of the traces: .* that cover the 12\.6 ms of the window"):
            inverter.predict(given, sample_ms, begin_ms)
    with pytest.raises(UserError, match="sample_ms: 0 "):
        inverter.predict(finer, 0)


def test_an_inverter_of_another_preprocessing_is_refused(study: Path, tmp_path: Path) -> None:
    other = rewritten(study / "model", tmp_path / "other", preprocessing="mean over the interval")
    with pytest.raises(UserError, match=r"prepared in another way than gbar .* prepares them; train it again"):
        gbar.load_inverter(other)


def test_a_card_from_before_tells_no_preprocessing_and_one_of_samples_as_they_are_needs_none(
    study: Path, tmp_path: Path
) -> None:
    for every, copy in ((1, tmp_path / "samples"), (2, tmp_path / "averages")):
        shutil.copytree(study / "model", copy)
        card, arrays = read_model_files(copy)
        assert card.pop("preprocessing") is None
        card["window"] |= {"every": every, "samples": every * SAMPLES}
        write_model_files(copy, card, arrays)
    assert gbar.load_inverter(tmp_path / "samples").samples == SAMPLES
    with pytest.raises(UserError, match=r"averages: the inverter learned from traces .* train it again"):
        gbar.load_inverter(tmp_path / "averages")


def test_voltages_are_clipped_as_in_training(inverter: Inverter) -> None:
    V = traces_at(np.zeros((1, 2)))[:, :SAMPLES]
    V[0, 10] = 50.0
    clipped = inverter.predict(V)
    V[0, 10] = 70.0
    np.testing.assert_array_equal(inverter.predict(V).unit, clipped.unit)


@pytest.mark.parametrize(
    ("V", "message"),
    [
        (np.zeros((2, SAMPLES + 1)), r"shape of the traces: \(2, 65\) .* \(n, 64\): 64 samples at 0\.2 ms"),
        (np.zeros(SAMPLES), r"shape of the traces: \(64,\)"),
        (np.zeros((0, SAMPLES)), r"shape of the traces: \(0, 64\)"),
        (np.full((1, SAMPLES), np.nan), r"traces: a voltage is not a finite number"),
    ],
)
def test_traces_that_cannot_be_asked_about_are_told(inverter: Inverter, V: np.ndarray, message: str) -> None:
    with pytest.raises(UserError, match=message):
        inverter.predict(V)


def test_each_kind_of_model_is_opened_by_its_own_function(study: Path) -> None:
    with pytest.raises(UserError, match=r"model: holds an inverter; open it with gbar\.load_inverter"):
        gbar.load_model(study / "model")
    with pytest.raises(UserError, match=r"0: holds the networks of one fold; open the inverter that joins"):
        gbar.load_inverter(study / "folds" / "0")
    with pytest.raises(UserError, match=r"nowhere: is no model"):
        gbar.load_inverter(study / "nowhere")


def test_an_emulator_is_no_inverter(study: Path, tmp_path: Path) -> None:
    emulator = rewritten(study / "model", tmp_path / "emulator", kind="emulator")
    with pytest.raises(UserError, match=r"emulator: holds an emulator; open it with gbar\.load_model"):
        gbar.load_inverter(emulator)


@pytest.mark.parametrize(
    "changes",
    [
        {"samples": "many"},
        {"samples": SAMPLES + 1},
        {"parameters": [{"name": "\x1b[2J", "unit": "1", "low": 0.0, "high": 1.0}] * 2},
        {"parameters": [{"name": "a", "unit": "1", "low": 0.0, "high": 1.0}] * 3},
        {"architecture": {"name": "regressor", "filters": [10**9], "kernel": 3, "pool": 3, "dense": []}},
        {"calibration": {"levels": [0.9], "factors": [[1.0]], "traces": 10}},
        {"window": {"first": -1}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_card_that_does_not_fit_its_numbers_is_refused(study: Path, tmp_path: Path, changes: dict) -> None:
    with pytest.raises(UserError, match=r"the model is damaged \(.*\); delete the folder and train again"):
        gbar.load_inverter(rewritten(study / "model", tmp_path / "copy", **changes))


def test_a_changed_threshold_is_found(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study / "model", tmp_path / "copy")
    card = json.loads((tmp_path / "copy" / "model.json").read_text())
    card["out_of_range"]["threshold"] = 100.0
    (tmp_path / "copy" / "model.json").write_text(json.dumps(card))
    with pytest.raises(UserError, match=r"the model is damaged \(its digest differs\)"):
        gbar.load_inverter(tmp_path / "copy")


def test_folds_of_another_data_set_are_not_joined(study: Path, tmp_path: Path) -> None:
    other = rewritten(study / "folds" / "1", tmp_path / "1", data_digest="another")
    with pytest.raises(UserError, match=r"1: has another data_digest than"):
        ensemble.assemble([study / "folds" / "0", other], study / "traces.zarr", 0.05, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_networks_that_learnt_nothing_are_left_out_and_counted(study: Path, tmp_path: Path) -> None:
    card, _ = read_model_files(study / "folds" / "0")
    first, second = card["networks"]
    lazy = rewritten(study / "folds" / "0", tmp_path / "0", networks=[first | {"used": False}, second])
    ensemble.assemble([lazy, study / "folds" / "1"], study / "traces.zarr", 0.05, tmp_path / "model")
    joined = gbar.load_inverter(tmp_path / "model")
    assert len(joined) == 3
    assert (joined.card.metrics["networks"], joined.card.metrics["networks_left_out"]) == (3, 1)
    all_lazy = rewritten(
        study / "folds" / "0", tmp_path / "lazy", networks=[one | {"used": False} for one in (first, second)]
    )
    with pytest.raises(UserError, match=r"none of 2 networks has learnt anything \(validation MSE below 0\.32\)"):
        ensemble.assemble([all_lazy], study / "traces.zarr", 0.05, tmp_path / "none")


def test_a_network_that_ran_away_or_answers_the_middle_is_not_used(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = nets.build(NETWORK.model_dump(mode="json"), SAMPLES, 2)
    state = jax.tree.map(np.asarray, nnx.to_pure_dict(nnx.state(network)))
    good = Fitted(state, "completed", "", (), 0.1, 0.1, 0, 0.0, 0)
    fitted = [
        good,
        replace(good, seed=1, status="diverged"),
        replace(good, seed=2, validation_loss=0.33, validation_mse=0.33),
        replace(good, seed=3, status="diverged", validation_loss=np.inf, validation_mse=np.inf),
    ]
    monkeypatch.setattr(ensemble, "fit", lambda *_: fitted)
    (tmp_path / "checkpoints").mkdir()
    golden = made_golden(tmp_path)
    ensemble.train_fold(study / "traces.zarr", golden, 0, 4, tmp_path / "checkpoints", tmp_path / "0", lambda _: None)
    card, arrays = read_model_files(tmp_path / "0")
    assert [one["used"] for one in card["networks"]] == [True, False, False, False]
    assert [one["validation_mse"] for one in card["networks"]] == [0.1, 0.1, 0.33, None]
    assert {len(array) for array in arrays.values()} == {4}
    assert not (tmp_path / "checkpoints").exists()


def test_no_network_has_seen_the_traces_that_calibrate_and_test(study: Path) -> None:
    data = open_traces(study / "traces.zarr")
    held_out = len(data.rows(CALIBRATION, TEST))
    assert held_out == round(0.4 * ROWS)
    for offset in range(OFFSETS):
        card, _ = read_model_files(study / "folds" / str(offset))
        assert card["metrics"]["training_traces"] == len(data.rows((offset + 2) % FOLDS))
