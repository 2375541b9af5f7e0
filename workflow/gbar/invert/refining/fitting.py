"""Training of regressors on a data set of traces, several seeds of one design together.

Traces travel to the device as int16 and are scaled there, in the loss. As long as those that train and validate take
at most `HELD_BYTES` they stay on the device. A larger data set is streamed: in every epoch segments of `SEGMENT_BYTES`
are read, one while the device learns from the one before.

What a training needs is then independent of the number of traces but for what is held of every row. For 1,000,000
traces of 9,000 samples, 18 GB as int16, with 10 parameters:

- unit parameters 40 MB, ids 70 MB as Python's strings, folds, rows and outputs of the parts 50 MB: 0.2 GB;
- two segments of 256 MB and the device's copies of them: 1 GB;
- Python and its libraries: 0.3 GB;
- activations, gradients and XLA's own space, which go with batch size, input and channels: below 1 GB on a CPU.

Measured there: at most 1.5 GB with a network of one block, 2.3 GB with four of the published design 203 together at a
batch of 128.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar import nets
from gbar.config.invert import InverterTrainingSection, RegressorSection
from gbar.invert.traces import ROWS_PER_CHUNK, Traces, scaled
from gbar.training.epoch import Loss
from gbar.training.history import EpochRecord
from gbar.training.loop import Stop, mean_loss, train_members
from gbar.training.optimiser import TrainingSettings
from gbar.training.samples import Held, Samples, Source, Stream

HELD_BYTES = 2**30  # 59,000 traces of 9,000 samples
SEGMENT_BYTES = 2**28  # 14,900 of them
STANDARDISED_BY = 2048  # training traces whose mean and deviation stand for all


@dataclass(frozen=True)
class Fitted:
    """A trained network.

    Attributes:
        state: its numbers at the lowest validation loss, a pure dict of NumPy arrays.
        status: "completed", "stopped_early", "diverged" or "unpromising".
        reason: why it is unpromising; empty otherwise.
        history: of its epochs; losses are those it was trained by.
        validation_loss: the lowest; infinite if none was finite.
        validation_mse: mean squared error of unit parameters, of the same network on the same traces.
        epochs: trained.
        minutes: its share of the time spent in epochs.
        seed: of its weights, order of traces, and dropout.
    """

    state: dict[str, Any]
    status: str
    reason: str
    history: tuple[EpochRecord, ...]
    validation_loss: float
    validation_mse: float
    epochs: int
    minutes: float
    seed: int


def fit(
    traces: Traces,
    rows_train: np.ndarray,
    rows_validation: np.ndarray,
    network: RegressorSection,
    training: InverterTrainingSection,
    seeds: Sequence[int],
    checkpoints: Path | None,
    log: Callable[[str], None],
    stop: Stop | None = None,
) -> list[Fitted]:
    """Train a design with several seeds, each network as if alone.

    Args:
        traces: data set.
        rows_train: rows of it to learn from.
        rows_validation: rows that choose the epoch, and end a training early.
        network: the design.
        training: of it; `seeds` stand in place of its seed.
        seeds: one for each network.
        checkpoints: folder for checkpoints; taken up when a run was cut off; None keeps none. The caller removes it.
        log: takes one line of progress.
        stop: ends a network as unpromising: given its history it returns the reason, or None.

    Raises:
        UserError: fewer training rows than a batch, no validation rows, or damaged traces.
    """
    architecture = network.model_dump(mode="json")
    shape = traces.samples, len(traces.parameters)
    models = [nets.build(architecture, *shape, seed) for seed in seeds]
    if network.standardised:
        mean, std = _mean_and_std(traces, rows_train)
        for model in models:
            cast(Any, model).mean[...], cast(Any, model).std[...] = mean, std
    held = (len(rows_train) + len(rows_validation)) * traces.samples * 2 <= HELD_BYTES
    learnt, validated = (_source(traces, rows, held) for rows in (rows_train, rows_validation))
    outcomes = train_members(
        models,
        seeds,
        learnt,
        validated,
        TrainingSettings(**training.model_dump(exclude={"loss"})),
        loss=loss_of(training.loss, traces.settings.clip_mV),
        identity={"network": architecture, "loss": training.loss, "clip_mV": traces.settings.clip_mV},
        checkpoint_dir=checkpoints,
        log=log,
        stop=stop,
    )
    mse = loss_of("mse", traces.settings.clip_mV)
    return [
        Fitted(
            state=jax.tree.map(np.asarray, nnx.to_pure_dict(nnx.state(outcome.model))),
            status=outcome.status,
            reason=outcome.reason,
            history=outcome.history,
            validation_loss=outcome.best_validation_loss,
            validation_mse=outcome.best_validation_loss
            if training.loss == "mse"
            else mean_loss(outcome.model, validated, training.batch_size, mse),
            epochs=len(outcome.history),
            minutes=outcome.seconds / 60,
            seed=seed,
        )
        for seed, outcome in zip(seeds, outcomes, strict=True)
    ]


def loss_of(name: str, clip_mV: tuple[float, float]) -> Loss:
    """Return the mean squared ("mse") or absolute ("mae") error of unit parameters as a loss on stored traces."""

    def loss(model: Any, x: jax.Array, y: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
        error = model(scaled(x, clip_mV), rngs=rngs) - y
        return jnp.mean(error**2 if name == "mse" else jnp.abs(error))

    return loss


def _source(traces: Traces, rows: np.ndarray, held: bool) -> Source:
    if held:
        return Held(Samples(traces.read(rows), traces.unit[rows]))
    return Stream(
        read=traces.read,
        rows=rows,
        y=traces.unit[rows],
        rows_per_chunk=ROWS_PER_CHUNK,
        per_segment=max(1, SEGMENT_BYTES // (2 * traces.samples)),
        digest=np.frombuffer(bytes.fromhex(traces.digest), np.uint8),
    )


def _mean_and_std(traces: Traces, rows: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of what a network sees, over evenly spread training traces."""
    chosen = rows[np.unique(np.linspace(0, len(rows) - 1, STANDARDISED_BY).astype(int))]
    x = scaled(traces.read(chosen), traces.settings.clip_mV)
    return float(x.mean(dtype=float)), float(x.std(dtype=float))
