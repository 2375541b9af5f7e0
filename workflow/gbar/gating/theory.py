"""The first stage: a network learns from the model itself what its gates and other states do, given V and Cai.

The published network sees V and Cai alone. Over the 1 ms of the stimulus they do not tell what comes: they are at rest
at its start, and gate m has opened at its end. One error of about 1 a beat is left, which no network can avoid: a root
mean square of 0.0406 over the published validation runs. A network that is also told of the known stimulus to come has
no such floor.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.config.gating import CELL, SAMPLE_MS, PacedSection, TheorySection
from gbar.gating.beats import PULSE_MS, spread
from gbar.gating.data import GATES, OBSERVED, OTHERS, Normalisation, Paced, slices
from gbar.gating.sequence import Tree, train_in_sequence
from gbar.nets.gating import GatingNetwork

SETTLING = 1000  # samples after which a gate has forgotten where the network started it


def new_network(width: int, seed: int, stimulus: bool = False) -> GatingNetwork:
    """Return a network with freshly drawn weights; `stimulus` says whether it is an input."""
    return GatingNetwork(len(OBSERVED) + stimulus, len(GATES), len(OTHERS), width=width, rngs=nnx.Rngs(seed))


def inputs(runs: Paced, normalisation: Normalisation, settings: PacedSection, stimulus: bool) -> np.ndarray:
    """Return what a network is given of the part that is learnt from, float32, (sample, run, input).

    That is the normalised `OBSERVED` and, where a network is told of it, the stimulus to come.
    """
    observed = slices(runs, OBSERVED, normalisation, settings)
    if not stimulus:
        return observed
    coming = stimulus_to_come(runs.cycle_length_ms, settings)
    return np.concatenate([observed, coming[..., None].astype(np.float32)], axis=-1)


def clamps(
    cell: Paced, normalisation: Normalisation, settings: PacedSection, stimulus: bool, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what a network is given and what it is to tell under a cell's clamps, as of runs that stand still.

    Paced, a cell's calcium goes with its voltage, and a network cannot tell which of them moves a gate; clamps part
    them, and hold gates at steady states that pacing never lets them reach.

    Args:
        cell: the cell.
        normalisation: of its states.
        settings: of the runs they go with.
        stimulus: whether it is an input; here it never acts.
        count: most clamps taken, spread over all.

    Returns:
        x, (sample, clamp, input), and y, normalised `GATES` and `OTHERS`, (sample, clamp, name); float32.
    """
    chosen = spread(np.arange(cell.clamped.shape[1]), count)
    states = dict(zip(CELL.state_names, cell.clamped[:, chosen], strict=True))
    seen = [normalisation.to_unit(name, states[name]) for name in OBSERVED] + [np.zeros(len(chosen))] * stimulus
    told = [normalisation.to_unit(name, states[name]) for name in (*GATES, *OTHERS)]
    x, y = (np.stack(values, axis=-1).astype(np.float32) for values in (seen, told))
    return np.tile(x, (settings.slices, 1, 1)), np.tile(y, (settings.slices, 1, 1))


def stimulus_to_come(cycle_length_ms: np.ndarray, settings: PacedSection) -> np.ndarray:
    """Return the share of the ms behind each sample learnt from in which the stimulus acts, (sample, run)."""
    t_ms = SAMPLE_MS * (settings.first_ms + np.arange(settings.slices))[:, None]
    start_ms, end_ms = PULSE_MS
    phase = np.mod(t_ms - start_ms, cycle_length_ms)
    acts = np.clip(end_ms - start_ms - phase, 0, SAMPLE_MS) + np.clip(phase + SAMPLE_MS - cycle_length_ms, 0, SAMPLE_MS)
    return acts / SAMPLE_MS


def learn_theory(
    x: np.ndarray,
    y: np.ndarray,
    settings: TheorySection,
    report: Callable[[int, GatingNetwork, dict[str, np.ndarray]], None],
) -> GatingNetwork:
    """Return a network trained teacher forced: inputs at t, the cell's states at t + 1 ms.

    The loss is the mean squared error of the gates plus that of the other states plus a penalty on the weights.

    Args:
        x: `inputs` of the training runs, (sample, run, input).
        y: their `GATES` and `OTHERS`, normalised, at the same samples, (sample, run, name).
        settings: network and training.
        report: told the number of each epoch, and at its end the network and the losses of `gates` and `others`.
    """
    network = new_network(settings.width, settings.training.seed, settings.stimulus)
    graph, parameters = nnx.split(network, nnx.Param)
    samples = {"x": x[:-1], "y": y[1:]}

    def loss(parameters: Tree, state: Tree, window: Tree) -> tuple[jax.Array, tuple[Tree, dict[str, jax.Array]]]:
        network = nnx.merge(graph, parameters)

        def step(state: Tree, sample: Tree) -> tuple[Tree, tuple[jax.Array, jax.Array]]:
            state, others = network(state, sample["x"], settings.apart)
            gates, wanted = jnp.split(sample["y"], [len(GATES)], axis=-1)
            return state, (jnp.mean((state.gates - gates) ** 2), jnp.mean((others - wanted) ** 2))

        state, errors = jax.lax.scan(step, state, window)
        gates, others = (error.mean() for error in errors)
        total = gates + others + settings.penalty * mean_squares(parameters)
        return total, (state, {"gates": gates, "others": others})

    trained = train_in_sequence(
        loss,
        parameters,
        network.start(x.shape[1]),
        samples,
        settings.training,
        lambda number, parameters, parts: report(number, nnx.merge(graph, parameters), parts),
    )
    return nnx.merge(graph, trained)


def mean_squares(parameters: Tree) -> jax.Array:
    """Return the sum over arrays of weights of the mean of their squares; start states are no weights."""
    return sum((jnp.mean(a**2) for a in _weights(parameters)), jnp.zeros(()))


def count_weights(network: GatingNetwork) -> int:
    """Return how many numbers a network learns, start states left out."""
    return sum(a.size for a in _weights(nnx.state(network, nnx.Param)))


def _weights(parameters: Tree) -> list[jax.Array]:
    arrays, _ = jax.tree_util.tree_flatten_with_path(parameters)
    return [a for path, a in arrays if "start" not in jax.tree_util.keystr(path)]


@nnx.jit
def follow(network: GatingNetwork, x: jax.Array) -> jax.Array:
    """Return gates and other states one sample after each of a network's inputs, (sample, run, name)."""

    def step(state: Tree, x: jax.Array) -> tuple[Tree, jax.Array]:
        state, others = network(state, x)
        return state, jnp.concatenate([state.gates, others], axis=-1)

    return jax.lax.scan(step, network.start(x.shape[1]), x)[1]


def errors(network: GatingNetwork, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Return the root mean squared error of each gate and other state, normalised, behind what `settled` leaves out.

    Args:
        network: the network, which carries its own gates along.
        x: as for `learn_theory`, of runs that it has not seen.
        y: the same.
    """
    found = np.asarray(follow(network, jnp.asarray(x[:-1])))
    squared = (found - y[1:])[settled(len(found))] ** 2
    return dict(zip((*GATES, *OTHERS), np.sqrt(squared.mean(axis=(0, 1), dtype=float)).tolist(), strict=True))


def settled(samples: int) -> slice:
    """Return which of so many samples a network is judged on: those behind `SETTLING`, or the later half of few."""
    return slice(min(SETTLING, samples // 2), None)
