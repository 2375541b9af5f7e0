"""The job that trains one filter."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx

from gbar import nets
from gbar.config.subthreshold import FilterSection
from gbar.jobs.job import Folder, Input, Output, job
from gbar.records.provenance import now, provenance
from gbar.subthreshold.dataset import Part, open_currents
from gbar.subthreshold.filters import FilterCard, Scaling, save_filter
from gbar.training.loop import Loss, Samples, mean_squared_error, train
from gbar.training.optimiser import TrainingSettings


@job("subthreshold train", jax="float32", need="subthreshold.needs.of_training")
def train_filter(data: Input, settings: FilterSection, checkpoints: Folder, out: Output) -> None:
    """Train one filter to predict the voltage from the current.

    The losses of its history are mean squared errors in mV^2, plus the penalty, if there is one.

    Args:
        data: data set.
        settings: network and training.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: folder to write.

    Raises:
        UserError: fewer training paths than the batch size.
    """
    begun = now()
    currents = open_currents(data)
    n = settings.paths
    known = Part(currents.training.current_pA[:n], currents.training.V_mV[:n])
    scaling = Scaling.of(known) if settings.scaled else Scaling()
    architecture = settings.network.model_dump(mode="json")
    training = TrainingSettings(**settings.training.model_dump())
    outcome = train(
        nets.build(architecture, 1, 1, training.seed),
        scaled(known, scaling),
        scaled(currents.validation, scaling),
        training,
        loss=penalised(settings.penalty),
        identity={"architecture": architecture, "penalty": settings.penalty},
        checkpoint_dir=Path(checkpoints),
    )
    mV2 = scaling.scale_mV**2
    card = FilterCard(
        architecture=architecture,
        scaling=scaling,
        training=asdict(training)
        | {
            "penalty": settings.penalty,
            "paths": len(known.V_mV),
            "status": outcome.status,
            "epochs_done": len(outcome.history),
            "best_epoch": outcome.best_epoch,
            "seconds": outcome.seconds,
            "parameters": nets.count_parameters(architecture, 1, 1),
        },
        data_digest=currents.digest,
        metrics={"validation_loss_mV2": outcome.best_validation_loss * mV2},
        provenance=provenance(
            begun, settings.model_dump(mode="json"), on_jax=True, made_from={"data": currents.digest}
        ).to_json(),
    )
    history = [
        replace(record, train_loss=record.train_loss * mV2, validation_loss=record.validation_loss * mV2)
        for record in outcome.history
    ]
    save_filter(out, outcome.model, card, history)
    shutil.rmtree(checkpoints, ignore_errors=True)


def scaled(part: Part, scaling: Scaling) -> Samples:
    """Return paths as a network sees them."""
    V = (part.V_mV.astype(float) - scaling.offset_mV) / scaling.scale_mV
    return Samples((part.current_pA / scaling.current_pA).astype(np.float32), V.astype(np.float32))


def penalised(factor: float) -> Loss:
    """Return the mean squared error plus a factor times the squares of the layers' numbers, in validation, too."""
    if not factor:
        return mean_squared_error

    def loss(model: Any, x: Any, y: Any, *, rngs: nnx.Rngs | None) -> jax.Array:
        return mean_squared_error(model, x, y, rngs=rngs) + factor * model.penalty()

    return loss
