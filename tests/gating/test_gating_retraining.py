"""The published second stage: what it trains, what it leaves alone, and the currents that its gates make."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gbar.config.gating import CELL, RetrainingSection, SequenceSection
from gbar.gating.currents import CURRENTS, currents_under, own_currents
from gbar.gating.data import GATES, OBSERVED, Normalisation
from gbar.gating.retraining import gates_of, retrain, with_layer
from gbar.gating.theory import follow, new_network

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
X = RNG.uniform(0.2, 0.8, (300, 3, len(OBSERVED))).astype(np.float32)


def retrained(*etas: float, rate: float = 1e-2, x: np.ndarray = X):
    """Return a network, the same with each layer trained again, and the losses of each epoch."""
    theory, losses = new_network(8, 2, stimulus=x.shape[-1] > len(OBSERVED)), []
    training = SequenceSection(epochs=3, learning_rate=rate)
    settings = RetrainingSection(network="ours", training=training, etas=etas)
    layers = retrain(theory, x, settings, lambda *told: losses.append(told[-1]))
    return theory, [with_layer(theory, layers, k) for k in range(len(etas))], losses


def test_only_the_layer_of_gates_is_trained():
    theory, (network,), _ = retrained(1e-3)
    for part in ("first", "second"):
        before, after = getattr(theory.encoder, part), getattr(network.encoder, part)
        np.testing.assert_array_equal(before.kernel[...], after.kernel[...])
    for before, after in zip(
        jax.tree.leaves(nnx.state(theory.decoder)), jax.tree.leaves(nnx.state(network.decoder)), strict=True
    ):
        np.testing.assert_array_equal(before, after)
    fresh = new_network(8, 2)
    np.testing.assert_array_equal(theory.encoder.gnn.steady[...], fresh.encoder.gnn.steady[...])
    assert np.abs(network.encoder.gnn.steady[...] - theory.encoder.gnn.steady[...]).max() > 0.01


def test_layers_trained_side_by_side_are_those_trained_alone():
    # At first no gate drifts: rounding decides the sign that a drift has, and its pull shows unless eta is small.
    etas, x = (1e-10, 0.1, 1e-9), X[:100].astype(float)
    with jax.enable_x64(True):
        theory, together, losses = retrained(*etas, x=x)
        for k in (0, 2):
            _, (alone,), its_losses = retrained(etas[k], x=x)
            pair = (jax.tree.leaves(nnx.state(one.encoder.gnn)) for one in (together[k], alone))
            for one, other in zip(*pair, strict=True):
                np.testing.assert_allclose(one, other, atol=1e-5)
            for name in ("gates", "observables"):
                np.testing.assert_allclose(losses[-1][name][k], its_losses[-1][name][0], rtol=1e-5)
    for one in (theory, together[1]):
        assert np.abs(together[0].encoder.gnn.steady[...] - one.encoder.gnn.steady[...]).max() > 0.05


def test_a_large_weight_holds_the_gates_and_a_small_one_serves_the_observables():
    theory, (held, free), losses = retrained(10.0, 1e-5, rate=1e-3)
    known, near, far = (np.asarray(gates_of(one, jnp.asarray(X))) for one in (theory, held, free))
    assert np.abs(near - known).mean() < 0.5 * np.abs(far - known).mean()
    assert losses[-1]["observables"][1] < losses[-1]["observables"][0]


def test_a_stimulus_among_the_inputs_is_not_among_what_is_predicted():
    stimulus = np.zeros((300, 3, 1), np.float32)
    _, _, losses = retrained(1e-3, x=np.concatenate([X, stimulus], axis=-1))
    assert set(losses[-1]) == {"gates", "observables"}


def test_gates_alone_are_those_of_the_whole_network():
    network = new_network(8, 3)
    x = jnp.asarray(X)
    np.testing.assert_allclose(gates_of(network, x), follow(network, x)[..., : len(GATES)], atol=1e-6)


def test_the_cells_own_gates_make_its_own_currents():
    states = np.stack([np.full(4, value) for value in CELL.initial])
    states[CELL.state_names.index("V")] = [-80.0, -40.0, 0.0, 30.0]
    lowest, highest = dict.fromkeys(CELL.state_names, -0.5), dict.fromkeys(CELL.state_names, 1.5)
    normalisation = Normalisation(lowest, highest)
    gates = [normalisation.to_unit(name, states[CELL.state_names.index(name)]) for name in GATES]
    found, own = currents_under(states, gates, normalisation), own_currents(states, {})
    expected = CELL.currents_of(jnp.asarray(states), CELL.constants({}, {}))
    for k, name in enumerate(CURRENTS):
        np.testing.assert_allclose(found[k], expected[name], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(own[k], expected[name], rtol=1e-5, atol=1e-7)
    opened, IKr = [*gates], CURRENTS.index("gKr")
    opened[GATES.index("Xr1")] = normalisation.to_unit("Xr1", np.full(4, 0.5))
    assert np.all(np.abs(currents_under(states, opened, normalisation)[IKr]) > np.abs(own[IKr]))
    np.testing.assert_allclose(own_currents(states, {"gKr": 0.5})[IKr], 0.5 * own[IKr], rtol=1e-5)
