"""The ball with three sticks against an independent simulator of neurons (NEURON 9.0, exact rates, dt 0.02 ms).

tests/golden/ballsticks_v1.npz: the default and three random rows of variant v1 under the chirp of 0.5 nA, V at the
soma every 10th sample, float32.
"""

from pathlib import Path

import jax
import numpy as np
import pytest
from cable_runs import soma, upcrossings

from gbar.cells import ballsticks

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "ballsticks_v1.npz")


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


def test_v1_runs_as_in_neuron():
    parameters = dict(zip(GOLDEN["names"].tolist(), GOLDEN["parameters"].T, strict=True))
    V = soma(ballsticks.cell("v1"), GOLDEN["stimulus_nA"], lanes=4, **parameters)
    assert upcrossings(V).tolist() == GOLDEN["spikes"].tolist() == [11, 11, 11, 8]
    error = V[::10] - GOLDEN["V"].T
    assert np.sqrt(np.mean(error**2, axis=0)).max() < 1e-4  # mV; the golden float32 itself rounds by 2e-6


def test_v2_is_reset_further_and_fires_with_every_cycle():
    chirp = GOLDEN["stimulus_nA"] / ballsticks.cell("v1").stimulus.gain
    V = soma(ballsticks.cell("v2"), chirp * ballsticks.cell("v2").stimulus.gain)
    assert V[6000, 0] == pytest.approx(-129, abs=0.5)
    assert 26 <= upcrossings(V)[0] <= 31


@pytest.mark.parametrize("variant", ballsticks.VARIANTS)
def test_ten_parameters_have_a_range_of_half_to_twice_their_value(variant):
    varied = [p for p in ballsticks.cell(variant).parameters if p.range is not None]
    assert [p.name for p in varied] == GOLDEN["names"].tolist()
    assert all(p.range == (p.default / 2, p.default * 2) for p in varied)
