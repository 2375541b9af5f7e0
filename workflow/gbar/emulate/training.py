"""The job that trains one emulator on the windows of a sweep."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from gbar import nets
from gbar.checkpoint import digest
from gbar.config.emulate import ModelSection
from gbar.emulate.split import TRAIN, VALIDATION
from gbar.emulate.windows import Windows, open_windows
from gbar.model import Input, ModelCard, Output, save_model
from gbar.optimiser import TrainingSettings
from gbar.train import Samples, train


def train_emulator(windows: str | Path, settings: ModelSection, checkpoints: str | Path, out: str | Path) -> None:
    """Train a network to predict a window's trace from its inputs, and write the model.

    The losses of its history are mean squared errors in mV^2.

    Args:
        windows: data set.
        settings: network and training.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: model directory to write.

    Raises:
        UserError: fewer training windows than the batch size.
    """
    data = open_windows(windows)
    if settings.split == "window":
        data = data.split_as_published()
    inputs, output = _scalings(data)
    training, validation = (_scaled(data, part, inputs, output) for part in (TRAIN, VALIDATION))
    architecture = settings.network.model_dump(mode="json")
    chosen = TrainingSettings(**settings.training.model_dump())
    network = nets.build(architecture, len(inputs), len(data.time), chosen.seed)
    outcome = train(network, training, validation, chosen, identity=architecture, checkpoint_dir=Path(checkpoints))
    mV2 = output.scale_mV**2
    history = [
        replace(record, train_loss=record.train_loss * mV2, validation_loss=record.validation_loss * mV2)
        for record in outcome.history
    ]
    card = ModelCard(
        architecture=architecture,
        inputs=inputs,
        output=output,
        training=asdict(chosen)
        | {
            "split": settings.split,
            "status": outcome.status,
            "epochs_done": len(history),
            "best_epoch": outcome.best_epoch,
            "seconds": outcome.seconds,
            "windows": len(training.x),
            "parameters": nets.count_parameters(architecture, len(inputs), len(data.time)),
        },
        data_digest=digest([data.features], (data.trace, data.inputs, data.split)),
        metrics={"validation_mse_mV2": outcome.best_validation_loss * mV2},
    )
    save_model(out, outcome.model, card, history)
    shutil.rmtree(checkpoints, ignore_errors=True)


def _scalings(data: Windows) -> tuple[tuple[Input, ...], Output]:
    """Return what centres inputs and traces and gives them a standard deviation of 1, over the training windows."""
    chosen = data.part(TRAIN)
    features, traces = data.inputs[chosen].astype(float), data.trace[chosen]
    inputs = tuple(
        Input(name, float(x.mean()), float(x.std()) or 1.0, float(x.min()), float(x.max()))
        for name, x in zip(data.features, features.T, strict=True)
    )
    return inputs, Output(float(traces.mean(dtype=float)), float(traces.std(dtype=float)), tuple(data.time.tolist()))


def _scaled(data: Windows, part: int, inputs: tuple[Input, ...], output: Output) -> Samples:
    chosen = data.part(part)
    offset = np.array([one.offset for one in inputs])
    scale = np.array([one.scale for one in inputs])
    x = ((data.inputs[chosen] - offset) / scale).astype(np.float32)
    y = ((data.trace[chosen] - output.offset_mV) / output.scale_mV).astype(np.float32)
    return Samples(x, y)
