"""Gates of ten Tusscher et al. 2004 that follow tables."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gbar import cells, stimuli
from gbar.cells.tentusscher2004 import GATES_OF_VOLTAGE, Curve, with_curves
from gbar.cells.tentusscher2004.equations import kinetics
from gbar.config.stimulus import default_section
from gbar.solve import SolverSettings
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.simulation import simulate

CELL = cells.get("tentusscher2004")
V_mV = np.arange(-100.5, 51.0)


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


@cache
def own_curves() -> dict[str, Curve]:
    """The cell's own, every mV."""
    with jax.enable_x64(True):
        x_inf, rate = kinetics(jnp.array(V_mV), CELL.tuning.endocardial_s)
    return {
        gate: Curve(gate, V_mV[0], 1.0, tuple(x_inf[gate].tolist()), tuple((1 / rate[gate]).tolist())) for gate in x_inf
    }


def apd90_ms(cell: cells.Cell, method: str) -> float:
    stimulus = stimuli.build(default_section(CELL.stimulus), CELL.stimulus, 500.0, [0])
    settings = SolverSettings(method=method).of_cell(cell)
    return simulate(
        cell, {}, {}, duration_ms=500.0, save_every_ms=0.1, stimulus=stimulus, settings=settings
    ).biomarkers.apd90_ms


@pytest.mark.slow
@pytest.mark.parametrize("method", CELL.methods)
def test_tables_of_its_own_curves_leave_the_cell_as_it_is(method: str):
    assert set(own_curves()) == set(GATES_OF_VOLTAGE)
    tabled = with_curves(CELL, own_curves().values())
    assert tabled.tuning.curves  # so that the comparison is not of the cell with itself
    assert apd90_ms(tabled, method) == pytest.approx(apd90_ms(CELL, method), abs=0.5)


@pytest.mark.slow
def test_a_slower_gate_changes_the_beat():
    one = own_curves()["Xr1"]
    slow = Curve("Xr1", one.lowest_mV, one.step_mV, one.x_inf, tuple(3 * tau for tau in one.tau_ms))
    assert apd90_ms(with_curves(CELL, [slow]), "rosenbrock") > apd90_ms(CELL, "rosenbrock") + 5


def test_rates_follow_the_table_linearly_and_stay_beyond_its_ends():
    cell = with_curves(CELL, [Curve("f", -20.0, 10.0, (0.8, 0.4, 0.1), (50.0, 100.0, 20.0))])
    V = np.array([-90.0, -20.0, -17.5, -5.0, 0.0, 30.0])
    y = np.repeat(CELL.initial[:, None], len(V), axis=1)
    y[0] = V
    found = dict(zip(CELL.state_names, cell.rates(jnp.array(y), cell.constants({}, {})), strict=True))
    own = dict(zip(CELL.state_names, CELL.rates(jnp.array(y), CELL.constants({}, {})), strict=True))
    x_inf, tau_ms = np.array([0.8, 0.8, 0.7, 0.25, 0.1, 0.1]), np.array([50, 50, 62.5, 60, 20, 20])
    np.testing.assert_allclose(found.pop("f"), (x_inf - y[CELL.state_names.index("f")]) / tau_ms)
    for name, rate in found.items():
        np.testing.assert_array_equal(rate, own[name])


@pytest.mark.slow
def test_the_solvers_derivatives_are_those_of_the_tables():
    cell = with_curves(CELL, own_curves().values())
    c = cell.constants({}, {})
    y = [jnp.array([value, value]) for value in CELL.initial]
    y[0] = jnp.array([-63.3, 12.8])
    _, found = sparse_jacobian(lambda *states: cell.rates(states, c), y)
    true = jax.jacfwd(lambda one: jnp.stack(cell.rates(one, c)))(jnp.array([state[1] for state in y]))
    for (i, j), value in found.items():
        np.testing.assert_allclose(value[1], true[i, j], rtol=1e-12, atol=1e-14)
    assert {(CELL.state_names.index(gate), 0) for gate in GATES_OF_VOLTAGE} <= set(found)
