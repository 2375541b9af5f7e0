"""Factors on currents by fitting the whole model to a record with noise."""

import dataclasses

import jax
import numpy as np
import pytest

from gbar.config.gating import RefineSection
from gbar.gating.membrane import MEMBRANE, Record
from gbar.gating.refine import _solved, nearest_singles, refine

EMPTY = Record(np.zeros((1, 900)), np.zeros((1, 900)), np.array([450.0]), 0)


def recorded(noise_mV: float, **scales: float) -> Record:
    factor = np.array([[scales.get(name, 1.0) for name in MEMBRANE]])
    with jax.enable_x64(True):
        V, Cai = _solved(EMPTY, factor)[0]
    return dataclasses.replace(EMPTY, V_mV=V + noise_mV * np.random.default_rng(0).normal(size=V.shape), Cai_mM=Cai)


def fitted(record: Record, settings: RefineSection):
    losses: list[float] = []
    with jax.enable_x64(True):
        found = refine(record, settings, np.ones(len(MEMBRANE)), lambda _, loss: losses.append(loss))
    return found, losses


@pytest.mark.slow
def test_the_altered_current_is_found_under_noise_and_coarse_sampling():
    found, losses = fitted(recorded(1.0, gKr=0.5), RefineSection(every_ms=2, noise_mV=1.0))
    factor = dict(zip(MEMBRANE, found.factor, strict=True))
    assert max(factor, key=lambda name: abs(np.log(factor[name]))) == "gKr"
    assert factor["gKr"] == pytest.approx(0.5, rel=0.25)
    assert found.error_mV == pytest.approx(1.0, abs=0.1)
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == found.iterations > 0


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
    later = dataclasses.replace(record, V_mV=spoilt, first_ms=300)
    found, _ = fitted(later, RefineSection(every_ms=2))
    assert found.iterations == 0
    assert found.error_mV == pytest.approx(0.0, abs=1e-6)


def test_a_large_alteration_of_one_current_is_where_a_fit_begins():
    with jax.enable_x64(True):
        starts = nearest_singles(recorded(1.0, gCaL=0.32), RefineSection(noise_mV=1.0), 3)
    np.testing.assert_array_equal(starts[0], np.where(np.array(MEMBRANE) == "gCaL", 0.3, 1.0))
    np.testing.assert_array_equal((starts != 1).sum(axis=1), [1, 1, 1])
    assert len(set((starts != 1).argmax(axis=1))) == 3
