"""Networks trained in sequence: what the optimiser does, and what a network learns of gates that it cannot see."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gbar.config.gating import SequenceSection, TheorySection
from gbar.gating.data import GATES, OTHERS
from gbar.gating.sequence import train_in_sequence
from gbar.gating.theory import errors, follow, learn_theory, mean_squares, new_network


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
    assert [number for number, _ in seen] == list(range(1, 61))


def test_a_window_of_one_sample_is_one_step_of_adam_with_the_state_before_held():
    samples = relaxation(0.9, 2)
    found, _ = learnt(SequenceSection(epochs=1, learning_rate=0.01), samples)
    q, h, adam = jnp.float32(0.5), jnp.float32(0.0), optax.adam(0.01)
    moments = adam.init(q)
    for x, y in samples:
        step, moments = adam.update(jax.grad(lambda q, h=h, x=x, y=y: (q * h + (1 - q) * x - y) ** 2)(q), moments)
        h, q = q * h + (1 - q) * x, optax.apply_updates(q, step)
    assert found == pytest.approx(float(q), rel=1e-6)


def made_up_states(runs: int) -> np.ndarray:
    """Return a slow wave and a gate that follows it; every other state repeats these."""
    t = np.arange(1601)[:, None]
    V = 0.5 + 0.4 * np.sin(2 * np.pi * t / 200 + np.arange(runs))
    gate = np.zeros_like(V)
    for k in range(1600):
        gate[k + 1] = gate[k] + (V[k] - gate[k]) / 30
    return np.stack([V, V, *[gate] * len(GATES), *[V] * len(OTHERS)], axis=-1).astype(np.float32)


def test_a_network_learns_a_gate_from_what_it_observes():
    settings = TheorySection(
        training=SequenceSection(epochs=12, learning_rate=5e-3, schedule="cosine", window=4), width=8
    )
    states, losses = made_up_states(4), []
    network = learn_theory(states[:, :3], settings, lambda _, parts: losses.append(parts["gates"]))
    found = errors(network, states[:, 3:])
    assert list(found) == [*GATES, *OTHERS]
    assert losses[-1] < 0.1 * losses[0]
    assert max(found[name] for name in GATES) < 0.03


def test_errors_are_of_the_networks_own_gates_one_sample_later():
    network, states = new_network(8, 1), made_up_states(2)
    found = np.asarray(follow(network, jnp.asarray(states[:, :, :2])))
    expected = np.sqrt(np.mean((found[1000:-1, :, 0] - states[1001:, :, 2]) ** 2))
    assert errors(network, states)[GATES[0]] == pytest.approx(float(expected), rel=1e-5)


def test_the_penalty_leaves_start_states_out():
    network = new_network(8, 1)
    before = float(mean_squares(nnx.state(network, nnx.Param)))
    network.encoder.gnn.start[...] += 5.0
    assert float(mean_squares(nnx.state(network, nnx.Param))) == before
    network.encoder.first.bias[...] += 2.0
    assert float(mean_squares(nnx.state(network, nnx.Param))) == pytest.approx(before + 4.0, rel=1e-5)
