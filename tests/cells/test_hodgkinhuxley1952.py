"""The point neuron against an independent solution (Runge-Kutta 4 at 0.05 ms) under noise below threshold."""

from pathlib import Path

import jax
import numpy as np
import pytest

from gbar.cells import hodgkinhuxley1952
from gbar.solve.rows import solve_rows
from gbar.solve.stimulus import Stimulus

pytestmark = pytest.mark.usefixtures("double_precision")

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "hodgkinhuxley1952_subthreshold.npz"))
CELL = hodgkinhuxley1952.cell("nest")


def at(y, scale=None, parameter=None, stimulus=0.0):
    """Return rates and currents by name."""
    c = CELL.constants(scale or {}, parameter or {})
    rates = dict(zip(CELL.state_names, map(float, CELL.rates(list(y), c, stimulus)), strict=True))
    return rates, {name: float(I) for name, I in CELL.currents_of(list(y), c).items()}


@pytest.fixture(scope="module")
def subthreshold():
    # Sample k of the golden input acts from k + 2 to k + 3 ms, as the delay of the simulator that made it has it.
    I = GOLDEN["I_pA"]
    start = np.append(0.0, np.arange(I.shape[1]) + 2.0)
    rows = np.tile(start, (2, 1)), np.hstack([np.zeros((2, 1)), I])
    scales = {"gNa": np.ones(2)}
    return solve_rows(CELL, scales, {}, 1001.0, 1.0, record=("V", "m", "h", "n"), stimulus=Stimulus(*rows)).traces


def test_the_voltage_under_noise_is_that_of_the_independent_solution(subthreshold):
    assert np.abs(subthreshold["V"][:, 1:] - GOLDEN["V_mV"]).max() < 0.01


@pytest.mark.parametrize("gate", ["m", "h", "n"])
def test_the_gates_under_noise_are_those_of_the_independent_solution(subthreshold, gate):
    assert np.abs(subthreshold[gate][:, 1:] - GOLDEN[gate]).max() < 1e-4


def test_the_gates_start_at_rest():
    rates, _ = at(CELL.initial)
    assert all(abs(rates[gate]) < 1e-15 for gate in ("m", "h", "n"))


def test_a_positive_current_in_pA_charges_the_capacitance():
    rest, _ = at(CELL.initial)
    driven, _ = at(CELL.initial, parameter={"C_m": 50.0}, stimulus=10.0)
    assert driven["V"] == pytest.approx(2 * rest["V"] + 10 / 50, rel=1e-12)


def test_scaling_a_conductance_scales_its_current_alone():
    _, control = at(CELL.initial)
    for name in control:
        _, scaled = at(CELL.initial, {name: 0.5})
        assert scaled == pytest.approx(control | {name: 0.5 * control[name]}, rel=1e-14)


def test_currents_vanish_at_their_reversal_potentials():
    for name, E in (("gNa", 50.0), ("gK", -77.0), ("gL", -54.402)):
        assert at([E, *CELL.initial[1:]])[1][name] == 0.0


def test_the_removable_singularities_are_removed_and_differentiable():
    c = CELL.constants({}, {})
    for V in (-40.0, -55.0):
        here, beside = (np.array(CELL.rates([v, *CELL.initial[1:]], c), float) for v in (V, V + 1e-7))
        assert np.allclose(here, beside, rtol=1e-5, atol=1e-9)
        slope = jax.jacfwd(lambda v: jax.numpy.stack(CELL.rates([v, *CELL.initial[1:]], c)))(V)
        assert np.all(np.isfinite(slope))


def test_a_strong_current_makes_the_neuron_fire():
    step = Stimulus(np.array([0.0, 20.0]), np.array([0.0, 1000.0]))
    V = solve_rows(CELL, {"gNa": np.array([1.0, 0.0])}, {}, 200.0, 0.1, stimulus=step).traces["V"]
    spikes = ((V[:, 1:] >= 0) & (V[:, :-1] < 0)).sum(axis=1)
    assert spikes[0] > 5
    assert spikes[1] == 0
