"""The neurons of compartments against an independent simulator of neurons (NEURON 9.0, exact rates, dt 0.02 ms).

Golden files in tests/golden have the default and three random rows under a chirp, V at the soma every 10th sample,
float32: `ballsticks_v1` under that of 0.5 nA; `mainen1996_reduced` under that of 1 nA, switched on at 5 ms.
"""

from pathlib import Path

import numpy as np
import pytest
from cable_runs import soma, upcrossings

from gbar.cells import ballsticks, mainen1996

pytestmark = pytest.mark.usefixtures("double_precision")

GOLDEN = {
    name: dict(np.load(Path(__file__).parents[1] / "golden" / f"{name}.npz"))
    for name in ("ballsticks_v1", "mainen1996_reduced")
}


@pytest.mark.parametrize(
    ("cell", "golden", "spikes"),
    [
        (ballsticks.cell("v1"), GOLDEN["ballsticks_v1"], [11, 11, 11, 8]),
        (mainen1996.cell("reduced"), GOLDEN["mainen1996_reduced"], [9, 30, 10, 13]),
    ],
    ids=GOLDEN,
)
def test_it_runs_as_in_neuron(cell, golden, spikes):
    parameters = dict(zip(golden["names"].tolist(), golden["parameters"].T, strict=True))
    V = soma(cell, golden["stimulus_nA"], lanes=4, **parameters)
    assert upcrossings(V).tolist() == golden["spikes"].tolist() == spikes
    error = V[::10] - golden["V"].T
    assert np.sqrt(np.mean(error**2, axis=0)).max() < 1e-4  # mV; the golden float32 itself rounds by 2e-6


def test_v2_of_the_ball_with_sticks_is_reset_further_and_fires_with_every_cycle():
    chirp = GOLDEN["ballsticks_v1"]["stimulus_nA"] / ballsticks.cell("v1").stimulus.gain
    V = soma(ballsticks.cell("v2"), chirp * ballsticks.cell("v2").stimulus.gain)
    assert V[6000, 0] == pytest.approx(-129, abs=0.5)
    assert 26 <= upcrossings(V)[0] <= 31


@pytest.mark.parametrize("variant", ballsticks.VARIANTS)
def test_ten_parameters_of_the_ball_with_sticks_have_a_range_of_half_to_twice_their_value(variant):
    varied = [p for p in ballsticks.cell(variant).parameters if p.range is not None]
    assert [p.name for p in varied] == GOLDEN["ballsticks_v1"]["names"].tolist()
    assert all(p.range == (p.default / 2, p.default * 2) for p in varied)


def test_the_tree_of_mainen_has_22_compartments_and_one_that_is_recorded():
    cell = mainen1996.cell("reduced")
    potentials = [name for name in cell.state_names if name == "V" or name.startswith("V.")]
    assert len(potentials) == 22
    assert cell.state_names[cell.tuning.tree.soma] == "V"


def test_ten_parameters_of_mainen_have_a_range_that_holds_their_value():
    varied = [p for p in mainen1996.cell("reduced").parameters if p.range is not None]
    assert [p.name for p in varied] == GOLDEN["mainen1996_reduced"]["names"].tolist()
    assert all(p.range[0] <= p.default <= p.range[1] for p in varied)
