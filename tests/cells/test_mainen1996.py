"""Mainen & Sejnowski's neuron against an independent simulator of neurons (NEURON 9.0, exact rates, dt 0.02 ms).

tests/golden/mainen1996_reduced.npz: the default and three random rows under the chirp of 1 nA, switched on at 5 ms; V
at the soma every 10th sample, float32.
"""

from pathlib import Path

import jax
import numpy as np
import pytest
from cable_runs import soma, upcrossings

from gbar.cells import mainen1996

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "mainen1996_reduced.npz")


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


def test_it_runs_as_in_neuron():
    parameters = dict(zip(GOLDEN["names"].tolist(), GOLDEN["parameters"].T, strict=True))
    V = soma(mainen1996.cell("reduced"), GOLDEN["stimulus_nA"], lanes=4, **parameters)
    assert upcrossings(V).tolist() == GOLDEN["spikes"].tolist() == [9, 30, 10, 13]
    error = V[::10] - GOLDEN["V"].T
    assert np.sqrt(np.mean(error**2, axis=0)).max() < 1e-4  # mV; the golden float32 itself rounds by 2e-6


def test_the_tree_has_22_compartments_and_one_that_is_recorded():
    cell = mainen1996.cell("reduced")
    potentials = [name for name in cell.state_names if name == "V" or name.startswith("V.")]
    assert len(potentials) == 22
    assert cell.state_names[cell.tuning.tree.soma] == "V"


def test_ten_parameters_have_a_range_that_holds_their_value():
    varied = [p for p in mainen1996.cell("reduced").parameters if p.range is not None]
    assert [p.name for p in varied] == GOLDEN["names"].tolist()
    assert all(p.range[0] <= p.default <= p.range[1] for p in varied)
