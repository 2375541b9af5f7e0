"""The published second stage: the layer of gates is trained again, on the voltage and calcium of a cell.

Everything else of the network stays as the first stage left it. The loss of a sample,

    η mean |h' - h| + mean (x' - x)² + penalty,

holds the gates h' near those, h, of the first stage under the same record, and the observables x' that the decoder
predicts from them near those recorded one sample later.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.cells.cell import Cell
from gbar.config.gating import DataStageSection
from gbar.gating.data import GATES, OBSERVED, OTHERS, Normalisation
from gbar.gating.sequence import Tree, train_in_sequence
from gbar.gating.theory import mean_squares
from gbar.nets.gating import GatingNetwork

OBSERVED_AMONG_OTHERS = tuple(OTHERS.index(name) for name in OBSERVED)


def retrain(
    theory: GatingNetwork,
    observed: np.ndarray,
    settings: DataStageSection,
    report: Callable[[int, dict[str, float]], None],
) -> GatingNetwork:
    """Return the network of the first stage with its layer of gates trained again.

    Args:
        theory: the network, which is left as it is.
        observed: normalised observables of a cell, (sample, run, name).
        settings: weight η, penalty and training.
        report: told the number of each epoch and, at its end, the losses `gates` (drift) and `observables`.
    """
    network = nnx.clone(theory)
    graph, layer = nnx.split(network.encoder.gnn, nnx.Param)
    samples = {"x": observed[:-1], "y": observed[1:]}

    def loss(layer: Tree, states: Tree, window: Tree) -> tuple[jax.Array, tuple[Tree, dict[str, jax.Array]]]:
        gnn = nnx.merge(graph, layer)

        def step(states: Tree, sample: Tree) -> tuple[Tree, tuple[jax.Array, jax.Array]]:
            known, (gates, lstm) = states
            u = theory.encoder.encode(sample["x"])
            known, gates = theory.encoder.gnn(known, u), gnn(gates, u)
            lstm, others = theory.decoder(lstm, jnp.concatenate([sample["x"], gates], axis=-1))
            drift = jnp.mean(jnp.abs(gates - known))
            error = jnp.mean((others[:, jnp.array(OBSERVED_AMONG_OTHERS)] - sample["y"]) ** 2)
            return (known, (gates, lstm)), (drift, error)

        states, errors = jax.lax.scan(step, states, window)
        drift, error = (values.mean() for values in errors)
        total = settings.eta * drift + error + settings.penalty * mean_squares(layer)
        return total, (states, {"gates": drift, "observables": error})

    gates, lstm = theory.start(observed.shape[1])
    trained = train_in_sequence(loss, layer, (gates, (gates, lstm)), samples, settings.training, report)
    nnx.update(network.encoder.gnn, trained)
    return network


@nnx.jit
def gates_of(network: GatingNetwork, observed: jax.Array) -> jax.Array:
    """Return normalised gates one sample after each of normalised observables, (sample, run, gate)."""

    def step(h: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        h = network.encoder(h, x)
        return h, h

    return jax.lax.scan(step, network.start(observed.shape[1]).gates, observed)[1]


def currents_under(cell: Cell, states: Any, gates: Any, normalisation: Normalisation) -> dict[str, Any]:
    """Return the currents of a cell whose gates a network tells, all conductances being the cell's own.

    Args:
        cell: the cell.
        states: recorded states in the cell's order, (state, …).
        gates: normalised gates, (gate, …).
        normalisation: of the gates.
    """
    told = jnp.asarray(states)
    for name, gate in zip(GATES, gates, strict=True):
        told = told.at[cell.state_names.index(name)].set(normalisation.from_unit(name, gate))
    return cell.currents_of(told, cell.constants({}, {}))
