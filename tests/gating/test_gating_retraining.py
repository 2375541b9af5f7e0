"""The published second stage: what it trains, what it leaves alone, and the currents that its gates make."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.config.gating import DataStageSection, SequenceSection
from gbar.gating.data import CELL, GATES, Normalisation
from gbar.gating.retraining import currents_under, gates_of, retrain
from gbar.gating.theory import follow, new_network

RNG = np.random.default_rng(0)
OBSERVED = RNG.uniform(0.2, 0.8, (300, 3, 2)).astype(np.float32)


def retrained(eta: float, rate: float = 1e-2):
    theory, losses = new_network(8, 2), []
    training = SequenceSection(epochs=3, learning_rate=rate)
    settings = DataStageSection(training=training, eta=eta)
    return theory, retrain(theory, OBSERVED, settings, lambda _, parts: losses.append(parts)), losses


def test_only_the_layer_of_gates_is_trained():
    theory, network, _ = retrained(1e-3)
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


def test_a_large_weight_holds_the_gates_and_a_small_one_serves_the_observables():
    (theory, held, held_losses), (_, free, free_losses) = retrained(10.0, rate=1e-3), retrained(1e-5)
    known, near, far = (np.asarray(gates_of(one, jnp.asarray(OBSERVED))) for one in (theory, held, free))
    assert np.abs(near - known).mean() < 0.1 * np.abs(far - known).mean()
    assert free_losses[-1]["observables"] < 0.9 * held_losses[-1]["observables"]


def test_gates_alone_are_those_of_the_whole_network():
    network = new_network(8, 3)
    x = jnp.asarray(OBSERVED)
    np.testing.assert_allclose(gates_of(network, x), follow(network, x)[..., : len(GATES)], atol=1e-6)


def test_the_cells_own_gates_make_its_own_currents():
    states = np.stack([np.full(4, value) for value in CELL.initial])
    states[CELL.state_names.index("V")] = [-80.0, -40.0, 0.0, 30.0]
    lowest, highest = dict.fromkeys(CELL.state_names, -0.5), dict.fromkeys(CELL.state_names, 1.5)
    normalisation = Normalisation(lowest, highest)
    gates = [normalisation.to_unit(name, states[CELL.state_names.index(name)]) for name in GATES]
    found = currents_under(CELL, states, gates, normalisation)
    expected = CELL.currents_of(jnp.asarray(states), CELL.constants({}, {}))
    for name, current in expected.items():
        np.testing.assert_allclose(found[name], current, rtol=1e-4, atol=1e-6)
    opened = [*gates]
    opened[GATES.index("Xr1")] = normalisation.to_unit("Xr1", np.full(4, 0.5))
    assert np.all(np.abs(currents_under(CELL, states, opened, normalisation)["gKr"]) > np.abs(expected["gKr"]))
