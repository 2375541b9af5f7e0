"""Factors on currents by fitting the whole model to a record with noise."""

import dataclasses

import jax
import numpy as np
import pytest

from gbar.config.gating import MEMBRANE, RefineSection
from gbar.gating.membrane import Record
from gbar.gating.refine import _solved, nearest_singles, refine, refine_best

pytestmark = pytest.mark.slow

EMPTY = Record(np.zeros((1, 900)), np.zeros((1, 900)), np.array([450.0]), 0)


# Two runs of 6 s, of which the last two are looked at.
LONG = Record(np.zeros((2, 6000)), np.zeros((2, 6000)), np.array([400.0, 600.0]), 4000)


def factors(**scales: float) -> np.ndarray:
    return np.array([scales.get(name, 1.0) for name in MEMBRANE])


def recorded(noise_mV: float, empty: Record = EMPTY, seed: int = 0, **scales: float) -> Record:
    with jax.enable_x64(True):
        V, Cai = _solved(empty, factors(**scales)[None])[0]
    V += noise_mV * np.random.default_rng(seed).normal(size=V.shape)
    return dataclasses.replace(empty, V_mV=V, Cai_mM=Cai, noise_mV=noise_mV)


def fitted(record: Record, settings: RefineSection, **start: float):
    losses: list[float] = []
    with jax.enable_x64(True):
        found = refine(record, settings, factors(**start), lambda _, loss: losses.append(loss))
    return found, losses


def test_the_altered_current_is_found_under_noise_and_coarse_sampling():
    found, losses = fitted(dataclasses.replace(recorded(1.0, gKr=0.5), every_ms=2), RefineSection())
    factor = dict(zip(MEMBRANE, found.factor, strict=True))
    assert max(factor, key=lambda name: abs(np.log(factor[name]))) == "gKr"
    assert factor["gKr"] == pytest.approx(0.5, rel=0.25)
    assert found.error_mV == pytest.approx(1.0, abs=0.1)
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == found.iterations > 0


def test_a_fit_does_not_stop_within_a_narrow_valley():
    record = dataclasses.replace(recorded(1.0, LONG, seed=3, gCaL=0.25), every_ms=2)
    valley = {"gCaL": 0.28, "gpCa": 1.27, "gbCa": 1.23, "gKr": 0.91, "gto": 1.04}
    from_valley, _ = fitted(record, RefineSection(), **valley)
    from_truth, _ = fitted(record, RefineSection(), gCaL=0.25)
    assert from_valley.loss == pytest.approx(from_truth.loss, abs=0.3)


def test_a_record_of_the_cell_itself_moves_nothing():
    found, _ = fitted(recorded(0.0), RefineSection())
    assert found.iterations == 0
    np.testing.assert_array_equal(found.factor, 1.0)
    assert dict(zip(MEMBRANE, found.deviation, strict=True))["gCaL"] < 0.02


def test_only_the_samples_asked_for_count():
    record = recorded(0.0)
    spoilt = record.V_mV.copy()
    spoilt[:, 1::2] = 50.0
    spoilt[:, :300] = 50.0
    later = dataclasses.replace(record, V_mV=spoilt, first_ms=300, every_ms=2)
    found, _ = fitted(later, RefineSection())
    assert found.iterations == 0
    assert found.error_mV == pytest.approx(0.0, abs=1e-6)


def single(name: str, factor: float) -> np.ndarray:
    return np.where(np.array(MEMBRANE) == name, factor, 1.0)


def test_fits_begin_with_a_large_alteration_of_one_current():
    with jax.enable_x64(True):
        starts = nearest_singles(recorded(1.0, gCaL=0.32), RefineSection())
    np.testing.assert_array_equal(starts[0], single("gCaL", 0.3))
    np.testing.assert_array_equal((starts != 1).sum(axis=1), [1, 1, 1])
    assert len(set((starts != 1).argmax(axis=1))) == 3


def test_fits_of_an_unaltered_cell_begin_with_it():
    with jax.enable_x64(True):
        starts = nearest_singles(recorded(1.0), RefineSection(starts=2))
    np.testing.assert_array_equal((starts != 1).sum(axis=1), [0, 1])


def test_of_several_fits_the_best_alone_goes_on():
    steps: list[int] = []
    settings = RefineSection(trial_steps=1, iterations=3)
    with jax.enable_x64(True):
        starts = [single("gCaL", 3.3), single("gKr", 0.67)]
        best, other = refine_best(recorded(0.0, gKr=0.5), settings, starts, lambda step, _: steps.append(step))
    np.testing.assert_array_equal(best.start, starts[1])
    np.testing.assert_array_equal(other.start, starts[0])
    assert best.loss < other.loss
    assert (other.iterations, best.iterations) == (1, 3)
    assert steps == [1, 2, 3, 4]
