"""The first stage: a network learns from the model itself what its gates and other states do, given V and Cai."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.config.gating import TheorySection
from gbar.gating.data import GATES, OBSERVED, OTHERS
from gbar.gating.sequence import Tree, train_in_sequence
from gbar.nets.gating import GatingNetwork

SETTLING = 1000  # samples after which a gate has forgotten where the network started it


def new_network(width: int, seed: int) -> GatingNetwork:
    """Return a network with freshly drawn weights."""
    return GatingNetwork(len(OBSERVED), len(GATES), len(OTHERS), width=width, rngs=nnx.Rngs(seed))


def learn_theory(
    states: np.ndarray, settings: TheorySection, report: Callable[[int, dict[str, float]], None]
) -> GatingNetwork:
    """Return a network trained on normalised states, teacher forced: observables at t, all states at t + 1 ms.

    The loss is the mean squared error of the gates plus that of the other states plus a penalty on the weights.

    Args:
        states: of the training runs, `OBSERVED`, `GATES` and `OTHERS`, (sample, run, name).
        settings: network and training.
        report: told the number of each epoch and the losses of `gates` and `others` at its end.
    """
    network = new_network(settings.width, settings.training.seed)
    graph, parameters = nnx.split(network, nnx.Param)
    observed = len(OBSERVED)
    samples = {"x": states[:-1, :, :observed], "y": states[1:, :, observed:]}

    def loss(parameters: Tree, state: Tree, window: Tree) -> tuple[jax.Array, tuple[Tree, dict[str, jax.Array]]]:
        network = nnx.merge(graph, parameters)

        def step(state: Tree, sample: Tree) -> tuple[Tree, tuple[jax.Array, jax.Array]]:
            state, others = network(state, sample["x"])
            gates, wanted = jnp.split(sample["y"], [len(GATES)], axis=-1)
            return state, (jnp.mean((state.gates - gates) ** 2), jnp.mean((others - wanted) ** 2))

        state, errors = jax.lax.scan(step, state, window)
        gates, others = (error.mean() for error in errors)
        total = gates + others + settings.penalty * mean_squares(parameters)
        return total, (state, {"gates": gates, "others": others})

    trained = train_in_sequence(loss, parameters, network.start(states.shape[1]), samples, settings.training, report)
    return nnx.merge(graph, trained)


def mean_squares(parameters: Tree) -> jax.Array:
    """Return the sum over arrays of weights of the mean of their squares; start states are no weights."""
    arrays, _ = jax.tree_util.tree_flatten_with_path(parameters)
    return sum((jnp.mean(a**2) for path, a in arrays if "start" not in jax.tree_util.keystr(path)), jnp.zeros(()))


@nnx.jit
def follow(network: GatingNetwork, x: jax.Array) -> jax.Array:
    """Return gates and other states one sample after each of normalised observables, (sample, run, name)."""

    def step(state: Tree, x: jax.Array) -> tuple[Tree, jax.Array]:
        state, others = network(state, x)
        return state, jnp.concatenate([state.gates, others], axis=-1)

    return jax.lax.scan(step, network.start(x.shape[1]), x)[1]


def errors(network: GatingNetwork, states: np.ndarray) -> dict[str, float]:
    """Return the root mean squared error of each gate and other state, normalised, behind `SETTLING` samples.

    Args:
        network: the network, which carries its own gates along.
        states: as for `learn_theory`, of runs that it has not seen.
    """
    observed = len(OBSERVED)
    found = np.asarray(follow(network, jnp.asarray(states[:-1, :, :observed])))
    squared = (found - states[1:, :, observed:])[SETTLING:] ** 2
    return dict(zip((*GATES, *OTHERS), np.sqrt(squared.mean(axis=(0, 1), dtype=float)).tolist(), strict=True))
