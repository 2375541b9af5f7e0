"""The latent emulator's network: an ensemble as one network, and windows put together from beats."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gbar import nets
from gbar.errors import UserError
from gbar.nets.latent import FADE, Latent, _delayed
from gbar.nets.mlp import MLPEnsemble

LATENT = {"name": "latent", "rank": 3, "members": 4, "widths": [8, 6], "activation": "gelu", "beats": 3}
UPSTROKE, CYCLE = 50, 130


def upstroke_at(position: float, n: int = 400) -> np.ndarray:
    """A beat seen alone: a foot, a steep rise at `position`, a slow fall."""
    t = np.arange(n) - position
    return (1 / (1 + np.exp(-t)) * np.exp(-np.maximum(t, 0) / 40)).astype(np.float32)


@pytest.fixture(scope="module")
def built() -> Latent:
    network = nets.build(LATENT, 2, 400)
    assert isinstance(network, Latent)
    return network


@pytest.fixture
def steady(built: Latent) -> Latent:
    """A network of one shape and one cycle length, whatever its inputs."""
    network = nnx.clone(built)
    network.mean[...] = jnp.asarray(upstroke_at(UPSTROKE))
    network.upstroke[...] = jnp.float32(UPSTROKE)
    network.cycle_scale[...] = jnp.float32(0)
    network.cycle_offset[...] = jnp.float32(np.log(CYCLE + 0.5))
    return network


def test_each_member_of_an_ensemble_is_a_network_of_its_own() -> None:
    ensemble = MLPEnsemble(3, 2, members=4, widths=[7, 5], activation="tanh", rngs=nnx.Rngs(1))
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    together = ensemble(jnp.asarray(x))
    assert together.shape == (4, 6, 2)
    for member in range(4):
        h = x
        for layer in range(3):
            h = (np.tanh(h) if layer else h) @ ensemble.kernels[layer][member] + ensemble.biases[layer][member]
        np.testing.assert_allclose(together[member], h, rtol=1e-4, atol=1e-5)
    assert np.std(together[:, 0, 0]) > 0.01


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.25, 9.5, 40.0])
def test_a_delayed_trace_is_moved_by_fractions_of_a_sample(shift: float) -> None:
    ramp = np.arange(1, 31, dtype=np.float32)
    moved = _delayed(jnp.asarray(ramp)[None], jnp.float32([min(shift, 30)]))[0]
    expected = np.arange(1, 31) - shift
    np.testing.assert_allclose(moved[expected >= 1], expected[expected >= 1], atol=1e-5)
    np.testing.assert_array_equal(moved[expected <= 0], 0)


def test_the_next_upstrokes_come_where_the_timing_puts_them(steady: Latent) -> None:
    trace = np.asarray(steady(jnp.zeros((5, 2))))[3]
    rises = np.flatnonzero(np.diff(trace) > 0.2)
    found = [np.median(rises[abs(rises - rise) < 10]) for rise in (UPSTROKE, UPSTROKE + CYCLE, UPSTROKE + 2 * CYCLE)]
    assert found == pytest.approx([UPSTROKE, UPSTROKE + CYCLE, UPSTROKE + 2 * CYCLE + 1], abs=1.5)
    fade_starts, faded_in = CYCLE, round(CYCLE + 0.5 + FADE * UPSTROKE)
    np.testing.assert_allclose(trace[:fade_starts], upstroke_at(UPSTROKE)[:fade_starts], atol=1e-6)
    np.testing.assert_allclose(trace[faded_in:250], upstroke_at(UPSTROKE + CYCLE + 0.5)[faded_in:250], atol=0.02)


def test_a_cycle_longer_than_the_window_leaves_the_shape_alone(steady: Latent) -> None:
    steady.cycle_offset[...] = jnp.float32(12.0)
    np.testing.assert_allclose(steady(jnp.zeros((1, 2)))[0], upstroke_at(UPSTROKE), atol=1e-6)


def test_the_next_beat_has_the_shape_of_its_own_time(steady: Latent) -> None:
    later = nnx.clone(steady)
    later.time_step[...] = jnp.float32([0, 0.01])
    later.basis[...] = jnp.ones((3, 400))
    steady.basis[...] = jnp.ones((3, 400))
    x = jnp.float32([[0.3, 0.5]])
    np.testing.assert_allclose(later(x)[0, :CYCLE], steady(x)[0, :CYCLE], atol=1e-6)
    after = jnp.float32([[0.3, 0.5 + 0.01 * (CYCLE + 0.5)]])
    second = slice(CYCLE + UPSTROKE, 250)
    beat = np.asarray(
        _delayed(
            steady.mean[...] + steady.shape(steady.features(after)).mean(0) @ steady.basis[...],
            jnp.float32([CYCLE + 0.5]),
        )
    )[0]
    np.testing.assert_allclose(later(x)[0, second], beat[second], atol=1e-4)


def test_whether_a_setting_beats_does_not_depend_on_the_time_of_the_beat(steady: Latent) -> None:
    steady.time_step[...] = jnp.float32([0, 0.01])
    odds = steady.log_odds(jnp.float32([[0.3, -1], [0.3, 1], [0.8, 1]]))
    np.testing.assert_allclose(odds[:, 0], odds[:, 1])
    assert abs(odds[0, 1] - odds[0, 2]) > 1e-4


def test_the_outlook_of_the_members_agrees_with_the_trace_of_their_means(steady: Latent) -> None:
    said = steady.outlook(jnp.zeros((2, 2)))
    assert said.traces.shape == (4, 2, 400)
    assert said.beats.shape == (2,)
    np.testing.assert_allclose(said.cycles, CYCLE + 0.5, rtol=1e-4)
    np.testing.assert_allclose(said.traces.mean(axis=0), steady(jnp.zeros((2, 2))), atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rank": 0}, "architecture.rank: 0 is not allowed"),
        ({"widths": 64}, "architecture.widths: 64 is not allowed"),
        ({"activation": "gelo"}, "architecture.activation: 'gelo' is not allowed"),
        ({"dropout": 0.1}, "unknown key 'dropout'"),
    ],
)
def test_an_architecture_that_cannot_be_built_is_refused(change: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        nets.build(LATENT | change, 2, 400)
