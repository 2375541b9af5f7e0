"""Training in sequence: one step of the optimiser for each window of samples, the recurrent state carried on.

With a window of one sample this is the published way. Longer windows let the gradient reach back over their samples,
so that time constants are learnt from what they do, and not from one step.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from gbar.config.gating import SequenceSection
from gbar.errors import wrong

Tree = Any
# (parameters, recurrent state, samples of a window) -> loss, (recurrent state, parts of the loss by name)
WindowLoss = Callable[[Tree, Tree, Tree], tuple[jax.Array, tuple[Tree, dict[str, jax.Array]]]]
# number of an epoch, parameters after it, parts of the loss during its last `REPORTED`
Report = Callable[[int, Tree, dict[str, np.ndarray]], None]
REPORTED = 0.1  # share of an epoch, its last part, whose mean losses are reported


def train_in_sequence(
    loss: WindowLoss,
    parameters: Tree,
    state: Tree,
    samples: Tree,
    settings: SequenceSection,
    report: Report,
) -> Tree:
    """Return trained parameters.

    Samples behind the last whole window are left out.

    Args:
        loss: of one window.
        parameters: to begin with.
        state: recurrent state before the first sample; carried over from window to window and epoch to epoch.
        samples: arrays whose first axis is time.
        settings: epochs, window, rate.
        report: told of each epoch at its end.

    Raises:
        UserError: a window is longer than the samples are.
    """
    n = len(jax.tree.leaves(samples)[0])
    windows = n // settings.window
    if not windows:
        raise wrong("training.window", settings.window, f"at most {n}, the samples there are")
    rate: optax.ScalarOrSchedule = settings.learning_rate
    if settings.schedule == "cosine":
        rate = optax.cosine_decay_schedule(settings.learning_rate, settings.epochs * windows)
    optimiser = optax.adam(rate)
    last = max(1, round(REPORTED * windows))

    def windowed(array: jax.Array) -> jax.Array:
        return array[: windows * settings.window].reshape(windows, settings.window, *array.shape[1:])

    def update(carry: tuple[Tree, Tree, Tree], window: Tree) -> tuple[tuple[Tree, Tree, Tree], dict[str, jax.Array]]:
        parameters, moments, state = carry
        (_, (state, parts)), gradient = jax.value_and_grad(loss, has_aux=True)(parameters, state, window)
        step, moments = optimiser.update(gradient, moments, parameters)
        return (optax.apply_updates(parameters, step), moments, state), parts

    @jax.jit
    def epoch(carry: tuple[Tree, Tree, Tree], windows: Tree) -> tuple[tuple[Tree, Tree, Tree], dict[str, jax.Array]]:
        carry, parts = jax.lax.scan(update, carry, windows)
        return carry, {name: values[-last:].mean(axis=0) for name, values in parts.items()}

    cut = jax.tree.map(lambda array: windowed(jnp.asarray(array)), samples)
    carry = parameters, optimiser.init(parameters), state
    for number in range(1, settings.epochs + 1):
        carry, parts = epoch(carry, cut)
        report(number, carry[0], {name: np.asarray(value) for name, value in parts.items()})
    return carry[0]
