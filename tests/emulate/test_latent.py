"""The latent emulator learns shape, timing and beating of synthetic cells, and is a model like any other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import cycle_length_ms, synthetic_windows

import gbar
from gbar.emulate.latent import train_latent
from gbar.emulate.split import TEST, TRAIN
from gbar.emulate.windows import BEAT_TIME, Windows
from gbar.errors import UserError
from gbar.training.optimiser import TrainingSettings

pytestmark = pytest.mark.slow

ARCHITECTURE = {"name": "latent", "rank": 8, "members": 3, "widths": [24, 24], "activation": "gelu"}
SETTINGS = TrainingSettings(epochs=100, batch_size=32, learning_rate=1e-2, schedule="cosine")
BEATING = TrainingSettings(epochs=60, batch_size=32, learning_rate=1e-2, schedule="cosine")


@pytest.fixture(scope="module")
def data() -> Windows:
    return synthetic_windows()


@pytest.fixture(scope="module")
def folder(data: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("latent")
    train_latent(data, ARCHITECTURE, SETTINGS, BEATING, path / "checkpoints", path / "model", {"split": "simulation"})
    assert [child.name for child in path.iterdir()] == ["model"]
    return path / "model"


def test_held_out_windows_are_predicted_with_their_later_upstrokes(data: Windows, folder: Path) -> None:
    test = data.part(TEST)
    predicted = gbar.load_model(folder)(data.inputs[test])
    error = np.mean((predicted - data.trace[test]) ** 2, axis=1)
    variance = np.var(data.trace[data.part(TRAIN)], axis=0).mean()
    assert variance > 500
    assert np.median(error) < 0.005 * variance
    assert error.mean() < 0.02 * variance


def test_cycle_length_and_beating_of_held_out_settings_are_told(data: Windows, folder: Path) -> None:
    model, test = gbar.load_model(folder), data.part(TEST)
    said = model.predict(data.inputs[test])
    assert said.cycle_length_ms is not None
    truth = cycle_length_ms(data.inputs[test, 0], data.upstroke_ms[test])
    assert np.median(abs(said.cycle_length_ms.mean(axis=0) / truth - 1)) < 0.005
    settings = data.setting_inputs[data.setting_split == TEST]
    beats = model.predict({"gK": settings[:, 0], "gCa": settings[:, 1], BEAT_TIME: 1000}).beats
    assert beats is not None
    assert np.mean((beats > 0.5) == data.setting_beats[data.setting_split == TEST]) > 0.9


def test_a_prediction_holds_what_every_member_says(data: Windows, folder: Path) -> None:
    model = gbar.load_model(folder)
    said = model.predict(data.inputs[:5])
    assert said.members is not None
    assert said.spread_mV is not None
    assert said.members.shape == (3, 5, 400)
    np.testing.assert_allclose(said.trace, model(data.inputs[:5]))
    outside = model.predict({"gK": 6.0, "gCa": 6.0, BEAT_TIME: 500})
    assert outside.spread_mV is not None
    assert outside.spread_mV[0] > 3 * np.median(said.spread_mV)


def test_a_cycle_longer_than_the_trace_is_not_taken_for_one_that_ends_with_it(data: Windows, folder: Path) -> None:
    is_unknown = np.isnan(data.cycle_length_ms)
    assert is_unknown.any()
    said = gbar.load_model(folder).predict(data.inputs[is_unknown])
    assert said.cycle_length_ms is not None
    assert np.all(said.cycle_length_ms.mean(axis=0) > 335)


def test_the_card_tells_ranges_of_all_settings_and_both_trainings(folder: Path) -> None:
    card = gbar.load_model(folder).card
    assert card.architecture == ARCHITECTURE | {"beats": 2}
    assert [one.name for one in card.inputs] == ["gK", "gCa", BEAT_TIME]
    assert card.inputs[0].minimum < 0.1
    assert card.training["status"] == "completed"
    assert card.training["split"] == "simulation"
    assert card.training["beating"]["epochs"] == 60


def test_data_without_a_second_upstroke_is_refused(data: Windows, tmp_path: Path) -> None:
    lonely = replace(data, cycle_length_ms=np.full(len(data), np.nan))
    with pytest.raises(UserError, match=r"a latent emulator needs .* 0 windows know the next"):
        train_latent(lonely, ARCHITECTURE, SETTINGS, BEATING, tmp_path / "checkpoints", tmp_path / "model")
