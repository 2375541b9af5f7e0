"""The compiled programs of an epoch: learn from a segment of samples, validate on one, keep the best parameters.

All randomness is a function of (seed, epoch, segment, batch).

Several networks of one shape are *members*: every leaf of what belongs to them has a leading axis. On a CPU they are
taken one after the other (`lax.map`), since XLA's batched convolutions are slower there than one network's (97 traces
a second of a core instead of 237: two members of the published design 203, 9,000 samples); on a GPU all at once
(`vmap`). Each draws its own order of the samples of a segment, by its own seed, and learns what it would learn alone. A
member that has ended is passed over, and stays as it is.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gbar.training.optimiser import TrainingSettings
from gbar.training.samples import Samples, Tree, count

VALIDATION_BATCHES = 4  # batches evaluated at once in validation, which keeps no activations
Scalar = jax.Array | np.ndarray | np.generic  # or with an axis of members


class Loss(Protocol):
    """Mean loss of a batch, a scalar."""

    def __call__(self, model: Any, x: Tree, y: Tree, *, rngs: nnx.Rngs | None) -> jax.Array:
        """Evaluate `model` on a batch; `rngs` is None in validation."""
        ...


class Carry(NamedTuple):
    """All that changes in training; `statistics` are running ones, as of batch normalisation."""

    parameters: Tree
    statistics: Tree
    optimiser: Tree
    best: Tree
    best_loss: jax.Array


class Member(NamedTuple):
    """What a member has of its own in an epoch.

    Attributes:
        constants: variables that are not trained.
        key: random key of its seed.
        scale: factor on its learning rate (schedule "plateau").
        is_active: False once it has ended.
    """

    constants: Tree
    key: jax.Array
    scale: Scalar
    is_active: Scalar


class Program:
    """A function compiled ahead for each set of shapes that it meets.

    Attributes:
        seconds: spent in compilation so far.
    """

    def __init__(self, function: Callable[..., Any], donated: tuple[int, ...] = ()):
        self.seconds = 0.0
        self._function = jax.jit(function, donate_argnums=donated)
        self._compiled: dict[tuple, Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        shapes = tuple(np.shape(leaf) for leaf in jax.tree.leaves(arguments))
        if shapes not in self._compiled:
            started = time.monotonic()
            self._compiled[shapes] = self._function.lower(*arguments).compile()
            self.seconds += time.monotonic() - started
        return self._compiled[shapes](*arguments)


class Epoch:
    """The programs of an epoch, for one network or for members."""

    def __init__(
        self,
        graph: nnx.GraphDef[Any],
        optimiser: optax.GradientTransformation,
        loss: Loss,
        settings: TrainingSettings,
        *,
        streams: bool,
        members: bool,
    ):
        """Make the programs; they are compiled when first called.

        Args:
            graph: of the network.
            optimiser: of one network.
            loss: of one network.
            settings: of the training.
            streams: whether an epoch has several segments.
            members: whether what is trained has a leading axis of members.
        """

        def learn(
            carry: Carry, member: Member, samples: Samples, number: jax.Array, segment: jax.Array
        ) -> tuple[Carry, jax.Array]:
            key = jax.random.fold_in(member.key, number)
            if streams:
                key = jax.random.fold_in(key, segment)
            return _learn(carry, member, samples, key, graph, optimiser, loss, settings)

        def validate(carry: Carry, member: Member, samples: Samples) -> jax.Array:
            return _validate(carry, member, samples, graph, loss, settings.batch_size)

        nothing = jnp.float32(jnp.nan)
        if members:
            learn = _of_members(learn, lambda carry: (carry, nothing))
            validate = _of_members(validate, lambda carry: nothing)
        # Every buffer of the carry is donated and used again.
        self.learn = Program(learn, donated=(0,))
        self.validate = Program(validate)
        self.keep_best = Program(jax.vmap(_keep_best) if members else _keep_best, donated=(0,))

    @property
    def seconds(self) -> float:
        """Spent in compilation so far."""
        return self.learn.seconds + self.validate.seconds + self.keep_best.seconds


def _of_members(one: Callable[..., Any], idle: Callable[[Carry], Any]) -> Callable[..., Any]:
    """Return a function of a member as one of stacked members; what comes after these they share."""

    def together(carry: Carry, member: Member, *shared: Any) -> Any:
        def each(own: tuple[Carry, Member]) -> Any:
            return jax.lax.cond(own[1].is_active, lambda: one(*own, *shared), lambda: idle(own[0]))

        in_turn = jax.default_backend() == "cpu"
        return jax.lax.map(each, (carry, member)) if in_turn else jax.vmap(each)((carry, member))

    return together


def _learn(
    carry: Carry,
    member: Member,
    samples: Samples,
    key: jax.Array,
    graph: nnx.GraphDef[Any],
    optimiser: optax.GradientTransformation,
    loss: Loss,
    settings: TrainingSettings,
) -> tuple[Carry, jax.Array]:
    """Return the carry after a step for each batch of the samples, and the mean of the losses on the way."""
    order_key, dropout_key = jax.random.split(key)
    n = count(samples)
    n_batches = -(-n // settings.batch_size)
    order = jax.random.permutation(order_key, n)
    order = jnp.resize(order, (n_batches, settings.batch_size))  # repeats the front to fill up the last batch

    def value(parameters: Tree, statistics: Tree, batch: Samples, key: jax.Array) -> tuple[jax.Array, Tree]:
        model = nnx.merge(graph, parameters, statistics, member.constants)
        found = loss(model, batch.x, batch.y, rngs=nnx.Rngs(dropout=key))
        return found, nnx.to_pure_dict(nnx.state(model, nnx.BatchStat))

    def step(carry: Carry, batch: tuple[jax.Array, jax.Array]) -> tuple[Carry, jax.Array]:
        index, number = batch
        chosen = jax.tree.map(lambda array: array[index], samples)
        (found, statistics), gradient = jax.value_and_grad(value, has_aux=True)(
            carry.parameters, carry.statistics, chosen, jax.random.fold_in(dropout_key, number)
        )
        updates, state = optimiser.update(_after_all(gradient), carry.optimiser, carry.parameters)
        if settings.schedule == "plateau":
            updates = jax.tree.map(lambda update: member.scale * update, updates)
        parameters = optax.apply_updates(carry.parameters, updates)
        return carry._replace(parameters=parameters, statistics=statistics, optimiser=state), found

    carry, losses = jax.lax.scan(step, carry, (order, jnp.arange(n_batches)))
    return carry, jnp.mean(losses)


def _validate(
    carry: Carry, member: Member, samples: Samples, graph: nnx.GraphDef[Any], loss: Loss, batch_size: int
) -> jax.Array:
    """Return the mean loss over the samples."""
    n, size = count(samples), VALIDATION_BATCHES * batch_size
    whole = n - n % size

    def mean_loss(chosen: Samples) -> jax.Array:
        model = nnx.merge(graph, carry.parameters, carry.statistics, member.constants)
        return loss(model, chosen.x, chosen.y, rngs=None)

    total = jnp.float32(0.0)
    if whole:
        chunks = jax.tree.map(lambda array: array[:whole].reshape(-1, size, *array.shape[1:]), samples)
        total += size * jnp.sum(jax.lax.map(mean_loss, chunks))
    if n > whole:
        total += (n - whole) * mean_loss(jax.tree.map(lambda array: array[whole:], samples))
    return total / n


def _keep_best(carry: Carry, validation_loss: jax.Array) -> Carry:
    """Return the carry with the parameters as the best ones if their loss is the lowest so far."""
    best = jax.lax.cond(
        validation_loss < carry.best_loss, lambda: (carry.parameters, carry.statistics), lambda: carry.best
    )
    return carry._replace(best=best, best_loss=jnp.fmin(validation_loss, carry.best_loss))


def _after_all(gradient: Tree) -> Tree:
    """Return the gradient such that no leaf is ready before all are.

    Without this XLA may update a weight while the gradient of an earlier layer still has to pass through it,
    and copies every weight in every step to be safe.
    """
    zero = 0.0 * sum(leaf.ravel()[0] for leaf in jax.tree.leaves(gradient))
    return jax.tree.map(lambda leaf: leaf + zero, gradient)
