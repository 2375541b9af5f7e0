"""A model folder: what is saved is what predicts, and what is no model is said to be none."""

import json
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import gbar
from gbar import nets
from gbar.emulate.model import Input, ModelCard, Output, save_model
from gbar.errors import UserError
from gbar.models.model_files import read_model_files, write_model_files
from gbar.training.history import EpochRecord

CARD = ModelCard(
    architecture={"name": "dlstm2", "lstm_widths": [6, 6], "dense_widths": [8, 8]},
    inputs=(Input("INa", 1.0, 0.5, 0.0, 2.0), Input("IKr", 0.8, 0.25, 0.2, 1.6)),
    output=Output(-40.0, 30.0, tuple(0.12 * k for k in range(30))),
    training={"epochs": 3, "status": "completed"},
    data_digest="abc",
    metrics={"mse_mV2": 1.5},
)
HISTORY = (EpochRecord(1, 0.5, 0.6, 1e-3, 0.1), EpochRecord(2, 0.4, float("nan"), 1e-3, 0.1))
NETWORK = nets.build(CARD.architecture, 2, 30, seed=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_model(tmp_path / "model", NETWORK, CARD, HISTORY)
    return tmp_path / "model"


def test_a_saved_model_predicts_as_the_network_does_between_its_scalings(folder: Path) -> None:
    settings = np.random.default_rng(0).uniform(0, 2, (300, 2)).astype(np.float32)
    scaled = (settings - np.float32([1.0, 0.8])) / np.float32([0.5, 0.25])
    expected = NETWORK(jnp.asarray(scaled)) * 30 - 40
    model = gbar.load_model(folder)
    traces = model(settings)
    assert traces.dtype == np.float32
    np.testing.assert_allclose(traces, expected, atol=1e-4)
    np.testing.assert_allclose(model({"IKr": settings[:, 1], "INa": settings[:, 0]}), expected, atol=1e-4)
    np.testing.assert_allclose(model({"INa": settings[0, 0], "IKr": settings[:5, 1]})[0], expected[0], atol=1e-4)
    assert model({"INa": 1, "IKr": 1}).shape == (1, 30)
    assert model(np.empty((0, 2))).shape == (0, 30)


def test_the_card_and_the_history_come_back_as_they_were(folder: Path) -> None:
    model = gbar.load_model(folder)
    assert model.card == CARD
    assert model.inputs == ("INa", "IKr")
    np.testing.assert_array_equal(model.times_ms, 0.12 * np.arange(30))
    assert (folder / "history.csv").read_text().splitlines()[1:] == [
        "1,0.5,0.6,0.001,0.1",
        "2,0.4,nan,0.001,0.1",
    ]


def test_a_model_replaces_a_model_but_nothing_else(folder: Path, tmp_path: Path) -> None:
    save_model(folder, NETWORK, CARD, HISTORY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    with pytest.raises(UserError, match=r"thesis: exists and is no model"):
        save_model(tmp_path / "thesis", NETWORK, CARD, HISTORY)
    assert (tmp_path / "thesis" / "chapter1.txt").exists()


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        ({"INa": 1.0}, r"inputs: IKr missing; the model takes INa, IKr"),
        ({"INa": 1.0, "IKr": 1.0, "ICaL": 1.0}, r"inputs: ICaL unknown; the model takes INa, IKr"),
        ({"INa": [1.0, 2.0], "IKr": [1.0, 2.0, 3.0]}, r"lengths \[2, 3\] differ"),
        ({"INa": 1.0, "IKr": float("nan")}, r"input IKr: nan .* finite"),
        ({"INa": 1.0, "IKr": "half"}, r"input IKr: 'half' .* a number or an array of numbers"),
        (np.ones((4, 3)), r"shape of the inputs: \(4, 3\) .* \(n, 2\), one column each for INa, IKr"),
        (np.ones(2), r"shape of the inputs: \(2,\)"),
    ],
)
def test_wrong_inputs_are_named(folder: Path, scales: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        gbar.load_model(folder)(scales)


def test_a_folder_that_is_no_model_is_said_to_be_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match=r"is no model; a model is a folder with model\.json"):
            gbar.load_model(path)


def test_a_model_of_another_format_is_refused_with_both_versions(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | {"format": 99}))
    with pytest.raises(UserError, match=r"model format 99 is not known to gbar .* reads format 2"):
        gbar.load_model(folder)


def test_a_model_of_before_own_values_were_kept_is_told_to_be_trained_again(folder: Path) -> None:
    card, arrays = read_model_files(folder)
    for one in card["inputs"]:
        del one["own_value"], one["unit"]
    write_model_files(folder, card, arrays)
    with pytest.raises(UserError, match=r"inputs.0.own_value: Field required.; delete the folder and train again"):
        gbar.load_model(folder)


@pytest.mark.parametrize(
    "damage",
    ["torn parameters", "no parameters", "a flipped bit", "another scaling", "another history", "no inputs"],
)
def test_a_damaged_model_is_refused(folder: Path, damage: str) -> None:
    parameters, card = folder / "params.safetensors", json.loads((folder / "model.json").read_text())
    if damage == "torn parameters":
        parameters.write_bytes(parameters.read_bytes()[:-100])
    elif damage == "no parameters":
        parameters.unlink()
    elif damage == "a flipped bit":
        content = bytearray(parameters.read_bytes())
        content[-9] ^= 1
        parameters.write_bytes(content)
    elif damage == "another scaling":
        card["output"]["scale_mV"] = 31.0
    elif damage == "another history":
        (folder / "history.csv").write_text((folder / "history.csv").read_text().replace("0.4", "0.3"))
    else:
        del card["inputs"]
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(UserError, match=r"the model is damaged \(.*\); delete the folder and train again"):
        gbar.load_model(folder)


def test_importing_gbar_does_not_import_jax() -> None:
    check = "import gbar, sys; sys.exit('jax' in sys.modules or not gbar.__version__)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_the_public_functions_are_listed_before_they_are_imported() -> None:
    listed = "import sys, gbar; print({*gbar.__all__} <= {*dir(gbar)}, 'jax' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "False"]
