"""The published second stage: the layer of gates is trained again, on the voltage and calcium of a cell.

Everything else of the network stays as the first stage left it. The loss of a sample,

    η mean |h' - h| + mean (x' - x)² + penalty,

holds the gates h' near those, h, of the first stage under the same record, and the observables x' that the decoder
predicts from them near those recorded one sample later.

Layers for several η are trained side by side. Their losses are added: each layer's gradient is that of its own loss,
and Adam treats every number by itself, so that each layer becomes what it would alone.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.config.gating import RetrainingSection
from gbar.gating.data import OBSERVED, OTHERS
from gbar.gating.sequence import Tree, train_in_sequence
from gbar.gating.theory import mean_squares
from gbar.nets.gating import GNN, GatingNetwork

OBSERVED_AMONG_OTHERS = tuple(OTHERS.index(name) for name in OBSERVED)


def retrain(
    theory: GatingNetwork,
    x: np.ndarray,
    settings: RetrainingSection,
    report: Callable[[int, GNN, dict[str, np.ndarray]], None],
) -> GNN:
    """Return the layers of gates that training the first stage's again gives, the first axis of each array by η.

    Args:
        theory: the network of the first stage, which is left as it is.
        x: `gbar.gating.theory.inputs` of a cell, (sample, run, input).
        settings: weights η, penalty and training.
        report: told the number of each epoch and, at its end, the layers and the losses `gates` (drift) and
            `observables`, each (η).
    """
    graph, layer = nnx.split(theory.encoder.gnn, nnx.Param)
    etas = jnp.asarray(settings.etas)

    def loss(layers: Tree, states: Tree, window: Tree) -> tuple[jax.Array, tuple[Tree, dict[str, jax.Array]]]:
        def known_step(h: jax.Array, u: jax.Array) -> tuple[jax.Array, jax.Array]:
            h = theory.encoder.gnn(h, u)
            return h, h

        known, own = states
        u = theory.encoder.encode(window["x"])
        known, h = jax.lax.scan(known_step, known, u)

        def one(layer: Tree, eta: jax.Array, state: Tree) -> tuple[jax.Array, tuple[Tree, dict[str, jax.Array]]]:
            gnn = nnx.merge(graph, layer)

            def step(state: Tree, sample: Tree) -> tuple[Tree, tuple[jax.Array, jax.Array]]:
                gates, lstm = state
                gates = gnn(gates, sample["u"])
                lstm, others = theory.decoder(lstm, jnp.concatenate([sample["x"], gates], axis=-1))
                drift = jnp.mean(jnp.abs(gates - sample["h"]))
                error = jnp.mean((others[:, jnp.array(OBSERVED_AMONG_OTHERS)] - sample["y"]) ** 2)
                return (gates, lstm), (drift, error)

            state, errors = jax.lax.scan(step, state, window | {"u": u, "h": h})
            drift, error = (values.mean() for values in errors)
            total = eta * drift + error + settings.penalty * mean_squares(layer)
            return total, (state, {"gates": drift, "observables": error})

        totals, (own, parts) = jax.vmap(one)(layers, etas, own)
        return totals.sum(), ((known, own), parts)

    def for_each(array: jax.Array) -> jax.Array:
        return jnp.repeat(array[None], len(etas), axis=0)

    gates, lstm = theory.start(x.shape[1])
    trained = train_in_sequence(
        loss,
        jax.tree.map(for_each, layer),
        (gates, jax.tree.map(for_each, (gates, lstm))),
        {"x": x[:-1], "y": x[1:, :, : len(OBSERVED)]},
        settings.training,
        lambda number, layers, parts: report(number, nnx.merge(graph, layers), parts),
    )
    return nnx.merge(graph, trained)


def with_layer(theory: GatingNetwork, layers: GNN, number: int) -> GatingNetwork:
    """Return the network of the first stage with one of several layers of gates in the place of its own."""
    network = nnx.clone(theory)
    nnx.update(network.encoder.gnn, jax.tree.map(lambda array: array[number], nnx.state(layers, nnx.Param)))
    return network


@nnx.jit
def gates_of(network: GatingNetwork, x: jax.Array) -> jax.Array:
    """Return normalised gates one sample after each of a network's inputs, (sample, run, gate)."""

    def step(h: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        h = network.encoder(h, x)
        return h, h

    return jax.lax.scan(step, network.start(x.shape[1]).gates, x)[1]
