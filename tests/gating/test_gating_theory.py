"""Networks trained in sequence: what the optimiser does, and what a network learns of gates that it cannot see."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gbar.config.gating import PacedSection, SequenceSection, TheorySection
from gbar.errors import UserError
from gbar.gating.data import GATES, OTHERS
from gbar.gating.sequence import train_in_sequence
from gbar.gating.theory import (
    count_weights,
    errors,
    follow,
    learn_theory,
    mean_squares,
    new_network,
    settled,
    stimulus_to_come,
)


def learnt(settings: SequenceSection, samples: np.ndarray) -> tuple[float, list]:
    """Train the retention q of h <- q h + (1 - q) x, h before the first sample being 0, to follow samples."""

    def loss(q, h, window):
        def step(h, now):
            h = q * h + (1 - q) * now["x"]
            return h, (h - now["y"]) ** 2

        h, squared = jax.lax.scan(step, h, window)
        return squared.mean(), (h, {"error": squared.mean()})

    seen = []
    data = {"x": samples[:, 0], "y": samples[:, 1]}
    report = lambda *told: seen.append(told)  # noqa: E731
    return float(train_in_sequence(loss, jnp.float32(0.5), jnp.float32(0.0), data, settings, report)), seen


def relaxation(q: float, n: int) -> np.ndarray:
    """Return inputs and what h makes of them, (sample, 2)."""
    x = np.random.default_rng(0).normal(size=n).astype(np.float32)
    h = np.zeros(n + 1, np.float32)
    for k in range(n):
        h[k + 1] = q * h[k] + (1 - q) * x[k]
    return np.stack([x, h[1:]], axis=1)


@pytest.mark.parametrize("window", [1, 10])
def test_a_time_constant_is_found(window: int):
    settings = SequenceSection(epochs=60, learning_rate=0.01, schedule="cosine", window=window)
    q, seen = learnt(settings, relaxation(0.9, 400))
    assert q == pytest.approx(0.9, abs=0.002)
    assert [number for number, *_ in seen] == list(range(1, 61))
    assert float(seen[-1][1]) == q


def test_a_window_longer_than_the_samples_is_refused():
    with pytest.raises(UserError, match=r"training\.window: 11 is not allowed; it must be at most 10"):
        learnt(SequenceSection(window=11), relaxation(0.9, 10))


def test_a_window_of_one_sample_is_one_step_of_adam_with_the_state_before_held():
    samples = relaxation(0.9, 2)
    found, _ = learnt(SequenceSection(epochs=1, learning_rate=0.01), samples)
    q, h, adam = jnp.float32(0.5), jnp.float32(0.0), optax.adam(0.01)
    moments = adam.init(q)
    for x, y in samples:
        step, moments = adam.update(jax.grad(lambda q, h=h, x=x, y=y: (q * h + (1 - q) * x - y) ** 2)(q), moments)
        h, q = q * h + (1 - q) * x, optax.apply_updates(q, step)
    assert found == pytest.approx(float(q), rel=1e-6)


def made_up_states(runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a slow wave, and a gate that follows it as all gates beside it as all other states."""
    t = np.arange(1601)[:, None]
    V = 0.5 + 0.4 * np.sin(2 * np.pi * t / 200 + np.arange(runs))
    gate = np.zeros_like(V)
    for k in range(1600):
        gate[k + 1] = gate[k] + (V[k] - gate[k]) / 30
    states = np.stack([*[gate] * len(GATES), *[V] * len(OTHERS)], axis=-1)
    return np.stack([V, V], axis=-1).astype(np.float32), states.astype(np.float32)


@pytest.mark.slow
def test_a_network_learns_a_gate_from_what_it_observes():
    settings = TheorySection(
        training=SequenceSection(epochs=12, learning_rate=5e-3, schedule="cosine", window=4), width=8
    )
    (x, y), losses = made_up_states(4), []
    network = learn_theory(x[:, :3], y[:, :3], settings, lambda *told: losses.append(told))
    found = errors(network, x[:, 3:], y[:, 3:])
    assert list(found) == [*GATES, *OTHERS]
    assert losses[-1][2]["gates"] < 0.1 * losses[0][2]["gates"]
    assert max(found[name] for name in GATES) < 0.03
    assert errors(losses[-1][1], x[:, 3:], y[:, 3:]) == found


def test_errors_are_of_the_networks_own_gates_one_sample_later():
    network, (x, y) = new_network(8, 1), made_up_states(2)
    found = np.asarray(follow(network, jnp.asarray(x)))
    expected = np.sqrt(np.mean((found[1000:-1, :, 0] - y[1001:, :, 0]) ** 2))
    assert errors(network, x, y)[GATES[0]] == pytest.approx(float(expected), rel=1e-5)
    assert settled(500) == slice(250, None)


def test_the_published_network_has_4080_weights_and_the_stimulus_brings_30_for_each_half():
    assert count_weights(new_network(30, 0)) == 1640 + 2440
    assert count_weights(new_network(30, 0, stimulus=True)) == 1640 + 2440 + 60


def test_the_stimulus_comes_from_10_to_11_ms_of_each_cycle():
    coming = stimulus_to_come(np.array([300.0, 305.0, 302.5]), PacedSection(first_ms=5, slices=700))
    when = [dict(zip((5 + np.flatnonzero(one)).tolist(), one[one > 0].tolist(), strict=True)) for one in coming.T]
    assert when[0] == {10: 1.0, 310: 1.0, 610: 1.0}
    assert when[1] == {10: 1.0, 315: 1.0, 620: 1.0}
    assert when[2] == {10: 1.0, 312: 0.5, 313: 0.5, 615: 1.0}


def test_a_network_that_is_told_of_a_jolt_foresees_it_and_one_that_is_not_cannot():
    cycle = np.full(2, 50.0)
    coming = stimulus_to_come(cycle, PacedSection(first_ms=0, slices=1601)).astype(np.float32)
    jolt = np.concatenate([np.zeros((1, 2)), coming[:-1]])[..., None].astype(np.float32)
    x = np.full((1601, 2, 2), 0.5, np.float32)
    y = np.repeat(jolt, len(GATES) + len(OTHERS), axis=-1)
    training = SequenceSection(epochs=10, learning_rate=1e-2, schedule="cosine", window=4)
    error = {}
    for told in (False, True):
        given = np.concatenate([x, coming[..., None]], axis=-1) if told else x
        settings = TheorySection(training=training, stimulus=told, width=8)
        network = learn_theory(given, y, settings, lambda *_: None)
        error[told] = max(errors(network, given, y)[name] for name in GATES)
    assert error[False] > 0.1  # one of 1 in 50 samples
    assert error[True] < 0.04


@pytest.mark.parametrize("apart", [True, False])
def test_gates_that_learn_apart_do_not_know_of_other_states(apart: bool):
    settings = TheorySection(training=SequenceSection(epochs=1, learning_rate=1e-3, window=20), width=4, apart=apart)
    x, y = made_up_states(2)
    changed = y.copy()
    changed[..., len(GATES) :] **= 2
    one, other = (learn_theory(x, wanted, settings, lambda *_: None) for wanted in (y, changed))
    assert np.array_equal(one.encoder.gnn.steady[...], other.encoder.gnn.steady[...]) == apart
    assert not np.array_equal(one.decoder.last.kernel[...], other.decoder.last.kernel[...])


def test_the_penalty_leaves_start_states_out():
    network = new_network(8, 1)
    before = float(mean_squares(nnx.state(network, nnx.Param)))
    network.encoder.gnn.start[...] += 5.0
    assert float(mean_squares(nnx.state(network, nnx.Param))) == before
    network.encoder.first.bias[...] += 2.0
    assert float(mean_squares(nnx.state(network, nnx.Param))) == pytest.approx(before + 4.0, rel=1e-5)
