"""DLSTM networks: their parameter counts, and LSTM layers against flax's own cell."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gbar import nets
from gbar.errors import UserError
from gbar.nets.dlstm import DLSTM, LSTM, Dormant

DLSTM3 = {
    "name": "dlstm3",
    "lstm_widths": [7, 6, 5],
    "dense_widths": [8, 9],
    "activation": "tanh",
    "dropout": 0.5,
}


def lstm(n: int, h: int) -> int:
    return 4 * (h * (n + h) + h)


def flax_states(layer: LSTM, x: jax.Array) -> jax.Array:
    """The states h of flax's LSTM cell with the weights of `layer`, (step, batch, units)."""
    n, h = x.shape[-1], layer.units
    cell = nnx.OptimizedLSTMCell(n, h, rngs=nnx.Rngs(0))

    def in_flax_order(igo: jax.Array, f: jax.Array) -> jax.Array:
        i, g, o = jnp.split(igo, 3, axis=-1)
        return jnp.concatenate([i, f, g, o], axis=-1)

    recurrent = layer.recurrent[...]
    cell.dense_i.kernel[...] = in_flax_order(layer.kernel[...], layer.forget_kernel[...])
    cell.dense_h.kernel[...] = in_flax_order(recurrent[:, : 3 * h], recurrent[:, 3 * h :])
    cell.dense_h.bias[...] = in_flax_order(layer.bias[...], layer.forget_bias[...])
    carry = (jnp.zeros((x.shape[1], h)), jnp.zeros((x.shape[1], h)))
    states = []
    for step in x:
        carry, state = cell(carry, step)
        states.append(state)
    return jnp.stack(states)


def randomised(layer: LSTM) -> LSTM:
    """The layer with every weight, biases among them, drawn anew."""
    graph, state = nnx.split(layer)
    leaves, tree = jax.tree.flatten(state)
    keys = jax.random.split(jax.random.key(1), len(leaves))
    drawn = [jax.random.normal(key, leaf.shape) for key, leaf in zip(keys, leaves, strict=True)]
    return nnx.merge(graph, jax.tree.unflatten(tree, drawn))


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_layer_gives_the_states_of_flax_s_full_lstm_cell(steps: int) -> None:
    layer = randomised(LSTM(3, 4, one_step=steps == 1, pruned=False, rngs=nnx.Rngs(0)))
    x = jax.random.normal(jax.random.key(2), (steps, 6, 3))
    np.testing.assert_allclose(layer(x), flax_states(layer, x), rtol=1e-5, atol=1e-6)


def test_the_first_published_network_has_its_840_310_000_parameters() -> None:
    wide = {"name": "lstm_wide", "lstm_widths": [12000], "dense_widths": [12000], "activation": "linear"}
    assert nets.count_parameters(wide, 5, 10000) == 840_310_000
    assert nets.count_parameters(wide | {"pruned": True}, 5, 10000) == 840_310_000 - 576_000_000 - 6 * 12000


def test_parameters_are_counted_as_in_keras_at_every_sequence_length() -> None:
    expected = lstm(4, 7) + lstm(7, 6) + lstm(6, 5) + (5 * 8 + 8) + (8 * 9 + 9) + (9 * 20 + 20)
    for length in (1, 3):
        assert nets.count_parameters(DLSTM3 | {"sequence_length": length}, 4, 20) == expected


@pytest.mark.slow
def test_pruning_changes_no_output() -> None:
    x = jax.random.normal(jax.random.key(0), (6, 4))
    whole, pruned = (nets.build(DLSTM3 | {"pruned": p}, 4, 20, seed=3) for p in (False, True))
    np.testing.assert_array_equal(whole(x), pruned(x))


@pytest.mark.slow
def test_dormant_weights_have_no_gradient_and_at_longer_sequences_none_is_dormant() -> None:
    x = jnp.ones((6, 4))
    graph, state = nnx.split(nets.build(DLSTM3 | {"sequence_length": 3}, 4, 20))
    gradient = jax.grad(lambda s: jnp.sum(nnx.merge(graph, s)(x) ** 2))(state)
    assert all(jnp.any(leaf != 0) for leaf in jax.tree.leaves(gradient))
    assert not jax.tree.leaves(nnx.state(nnx.merge(graph, state), Dormant))
    assert jax.tree.leaves(nnx.state(nets.build(DLSTM3, 4, 20), Dormant))


def test_dropout_acts_in_training_only() -> None:
    network = nets.build(DLSTM3, 4, 20)
    assert isinstance(network, DLSTM)
    x = jnp.ones((6, 4))
    np.testing.assert_array_equal(network(x), network(x))
    first, second = (network(x, rngs=nnx.Rngs(dropout=seed)) for seed in (0, 1))
    assert not np.allclose(first, second)


def test_weights_depend_on_the_seed_and_on_nothing_else() -> None:
    kernels = [nets.build(DLSTM3, 4, 20, seed).dense[0].kernel[...] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.allclose(kernels[0], kernels[2])
    assert kernels[0].dtype == jnp.float32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "dlstm4"}, r"architecture\.name: 'dlstm4' .* dlstm2, dlstm3, lstm_wide"),
        ({"lstm_widths": [7, 6]}, r"architecture\.lstm_widths: \[7, 6\] .* 3 positive whole numbers"),
        ({"dense_widths": [8, 0]}, r"architecture\.dense_widths: \[8, 0\]"),
        ({"activation": "swish"}, r"architecture\.activation: 'swish' .* relu"),
        ({"dropout": 1.0}, r"architecture\.dropout: 1\.0"),
        ({"sequence_length": 0}, r"architecture\.sequence_length: 0"),
        ({"sequence_length": 2, "pruned": True}, r"architecture\.pruned"),
        ({"widths": [3]}, r"unknown key 'widths'; dlstm3 knows lstm_widths"),
    ],
)
def test_a_wrong_architecture_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        nets.build(DLSTM3 | change, 4, 20)
