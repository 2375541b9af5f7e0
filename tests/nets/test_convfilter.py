"""The filters: the published network with weights trained elsewhere, and what a causal filter may know."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gbar import nets
from gbar.errors import UserError

# Weights and predictions of the published network, trained by an independent implementation.
GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "subthreshold_cnn.npz"))
PUBLISHED = {
    "name": "convfilter",
    "widths": [2, 6, 16],
    "spans": [11, 5, 1],
    "dilations": [1, 1, 1],
    "activations": ["relu"] * 3,
    "causal": False,
    "lag": 0,
    "linear": 0,
}
CAUSAL = PUBLISHED | {"spans": [7, 4, 1], "dilations": [1, 3, 1], "causal": True, "lag": 2, "linear": 20}
GRU = {"name": "grufilter", "width": 5, "lag": 2}
EACH = {"convfilter": CAUSAL, "grufilter": GRU}


def filtered(architecture: dict, x: np.ndarray) -> np.ndarray:
    network = nets.build(architecture, 1, 1, seed=3)
    if hasattr(network, "kernels") and hasattr(network, "linear"):
        network.linear[...] = 0.1 * jnp.ones_like(network.linear[...])
    return np.asarray(nnx.jit(lambda one, x: one(x))(network, jnp.asarray(x, jnp.float32)))


def test_the_published_network_with_given_weights_predicts_as_it_did():
    network = nets.build(PUBLISHED, 1, 1)
    for k in range(3):
        network.kernels[k][...] = jnp.asarray(GOLDEN[f"w{k + 1}"], jnp.float32)
        network.biases[k][...] = jnp.asarray(GOLDEN[f"b{k + 1}"], jnp.float32)
    network.output[...] = jnp.asarray(GOLDEN["w4"][:, 0], jnp.float32)
    network.offset[...] = jnp.asarray(GOLDEN["b4"][0], jnp.float32)
    assert np.abs(network(jnp.asarray(GOLDEN["X"], jnp.float32)) - GOLDEN["pred"]).max() < 1e-3


def test_the_published_network_has_219_weights():
    assert nets.count_parameters(PUBLISHED, 1, 1) == 219


def test_the_penalty_is_on_the_layers_alone():
    network = nets.build(PUBLISHED, 1, 1)
    expected = sum(float(jnp.sum(kernel[...] ** 2)) for kernel in network.kernels)
    network.output[...] += 1.0
    network.biases[1][...] += 2.0
    assert float(network.penalty()) == pytest.approx(expected + 6 * 4.0, rel=1e-6)


@pytest.mark.parametrize("name", EACH)
def test_a_causal_filter_knows_the_past_from_its_lag_on(name: str):
    x = np.random.default_rng(1).normal(size=(1, 200))
    changed = x.copy()
    changed[0, 100] += 1.0
    moved = np.flatnonzero(filtered(EACH[name], x) != filtered(EACH[name], changed))
    assert moved[0] == 102
    if name == "convfilter":
        assert moved[-1] == 101 + 20


@pytest.mark.parametrize("name", EACH)
def test_a_record_that_began_with_silence_is_filtered_as_one_that_begins_later(name: str):
    x = np.random.default_rng(2).normal(size=(2, 80))
    # A recurrent filter rests at zero in silence while its biases are zero, which they are at first.
    late = np.pad(x, ((0, 0), (40, 0)))
    np.testing.assert_allclose(filtered(EACH[name], late)[:, 40:], filtered(EACH[name], x), atol=1e-6)


def test_dilated_kernels_reach_back_in_steps():
    network = nets.build(CAUSAL | {"linear": 0, "activations": ["linear"] * 3}, 1, 1, seed=6)
    pulse = np.zeros((1, 40))
    pulse[0, 5] = 1.0
    first, second, last = (np.asarray(kernel[...], float) for kernel in network.kernels)
    spread = np.zeros((3 * (len(second) - 1) + 1, *second.shape[1:]))
    spread[::3] = second
    response = np.array([[np.convolve(first[::-1, 0, i], spread[::-1, i, j]) for i in range(2)] for j in range(6)])
    expected = np.einsum("jit,jk,k->t", response, last[0], np.asarray(network.output[...]))
    found = np.asarray(network(jnp.asarray(pulse, jnp.float32)))[0]
    np.testing.assert_allclose(found[7 : 7 + len(expected)], expected, atol=1e-6)


def test_a_recurrent_filter_is_the_gru_of_flax():
    network, x = nets.build(GRU, 1, 1, seed=4), np.random.default_rng(3).normal(size=(3, 30))
    cell = nnx.GRUCell(1, 5, rngs=nnx.Rngs(0))
    h = jnp.zeros((3, 5))
    cell.dense_i.kernel[...] = network.kernel[...][None]
    cell.dense_i.bias[...] = network.bias[...] + 0.1
    cell.dense_h.kernel[...] = network.recurrent[...]
    network.bias[...] += 0.1
    expected = []
    for now in np.pad(x, ((0, 0), (2, 0)))[:, :30].T:
        h, _ = cell(h, jnp.asarray(now, jnp.float32)[:, None])
        expected.append(h @ network.output[...])
    np.testing.assert_allclose(network(jnp.asarray(x, jnp.float32)), np.stack(expected, axis=1), atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spans": [7, 4]}, "one entry a layer"),
        ({"widths": [2, 0, 16]}, "architecture.widths"),
        ({"activations": ["relu", "relu", "sine"]}, "sine"),
        ({"causal": False}, "must be 0"),
        ({"depth": 3}, "depth"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(change: dict, message: str):
    with pytest.raises(UserError, match=message):
        nets.count_parameters(CAUSAL | change, 1, 1)


def test_a_filter_takes_one_signal():
    with pytest.raises(UserError, match="one each"):
        nets.count_parameters(CAUSAL, 2, 1)


@pytest.mark.parametrize("name", EACH)
def test_gradients_reach_every_weight(name: str):
    network = nets.build(EACH[name], 1, 1, seed=5)
    x = jnp.asarray(np.random.default_rng(4).normal(size=(2, 50)), jnp.float32)
    gradient = nnx.jit(nnx.grad(lambda one: jnp.sum(one(x) ** 2)))(network)
    assert all(bool(jnp.any(leaf != 0)) for leaf in jax.tree.leaves(gradient))
