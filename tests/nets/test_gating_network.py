"""The gating network against an independent implementation of its layer, and its sizes against the published ones."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gbar.nets.gating import GNN, LSTM, GatingNetwork

pytestmark = pytest.mark.slow

# Weights, inputs and outputs of one layer, by an independent implementation.
GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "gating_layer.npz"))
OBSERVED, GATES, OTHERS = 2, 10, 7


def numbers(module: nnx.Module) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(nnx.state(module, nnx.Param)))


@pytest.fixture(scope="module")
def network() -> GatingNetwork:
    return GatingNetwork(OBSERVED, GATES, OTHERS, rngs=nnx.Rngs(0))


def test_the_layer_steps_as_the_independent_one_does():
    with jax.enable_x64(True):
        layer = GNN(4, 3, rngs=nnx.Rngs(0))
        for ours, theirs in (("steady", "Ws"), ("retention", "Wt"), ("steady_bias", "bs"), ("retention_bias", "bt")):
            setattr(layer, ours, nnx.Param(jnp.asarray(GOLDEN[theirs].T)))
        h = jnp.asarray(GOLDEN["h0"])
        for x, expected in zip(GOLDEN["x"], GOLDEN["h"], strict=True):
            h = layer(h, jnp.asarray(x))
            np.testing.assert_allclose(h, expected, rtol=0, atol=1e-12)


def test_the_networks_have_the_published_numbers_of_weights(network: GatingNetwork):
    assert numbers(network.encoder) == 1640 + GATES
    assert numbers(network.decoder) == 2440 + 2 * OTHERS


def test_weights_are_drawn_within_glorots_bounds(network: GatingNetwork):
    gnn = network.encoder.gnn
    for part, fans in ((gnn.steady, 30 + GATES), (gnn.retention_bias, 1 + GATES), (gnn.start, 1 + GATES)):
        drawn, bound = np.abs(np.asarray(part[...])), np.sqrt(6 / fans)
        assert 0.5 * bound < drawn.max() <= bound
    np.testing.assert_array_equal(network.encoder.first.bias[...], 0.0)
    np.testing.assert_array_equal(network.decoder.lstm.bias[...], np.repeat([0.0, 1.0, 0.0, 0.0], OTHERS))


def test_an_lstm_that_forgets_nothing_and_takes_nothing_keeps_its_memory():
    layer = LSTM(3, 2, rngs=nnx.Rngs(0))
    layer.bias[...] = jnp.repeat(jnp.array([-100.0, 100.0, 0.0, 100.0]), 2)
    h, c = layer((jnp.zeros((1, 2)), jnp.array([[0.5, -1.0]])), jnp.ones((1, 3)))
    np.testing.assert_allclose(c, [[0.5, -1.0]])
    np.testing.assert_allclose(h, np.tanh([[0.5, -1.0]]), rtol=1e-6)


def test_gates_and_other_states_stay_in_the_unit_interval(network: GatingNetwork):
    state, others = network(network.start(5)._replace(gates=jnp.full((5, GATES), 0.3)), jnp.full((5, OBSERVED), 0.7))
    assert state.gates.shape == (5, GATES)
    assert others.shape == (5, OTHERS)
    for values in (state.gates, others):
        assert values.min() > 0
        assert values.max() < 1
