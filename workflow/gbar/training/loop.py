"""The one training loop of all networks of the project.

In an epoch a network learns from every training sample, is validated, and its parameters are kept if they are the best
so far: three compiled programs (`gbar.training.epoch`) with every buffer reused. Samples are held on the device, or
come from a stream in segments (`gbar.training.samples`). All randomness is a function of (seed, epoch, segment,
batch), and the rest of the course of the history, so a run that was killed goes on from its checkpoint to the result
it would have had.

A loss is a function `loss(model, x, y, *, rngs)` giving the mean over a batch; `x` and `y` are arrays, or pytrees of
arrays, whose first axis counts samples. `rngs` holds the stream `dropout` while training and is None in validation.
Several networks of one shape train together as members (`train_members`), each with its own best epoch and end; or,
where they share all that, as one model with a leading axis and a loss that maps over it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

import gbar
from gbar.errors import UserError
from gbar.training.checkpoint import Checkpoints, digest
from gbar.training.epoch import Carry, Epoch, Loss, Member
from gbar.training.history import EpochRecord, Progress, best_epoch, ending, overview, print_line, rate_scale
from gbar.training.notice import sigterm_noted
from gbar.training.optimiser import TrainingSettings, build_optimiser, learning_rate_schedule
from gbar.training.samples import Held, Samples, Source, Tree, count

__all__ = ["Loss", "Samples", "Stop", "TrainingOutcome", "mean_loss", "mean_squared_error", "train", "train_members"]

History = Sequence[EpochRecord]
Stop = Callable[[History], str | None]


@dataclass(frozen=True)
class TrainingOutcome:
    """What became of a training run.

    Attributes:
        model: the network with the parameters of the lowest validation loss.
        status: "completed" (all epochs), "stopped_early" (patience), "diverged" (a loss was not finite) or
            "unpromising" (the caller's rule).
        history: every epoch, those before a resumption among them.
        best_epoch: epoch of the lowest validation loss; 0, the initial parameters, if none was finite.
        best_validation_loss: the lowest validation loss; infinite if none was finite.
        seconds: time spent in epochs, without compilation.
        reason: what the caller's rule said; empty where it did not end the run.
    """

    model: Any
    status: str
    history: tuple[EpochRecord, ...]
    best_epoch: int
    best_validation_loss: float
    seconds: float
    reason: str = ""


def mean_squared_error(model: Any, x: Tree, y: Tree, *, rngs: nnx.Rngs | None = None) -> jax.Array:
    """Return the mean over batch and samples of the squared difference from `y`."""
    return jnp.mean((model(x, rngs=rngs) - y) ** 2)


def train(
    model: Any, training: Samples | Source, validation: Samples | Source, settings: TrainingSettings, **options: Any
) -> TrainingOutcome:
    """Train a network and return it as it was at its lowest validation loss: `train_members` for one."""
    return train_members([model], [settings.seed], training, validation, settings, **options)[0]


def train_members(
    models: Sequence[Any],
    seeds: Sequence[int],
    training: Samples | Source,
    validation: Samples | Source,
    settings: TrainingSettings,
    *,
    loss: Loss = mean_squared_error,
    trainable: Any = nnx.Param,
    identity: Mapping[str, Any] | None = None,
    checkpoint_dir: Path | None = None,
    log: Callable[[str], None] = print_line,
    stop: Stop | None = None,
) -> list[TrainingOutcome]:
    """Train networks of one shape and return each as it was at its lowest validation loss.

    In every epoch each training sample is seen; where the batch size does not divide their number, the last
    batch is filled up with the samples the epoch began with. The initial models are left as they are. A member learns
    what it would learn alone with its seed, to rounding.

    Args:
        models: flax nnx modules of one architecture that hold no random streams.
        seeds: of each one's order of the samples and dropout, in place of that of the settings.
        training: samples to learn from.
        validation: samples to choose the best epoch by, and to stop early.
        settings: epochs, optimiser …
        loss: mean loss of a batch.
        trainable: nnx filter of the variables to train.
        identity: JSON-able values that tell this run from others beside its settings, initial parameters and
            data (which are compared anyway): the architecture, what the loss depends on.
        checkpoint_dir: directory for checkpoints, to be removed by the caller after success; None keeps none.
        log: takes one line of progress.
        stop: a rule that ends a run as unpromising: given its history it returns the reason, or None to go on. It must
            depend on the history alone.

    Raises:
        UserError: fewer training samples than `batch_size`, or no validation samples.
        SystemExit: SIGTERM came; where there are checkpoints, one of the epoch then running was written.
    """
    training, validation = (Held(part) if isinstance(part, Samples) else part for part in (training, validation))
    if len(training) < settings.batch_size:
        raise UserError(f"training samples: {len(training)} are fewer than batch_size ({settings.batch_size})")
    if len(validation) == 0:
        raise UserError("validation samples: there are none, but the best epoch is chosen by them")

    together = len(models) > 1

    def own(values: np.ndarray) -> np.ndarray:
        """Return values of each member as the programs take them: what trains alone has no axis of members."""
        return values if together else values[0]

    graph, initial, constants = _stacked(models, trainable)
    steps_per_epoch = -(-len(training) // settings.batch_size)
    optimiser = build_optimiser(settings, steps_per_epoch)
    # Every buffer of the carry is donated to the epoch: the checkpoint's digest needs the initial ones.
    parameters, statistics = jax.tree.map(jnp.copy, initial)
    state = (jax.vmap(optimiser.init) if together else optimiser.init)(parameters)
    carry = Carry(parameters, statistics, state, initial, jnp.asarray(own(np.full(len(models), np.inf, np.float32))))
    keys = jax.random.wrap_key_data(
        jnp.asarray(own(np.stack([jax.random.key_data(jax.random.key(seed)) for seed in seeds])))
    )

    histories: list[list[EpochRecord]] = [[] for _ in models]
    checkpoints = None
    if checkpoint_dir is not None:
        run = {key: value for key, value in asdict(settings).items() if key != "checkpoint_every_s"}
        values = [gbar.__version__, run, list(seeds), dict(identity or {})]
        arrays = (initial, constants, training.identity(), validation.identity())
        checkpoints = Checkpoints(checkpoint_dir, digest(values, arrays), log)
        if found := checkpoints.load(carry):
            carry, notes = found
            histories = [[EpochRecord(*row) for row in rows] for rows in notes["histories"]]
            log(f"resumed after epoch {max(map(len, histories))} of {settings.epochs}")

    epoch = Epoch(graph, optimiser, loss, settings, streams=not isinstance(training, Held), members=together)
    rate = learning_rate_schedule(settings, steps_per_epoch)
    progress = Progress(settings.epochs, log)
    saved_at = time.monotonic()
    with sigterm_noted(log) if checkpoints else nullcontext(lambda: False) as sigterm_came:
        while any(going_on := [_ending(history, settings, stop) is None for history in histories]):
            number, started, compiling_s = max(map(len, histories)), time.monotonic(), epoch.seconds
            scales = [rate_scale(history, settings) for history in histories]
            member = Member(constants, keys, own(np.array(scales, np.float32)), own(np.array(going_on)))
            carry, train_loss = _learn(epoch, carry, member, training.shuffled(number, settings.batch_size), number)
            validation_loss = _validate(epoch, carry, member, validation)
            carry = epoch.keep_best(carry, validation_loss)
            now = time.monotonic()
            seconds = now - started - (epoch.seconds - compiling_s)
            learning_rate = float(np.asarray(rate(np.asarray(number * steps_per_epoch))))
            losses = zip(train_loss.ravel().tolist(), validation_loss.ravel().tolist(), strict=True)
            for history, goes_on, scale, (train_value, value) in zip(histories, going_on, scales, losses, strict=True):
                if goes_on:
                    record = EpochRecord(number + 1, train_value, value, scale * learning_rate, seconds / sum(going_on))
                    history.append(record)
            progress.report(overview(histories), seconds)
            told_to_stop = sigterm_came()
            if checkpoints and (told_to_stop or now - saved_at >= settings.checkpoint_every_s):
                rows = [[astuple(record) for record in history] for history in histories]
                checkpoints.save(number + 1, carry, {"histories": rows})
                saved_at = time.monotonic()
            if told_to_stop:
                raise SystemExit(
                    f"stopped by SIGTERM after epoch {number + 1} of {settings.epochs}; run again to go on"
                )

    kept = carry.best, constants
    outcomes = []
    for number, history in enumerate(histories):
        parts = jax.tree.map(lambda leaf, number=number: leaf[number], kept) if together else kept
        ended = _ending(history, settings, stop)
        assert ended is not None
        outcomes.append(_outcome(nnx.merge(graph, *parts[0], parts[1]), history, *ended))
        log((f"member {number + 1}: " if together else "") + _summary(outcomes[-1]))
    return outcomes


def mean_loss(model: Any, samples: Samples | Source, batch_size: int, loss: Loss = mean_squared_error) -> float:
    """Return the mean loss of a network over samples, as in validation."""
    graph, initial, constants = _stacked([model], nnx.Param)
    settings = TrainingSettings(batch_size=batch_size)
    source = Held(samples) if isinstance(samples, Samples) else samples
    epoch = Epoch(graph, build_optimiser(settings, 1), loss, settings, streams=False, members=False)
    carry = Carry(*initial, None, None, jnp.float32(jnp.inf))
    member = Member(constants, jax.random.key(0), np.float32(1.0), np.bool_(True))
    return float(_validate(epoch, carry, member, source))


def _learn(
    epoch: Epoch, carry: Carry, member: Member, segments: Iterator[Samples], number: int
) -> tuple[Carry, np.ndarray]:
    """Return the carry after an epoch, and the training loss.

    A segment is read while the device learns from the one before; no more are read ahead.
    """
    losses: list[jax.Array] = []
    for segment, samples in enumerate(segments):
        jax.block_until_ready(losses[-1:])
        carry, loss = epoch.learn(carry, member, samples, jnp.int32(number), jnp.int32(segment))
        losses.append(loss)
    return carry, np.mean(losses, axis=0)


def _validate(epoch: Epoch, carry: Carry, member: Member, source: Source) -> np.ndarray:
    """Return the mean loss over all samples of a source, float32."""
    losses = [
        np.asarray(epoch.validate(carry, member, samples), np.float64) * (count(samples) / len(source))
        for samples in source.in_order()
    ]
    return np.sum(losses, axis=0).astype(np.float32)


def _stacked(models: Sequence[Any], trainable: Any) -> tuple[nnx.GraphDef[Any], tuple[Tree, Tree], Tree]:
    """Return the graph of the models and copies of their (parameters, statistics) and constants.

    The leaves of several have a leading axis of members.
    """

    def joined(*leaves: Any) -> jax.Array:
        return jnp.stack(leaves) if len(models) > 1 else jnp.copy(leaves[0])

    splits: list[tuple[Any, ...]] = [nnx.split(model, trainable, nnx.BatchStat, ...) for model in models]
    parameters, statistics, constants = (
        jax.tree.map(joined, *(nnx.to_pure_dict(split[kind]) for split in splits)) for kind in (1, 2, 3)
    )
    return splits[0][0], (parameters, statistics), constants


def _ending(history: History, settings: TrainingSettings, stop: Stop | None) -> tuple[str, str] | None:
    """Return status and reason of a run that has ended, or None while it goes on."""
    if (status := ending(history, settings)) is not None:
        return status, ""
    reason = stop(history) if stop and history else None
    return None if reason is None else ("unpromising", reason)


def _outcome(model: Any, history: History, status: str, reason: str) -> TrainingOutcome:
    chosen_epoch, lowest = best_epoch(history)
    seconds = sum(record.seconds for record in history)
    return TrainingOutcome(model, status, tuple(history), chosen_epoch, lowest, seconds, reason)


def _summary(outcome: TrainingOutcome) -> str:
    return (
        f"{outcome.status} after {len(outcome.history)} epochs; lowest validation loss"
        f" {outcome.best_validation_loss:.6g} in epoch {outcome.best_epoch}"
    )
