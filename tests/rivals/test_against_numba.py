"""The Izhikevich neuron against loops compiled by numba that solve the quadratic of an implicit step on their own."""

import numpy as np
import pytest
from rivals import designs, measures

from gbar import cells
from gbar.solve import solve_rows

pytestmark = [pytest.mark.numba, pytest.mark.slow]


@pytest.fixture(scope="module", name="izhikevich")
def _izhikevich():
    pytest.importorskip("numba", reason="numba is not installed: `make rivals`")
    from rivals.numba_cells import izhikevich

    return izhikevich


@pytest.mark.parametrize("side_by_side", [False, True])
def test_the_izhikevich_neuron_does_what_a_loop_does(izhikevich, side_by_side):
    cell = cells.get("izhikevich2003")
    parameters = designs.uniform(cell, 100, seed=11)
    stimulus, current = designs.chirp(cell)
    ours = solve_rows(cell, {}, parameters, 460.0, 0.02, stimulus=stimulus).traces["V"]
    theirs = izhikevich(parameters, current, side_by_side=side_by_side)
    # Where b is near its highest some rows come so near the saddle that rounding alone moves a spike by samples.
    elsewhere = izhikevich(parameters, current + 1e-12, side_by_side=side_by_side)
    steady = np.abs(elsewhere - theirs).max(axis=1) < 1e-3
    assert steady.sum() >= 90
    assert np.abs(ours - theirs)[steady].max() <= 0.01
    np.testing.assert_array_equal(measures.spikes(ours), measures.spikes(theirs))
