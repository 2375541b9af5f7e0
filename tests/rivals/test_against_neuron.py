"""The cable cells and the Izhikevich neuron against NEURON, whose mechanisms and tables were written for it alone."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from rivals import designs, measures, neuron_cells

from gbar import cells
from gbar.solve import solve_rows

pytestmark = [pytest.mark.neuron, pytest.mark.slow]


@pytest.fixture(scope="module", name="neuron")
def _neuron():
    """A process of its own, since NEURON's Sundials would meet Myokit's in this one."""
    if reason := neuron_cells.missing():
        pytest.skip(reason)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield lambda solve, *arguments: pool.submit(solve, *arguments).result()


def random_rows(name, rows, seed):
    """Return random parameters of a cell, V under chirp23a by gbar, and that stimulus sample by sample."""
    cell = cells.get(name)
    parameters = designs.uniform(cell, rows, seed)
    stimulus, samples = designs.chirp(cell)
    V_mV = solve_rows(cell, {}, parameters, 460.0, 0.02, stimulus=stimulus).traces["V"]
    return parameters, V_mV, samples


@pytest.mark.parametrize("name", ["ballsticks", "mainen1996"])
def test_a_cable_cell_does_what_neuron_does_with_random_parameters(neuron, name):
    parameters, ours, current_nA = random_rows(name, rows=16, seed=20261122)
    theirs = neuron(neuron_cells.cable, name, parameters, current_nA)
    assert len(parameters) == 10
    assert measures.spikes(theirs).max() > 5
    assert measures.rmse(ours - theirs).max() <= 0.05
    np.testing.assert_array_equal(measures.spikes(ours), measures.spikes(theirs))


def test_the_izhikevich_neuron_does_what_newtons_iteration_in_neuron_does(neuron):
    parameters, ours, current = random_rows("izhikevich2003", rows=8, seed=7)
    theirs = neuron(neuron_cells.izhikevich, parameters, current)
    assert measures.rmse(ours - theirs).max() <= 0.01
    np.testing.assert_array_equal(measures.spikes(ours), measures.spikes(theirs))
