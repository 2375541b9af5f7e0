"""The one training loop of all networks of the project.

An epoch is one compiled program: shuffle, scan over the batches, validate, keep the best parameters, with the
data on the device and every buffer reused. All randomness is a function of (seed, epoch, batch), so a run
that was killed goes on from its checkpoint to the result it would have had.

A loss is a function `loss(model, x, y, *, rngs)` giving the mean over a batch; `x` and `y` are arrays, or
pytrees of arrays, whose first axis counts samples. `rngs` holds the stream `dropout` while training and is
None in validation. Several networks of one shape train together as one model with a leading axis and a loss
that maps over it.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import gbar
from gbar.checkpoint import Checkpoints, digest
from gbar.errors import UserError
from gbar.history import EpochRecord, Progress, best_epoch, ending, print_line
from gbar.notice import sigterm_noted
from gbar.optimiser import TrainingSettings, build_optimiser, learning_rate_schedule

VALIDATION_BATCHES = 4  # batches evaluated at once in validation, which keeps no activations

Tree = Any


class Samples(NamedTuple):
    """Scaled inputs `x` and outputs `y`: arrays or pytrees of arrays, the first axis counting samples."""

    x: Tree
    y: Tree


class Loss(Protocol):
    """Mean loss of a batch, a scalar."""

    def __call__(self, model: Any, x: Tree, y: Tree, *, rngs: nnx.Rngs | None) -> jax.Array:
        """Evaluate `model` on a batch; `rngs` is None in validation."""
        ...


@dataclass(frozen=True)
class TrainingOutcome:
    """What became of a training run.

    Attributes:
        model: the network with the parameters of the lowest validation loss.
        status: "completed" (all epochs), "stopped_early" (patience) or "diverged" (a loss was not finite).
        history: every epoch, those before a resumption among them.
        best_epoch: epoch of the lowest validation loss; 0, the initial parameters, if none was finite.
        best_validation_loss: the lowest validation loss; infinite if none was finite.
        seconds: time spent in epochs, without compilation.
    """

    model: Any
    status: str
    history: tuple[EpochRecord, ...]
    best_epoch: int
    best_validation_loss: float
    seconds: float


class _Carry(NamedTuple):
    """All that changes in training; `statistics` are running ones, as of batch normalisation."""

    parameters: Tree
    statistics: Tree
    optimiser: Tree
    best: Tree
    best_loss: jax.Array


def mean_squared_error(model: Any, x: Tree, y: Tree, *, rngs: nnx.Rngs | None = None) -> jax.Array:
    """Return the mean over batch and samples of the squared difference from `y`."""
    return jnp.mean((model(x, rngs=rngs) - y) ** 2)


def train(
    model: Any,
    training: Samples,
    validation: Samples,
    settings: TrainingSettings,
    *,
    loss: Loss = mean_squared_error,
    trainable: Any = nnx.Param,
    identity: Mapping[str, Any] | None = None,
    checkpoint_dir: Path | None = None,
    log: Callable[[str], None] = print_line,
) -> TrainingOutcome:
    """Train a network and return it as it was at its lowest validation loss.

    In every epoch each training sample is seen; where the batch size does not divide their number, the last
    batch is filled up with the samples the epoch began with. The initial `model` is left as it is.

    Args:
        model: flax nnx module that holds no random streams.
        training: samples to learn from.
        validation: samples to choose the best epoch by, and to stop early.
        settings: epochs, optimiser, seed …
        loss: mean loss of a batch.
        trainable: nnx filter of the variables to train.
        identity: JSON-able values that tell this run from others beside its settings, initial parameters and
            data (which are compared anyway): the architecture, what the loss depends on.
        checkpoint_dir: directory for checkpoints, to be removed by the caller after success; None keeps none.
        log: takes one line of progress.

    Raises:
        UserError: fewer training samples than `batch_size`, or no validation samples.
        SystemExit: SIGTERM came; where there are checkpoints, one of the epoch then running was written.
    """
    training, validation = _on_device(training), _on_device(validation)
    n_training, n_validation = _count(training), _count(validation)
    if n_training < settings.batch_size:
        raise UserError(f"training samples: {n_training} are fewer than batch_size ({settings.batch_size})")
    if n_validation == 0:
        raise UserError("validation samples: there are none, but the best epoch is chosen by them")

    graph, parameters, statistics, constants = nnx.split(model, trainable, nnx.BatchStat, ...)
    parameters, statistics, constants = (
        nnx.to_pure_dict(cast(nnx.State, part)) for part in (parameters, statistics, constants)
    )
    steps_per_epoch = -(-n_training // settings.batch_size)
    optimiser = build_optimiser(settings, steps_per_epoch)
    # Every buffer of the carry is donated to the epoch: the model keeps its own.
    initial = _copy((parameters, statistics))
    parameters, statistics = _copy(initial)
    carry = _Carry(parameters, statistics, optimiser.init(parameters), initial, jnp.float32(jnp.inf))

    history: list[EpochRecord] = []
    checkpoints = None
    if checkpoint_dir is not None:
        run = {key: value for key, value in asdict(settings).items() if key != "checkpoint_every_s"}
        values = [gbar.__version__, run, dict(identity or {})]
        checkpoints = Checkpoints(checkpoint_dir, digest(values, (initial, constants, training, validation)), log)
        if found := checkpoints.load(carry):
            carry, notes = found
            history = [EpochRecord(*row) for row in notes["history"]]
            log(f"resumed after epoch {len(history)} of {settings.epochs}")

    epoch = _compile_epoch(graph, optimiser, loss, settings, carry, constants, training, validation)
    rate = learning_rate_schedule(settings, steps_per_epoch)
    progress = Progress(settings.epochs, log)
    saved_at = time.monotonic()
    with sigterm_noted(log) if checkpoints else nullcontext(lambda: False) as sigterm_came:
        while (status := ending(history, settings)) is None:
            number, started = len(history), time.monotonic()
            carry, losses = epoch(carry, constants, training, validation, jnp.int32(number))
            train_loss, validation_loss = (float(value) for value in losses)
            now = time.monotonic()
            learning_rate = float(np.asarray(rate(np.asarray(number * steps_per_epoch))))
            history.append(EpochRecord(number + 1, train_loss, validation_loss, learning_rate, now - started))
            progress.report(history)
            told_to_stop = sigterm_came()
            if checkpoints and (told_to_stop or now - saved_at >= settings.checkpoint_every_s):
                checkpoints.save(len(history), carry, {"history": [astuple(record) for record in history]})
                saved_at = time.monotonic()
            if told_to_stop:
                raise SystemExit(
                    f"stopped by SIGTERM after epoch {len(history)} of {settings.epochs}; run again to go on"
                )

    chosen_epoch, lowest = best_epoch(history)
    log(f"{status} after {len(history)} epochs; lowest validation loss {lowest:.6g} in epoch {chosen_epoch}")
    return TrainingOutcome(
        nnx.merge(graph, *carry.best, constants),
        status,
        tuple(history),
        chosen_epoch,
        lowest,
        sum(record.seconds for record in history),
    )


def _compile_epoch(
    graph: nnx.GraphDef[Any],
    optimiser: optax.GradientTransformation,
    loss: Loss,
    settings: TrainingSettings,
    carry: _Carry,
    constants: Tree,
    training: Samples,
    validation: Samples,
) -> Callable[..., tuple[_Carry, tuple[jax.Array, jax.Array]]]:
    """Return the epoch, compiled for these shapes.

    It maps (carry, constants, training, validation, epoch number) to the next carry and the two losses.
    """
    batch_size = settings.batch_size

    def evaluate(
        parameters: Tree, statistics: Tree, constants: Tree, batch: Samples, key: jax.Array | None
    ) -> tuple[jax.Array, Tree]:
        model = nnx.merge(graph, parameters, statistics, constants)
        rngs = None if key is None else nnx.Rngs(dropout=key)
        value = loss(model, batch.x, batch.y, rngs=rngs)
        return value, nnx.to_pure_dict(nnx.state(model, nnx.BatchStat))

    def fit(carry: _Carry, constants: Tree, samples: Samples, key: jax.Array) -> tuple[_Carry, jax.Array]:
        order_key, dropout_key = jax.random.split(key)
        n = _count(samples)
        n_batches = -(-n // batch_size)
        order = jax.random.permutation(order_key, n)
        order = jnp.resize(order, (n_batches, batch_size))  # repeats the front to fill up the last batch

        def step(carry: _Carry, batch: tuple[jax.Array, jax.Array]) -> tuple[_Carry, jax.Array]:
            index, number = batch
            chosen = jax.tree.map(lambda array: array[index], samples)
            (value, statistics), gradient = jax.value_and_grad(evaluate, has_aux=True)(
                carry.parameters, carry.statistics, constants, chosen, jax.random.fold_in(dropout_key, number)
            )
            updates, state = optimiser.update(_after_all(gradient), carry.optimiser, carry.parameters)
            parameters = optax.apply_updates(carry.parameters, updates)
            return carry._replace(parameters=parameters, statistics=statistics, optimiser=state), value

        carry, losses = jax.lax.scan(step, carry, (order, jnp.arange(n_batches)))
        return carry, jnp.mean(losses)

    def validate(carry: _Carry, constants: Tree, samples: Samples) -> jax.Array:
        n, size = _count(samples), VALIDATION_BATCHES * batch_size
        whole = n - n % size

        def mean_loss(chosen: Samples) -> jax.Array:
            return evaluate(carry.parameters, carry.statistics, constants, chosen, None)[0]

        total = jnp.float32(0.0)
        if whole:
            chunks = jax.tree.map(lambda array: array[:whole].reshape(-1, size, *array.shape[1:]), samples)
            total += size * jnp.sum(jax.lax.map(mean_loss, chunks))
        if n > whole:
            total += (n - whole) * mean_loss(jax.tree.map(lambda array: array[whole:], samples))
        return total / n

    def epoch(
        carry: _Carry, constants: Tree, training: Samples, validation: Samples, number: jax.Array
    ) -> tuple[_Carry, tuple[jax.Array, jax.Array]]:
        key = jax.random.fold_in(jax.random.key(settings.seed), number)
        carry, train_loss = fit(carry, constants, training, key)
        validation_loss = validate(carry, constants, validation)
        best = jax.lax.cond(
            validation_loss < carry.best_loss,
            lambda: (carry.parameters, carry.statistics),
            lambda: carry.best,
        )
        best_loss = jnp.fmin(validation_loss, carry.best_loss)
        return carry._replace(best=best, best_loss=best_loss), (train_loss, validation_loss)

    compiled = jax.jit(epoch, donate_argnums=0).lower(carry, constants, training, validation, jnp.int32(0))
    return compiled.compile()


def _after_all(gradient: Tree) -> Tree:
    """Return the gradient such that no leaf is ready before all are.

    Without this XLA may update a weight while the gradient of an earlier layer still has to pass through it,
    and copies every weight in every step to be safe.
    """
    zero = 0.0 * sum(leaf.ravel()[0] for leaf in jax.tree.leaves(gradient))
    return jax.tree.map(lambda leaf: leaf + zero, gradient)


def _count(samples: Samples) -> int:
    """Return the number of samples."""
    return jax.tree.leaves(samples)[0].shape[0]


def _copy(tree: Tree) -> Tree:
    """Copy arrays, so that donating them to an epoch leaves the originals alive."""
    return jax.tree.map(jnp.copy, tree)


def _on_device(samples: Samples) -> Samples:
    """Return samples as device arrays, floating-point ones as float32."""

    def place(array: Any) -> jax.Array:
        array = np.asarray(array)
        return jnp.asarray(array, jnp.float32 if np.issubdtype(array.dtype, np.floating) else array.dtype)

    return Samples(*(jax.tree.map(place, part) for part in samples))
