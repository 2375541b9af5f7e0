"""Gates in the cell: what they do to its voltage, and kinetics as a network tells them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gbar.config.gating import CELL, PacedSection
from gbar.gating.closed_loop import loop_beside
from gbar.gating.curves import cells_own, kinetics_of, on_clamps
from gbar.gating.data import GATES, Normalisation, Paced
from gbar.gating.theory import new_network

NORMALISATION = Normalisation(dict.fromkeys(CELL.state_names, -2.0), dict.fromkeys(CELL.state_names, 3.0))


def made(V_mV: np.ndarray, cycle_length_ms: list[float], Cai_mM: float = 1e-4) -> Paced:
    """Return runs of given voltage, whose clamps are at three voltages."""
    paced = np.zeros((17, *V_mV.shape), np.float32)
    paced[CELL.state_names.index("V")] = V_mV
    clamped = np.zeros((17, 3), np.float32)
    clamped[CELL.state_names.index("V")] = [-80.0, -20.0, 20.0]
    clamped[CELL.state_names.index("Cai")] = Cai_mM
    return Paced(paced, clamped, np.array(cycle_length_ms), np.ones(15), "")


def test_gates_that_never_close_hold_the_cell_up_and_its_apd90_is_undefined():
    def opened(V_mV, Cai_mM, acting):
        x_inf, rate = cells_own(V_mV, Cai_mM, acting)
        return x_inf.at[GATES.index("f")].set(1.0), rate

    paced = PacedSection(duration_ms=1500, first_ms=0, slices=1000)
    rest = made(np.full((2, 1500), -86.0), [300.0, 400.0])
    loop = loop_beside(opened, [rest, rest], [1], paced)
    assert loop.V_mV.shape == (1, 1500)
    assert loop.cells_V_mV.shape == (2, 1, 1500)
    assert loop.V_mV[0, 500:].min() > -40
    assert np.all(np.isnan(loop.apd90_ms))
    assert np.all(np.isnan(loop.cells_apd90_ms))


@pytest.mark.slow
@pytest.mark.parametrize("stimulus", [False, True])
def test_a_networks_kinetics_are_its_layers_over_a_millisecond(stimulus: bool):
    network = new_network(8, 3, stimulus)
    V, Cai = np.array([-80.0, 10.0]), np.array([1e-4, 5e-4])
    with jax.enable_x64(True):
        x_inf, rate = kinetics_of(network, NORMALISATION, stimulus)(jnp.asarray(V), jnp.asarray(Cai), jnp.ones(2))
    x = np.stack([(Cai + 2) / 5, (V + 2) / 5, np.ones(2)], axis=-1)[:, : 2 + stimulus]
    a, q = network.encoder.gnn.curves(network.encoder.encode(jnp.asarray(x, jnp.float32)))
    np.testing.assert_allclose(x_inf, 5 * a.T - 2, atol=1e-5)
    np.testing.assert_allclose(np.exp(-rate), q.T, atol=1e-5)


def test_curves_on_clamps_are_the_cells():
    x_inf, tau_ms = on_clamps(cells_own, made(np.zeros((1, 1)), [300.0]))
    V = np.array([-80.0, -20.0, 20.0])
    np.testing.assert_allclose(x_inf[GATES.index("d")], 1 / (1 + np.exp((-5 - V) / 7.5)), rtol=1e-12)
    tau_f = 1125 * np.exp(-((V + 27) ** 2) / 240) + 80 + 165 / (1 + np.exp((25 - V) / 10))
    np.testing.assert_allclose(tau_ms[GATES.index("f")], tau_f, rtol=1e-12)
