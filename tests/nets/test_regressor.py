"""The regressors: their published sizes, and their fast convolution and pooling against XLA's own."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax import lax

from gbar import nets
from gbar.errors import UserError
from gbar.invert.designs.design import DESIGNS, layers
from gbar.nets.convolution import convolve, pool
from gbar.nets.regressor import Regressor

SMALL = {"name": "regressor", "repeat": 2, "filters": [3, 14], "kernel": 4, "pool": 3, "dense": [8, 5], "dropout": 0.5}
SAMPLES, OUTPUTS = 64, 2
SAY = nnx.jit(lambda network, x: (network(x), network.features(x)))

# The table of the talk's scan: thousands of parameters, flat size, layers; 10 outputs, inputs of 14,500 samples.
TABLE = {
    "410": (458.6, 2750, 58),
    "335": (288.6, 6920, 31),
    "203": (106.4, 460, 42),
    "50": (734, 6630, 45),
    "196": (110.7, 539, 42),
    "212": (110.3, 328, 51),
    "246": (52.8, 1449, 32),
    "437": (92.9, 784, 44),
    "242": (486, 6600, 35),
    "216": (78.9, 1014, 35),
    "321": (126.8, 1350, 29),
    "211": (79.3, 1512, 31),
    "239": (163, 800, 54),
    "324": (312, 3534, 41),
}
COUNTS = {  # of parameters, at 14,500 and 9,000 samples
    "cnn1": (40_512, 35_472),
    "693": (1_158_286, 743_886),
    "203": (106_430, 88_030),
    "410": (458_563, 331_513),
    "335": (288_645, 190_725),
}


def plain(x: jax.Array, kernel: jax.Array) -> jax.Array:
    return lax.conv_general_dilated(x, kernel, (1,), "VALID", dimension_numbers=("NWC", "WIO", "NWC"))


def plain_pool(x: jax.Array, size: int) -> jax.Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, 1), (1, size, 1), "VALID")


def built(**changes: object) -> Regressor:
    network = nets.build(SMALL | changes, SAMPLES, OUTPUTS, seed=1)
    assert isinstance(network, Regressor)
    return network


def assert_close(found: jax.Array, wanted: jax.Array) -> None:
    np.testing.assert_allclose(found, wanted, rtol=0, atol=3e-6 * float(jnp.abs(wanted).max()))


@pytest.mark.parametrize("name", TABLE)
def test_a_design_of_the_scan_has_its_published_size(name: str) -> None:
    network = DESIGNS[name].network
    count = nets.count_parameters(network.model_dump(mode="json"), 14_500, 10)
    assert (network.flat_size(14_500), layers(network)) == TABLE[name][1:]
    assert count / 1000 == pytest.approx(TABLE[name][0], abs=0.05)


@pytest.mark.parametrize("name", COUNTS)
def test_a_published_design_has_its_number_of_parameters(name: str) -> None:
    architecture = DESIGNS[name].network.model_dump(mode="json")
    assert tuple(nets.count_parameters(architecture, samples, 10) for samples in (14_500, 9_000)) == COUNTS[name]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("samples", "kernel", "channels"), [(40, 6, 1), (41, 3, 3), (9, 2, 3), (7, 7, 3), (23, 4, 24), (9, 1, 24)]
)
def test_convolution_and_its_gradients_are_those_of_xla_in_a_loop_too(samples: int, kernel: int, channels: int) -> None:
    keys = jax.random.split(jax.random.key(0), 3)
    x = jax.random.normal(keys[0], (2, samples, channels))
    w = jax.random.normal(keys[1], (kernel, channels, 5))
    dy = jax.random.normal(keys[2], (2, samples - kernel + 1, 5))

    def all_of(convolution: Callable[..., jax.Array]) -> tuple[jax.Array, ...]:
        y, pull = jax.vjp(convolution, x, w)
        return y, *pull(dy)

    wanted = jax.jit(lambda: all_of(plain))()
    outside, inside = jax.jit(lambda: (all_of(convolve), lax.map(lambda _: all_of(convolve), jnp.arange(2))))()
    for one, alone, looped in zip(wanted, outside, inside, strict=True):
        assert_close(alone, one)
        assert_close(looped[1], one)


@pytest.mark.parametrize(("samples", "size"), [(24, 4), (23, 4), (5, 5), (6, 1)])
def test_pooling_and_its_gradient_are_those_of_xla_where_samples_are_equal_too(samples: int, size: int) -> None:
    x = jnp.round(jax.random.normal(jax.random.key(0), (2, samples, 3)))
    dy = jax.random.normal(jax.random.key(1), (2, samples // size, 3))

    def both(pooling: Callable[..., jax.Array]) -> tuple[jax.Array, jax.Array]:
        y, pull = jax.vjp(lambda x: pooling(x, size), x)
        return y, pull(dy)[0]

    found, wanted = jax.jit(lambda: (both(pool), both(plain_pool)))()
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["cpu", "gpu"])
def test_the_network_is_the_published_one_written_plainly(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    network = built()
    for bias in network.biases:
        bias[...] = jnp.linspace(-1, 1, bias.size)

    @nnx.jit
    def plainly(network: Regressor, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        h = x[..., None]
        for number, (kernel, bias) in enumerate(zip(network.kernels, network.biases, strict=True), start=1):
            h = jax.nn.leaky_relu(plain(h, kernel[...]) + bias[...], 0.3)
            h = plain_pool(h, 3) if number % 2 == 0 else h
        h = h.reshape(len(x), -1)
        for layer in network.dense[:-1]:
            h = jax.nn.leaky_relu(layer(h), 0.3)
        return 1.2 * jnp.tanh(network.dense[-1](h)), h

    x = jax.random.normal(jax.random.key(0), (9, SAMPLES))
    say = nnx.jit(lambda network, x: (network(x), network.features(x)))  # traced anew, for this backend
    for found, wanted in zip(say(network, x), plainly(network, x), strict=True):
        assert_close(found, wanted)


@pytest.mark.slow
def test_an_output_may_be_linear_and_inputs_standardised() -> None:
    x = jax.random.normal(jax.random.key(0), (3, SAMPLES))
    u, _ = SAY(built(), x)
    assert_close(1.2 * jnp.tanh(SAY(built(last="linear"), x)[0]), u)
    network = built(standardised=True)
    network.mean[...], network.std[...] = 1.5, 0.2
    assert_close(SAY(network, 0.2 * x + 1.5)[0], u)


def test_dropout_leaves_out_units_of_the_last_hidden_layer_in_training_only() -> None:
    network, x = built(), jnp.ones((6, SAMPLES))
    assert (SAY(network, x)[1] != 0).all()
    features = nnx.jit(lambda network, x: network.features(x, rngs=nnx.Rngs(dropout=0)))(network, x)
    assert 0 < (features == 0).sum() < features.size


def test_weights_are_drawn_as_keras_does() -> None:
    network = built()
    for weights, fans in ((network.kernels[1][...], 4 * (3 + 3)), (network.dense[0].kernel[...], 28 + 8)):
        limit = np.sqrt(6 / fans)
        assert 0.7 * limit < jnp.abs(weights).max() <= limit
    dense = nnx.state(network.dense, nnx.PathContains("bias"))
    biases = [bias[...] for bias in network.biases] + jax.tree.leaves(dense)
    assert len(biases) == 4 + 3
    assert not any(bias.any() for bias in biases)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"filters": [3, 3, 3]}, r"3 blocks of 2 convolutions with a kernel of 4 and a pool of 3 leave nothing of 64"),
        ({"kernel": 0}, r"kernel: 0"),
        ({"width": 3}, r"width"),
    ],
)
def test_a_wrong_regressor_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        nets.build(SMALL | change, SAMPLES, OUTPUTS)
