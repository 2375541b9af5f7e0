"""Training of a deep LSTM emulator: scaled inputs to scaled traces, in the one loop."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gbar import nets
from gbar.emulate.model import Input, ModelCard, Output, save_model
from gbar.emulate.record import history_in_mV2, training_record
from gbar.emulate.scaling import scaled_inputs, scaled_traces, scalings
from gbar.emulate.split import TRAIN, VALIDATION
from gbar.emulate.windows import Windows
from gbar.records.provenance import Provenance
from gbar.training.loop import Samples, train
from gbar.training.optimiser import TrainingSettings


def train_deep(
    data: Windows,
    architecture: Mapping[str, Any],
    settings: TrainingSettings,
    checkpoints: str | Path,
    out: str | Path,
    notes: Mapping[str, Any],
    made_by: Callable[[], Provenance] | None = None,
) -> None:
    """Train a deep LSTM network and write the model.

    Args:
        data: data set.
        architecture: as for `gbar.nets.build`.
        settings: of the training.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: model directory to write.
        notes: further entries of the card about the training.
        made_by: gives the provenance of the model once it is trained.

    Raises:
        UserError: fewer training windows than the batch size.
    """
    inputs, output = scalings(data)
    training, validation = (_samples(data, part, inputs, output) for part in (TRAIN, VALIDATION))
    shape = len(inputs), len(data.time)
    network = nets.build(architecture, *shape, settings.seed)
    outcome = train(network, training, validation, settings, identity=architecture, checkpoint_dir=Path(checkpoints))
    card = ModelCard(
        architecture=architecture,
        inputs=inputs,
        output=output,
        beats=asdict(data.beats),
        training=training_record(settings, outcome, architecture, shape, len(training.x)) | dict(notes),
        data_digest=data.digest,
        provenance=made_by().to_json() if made_by else None,
        metrics={"validation_mse_mV2": outcome.best_validation_loss * output.scale_mV**2},
    )
    save_model(out, outcome.model, card, history_in_mV2(outcome, output))
    shutil.rmtree(checkpoints, ignore_errors=True)


def _samples(data: Windows, part: int, inputs: tuple[Input, ...], output: Output) -> Samples:
    chosen = data.part(part)
    return Samples(scaled_inputs(data.inputs[chosen], inputs), scaled_traces(data.trace[chosen], output))
