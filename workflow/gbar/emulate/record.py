"""What a model keeps of its training: losses in mV^2, and the entries of its card."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from gbar import nets
from gbar.emulate.model import Output
from gbar.training.history import EpochRecord
from gbar.training.loop import TrainingOutcome
from gbar.training.optimiser import TrainingSettings


def history_in_mV2(outcome: TrainingOutcome, output: Output) -> list[EpochRecord]:
    """Return the epochs with their losses, mean squared errors of scaled traces, in mV^2."""
    mV2 = output.scale_mV**2
    return [
        replace(record, train_loss=record.train_loss * mV2, validation_loss=record.validation_loss * mV2)
        for record in outcome.history
    ]


def training_record(
    settings: TrainingSettings,
    outcome: TrainingOutcome,
    architecture: Mapping[str, Any],
    shape: tuple[int, int],
    windows: int,
) -> dict[str, Any]:
    """Return the card's entries about a training.

    Args:
        settings: of the training.
        outcome: what became of it.
        architecture: of the network.
        shape: number of its inputs and outputs.
        windows: number of training windows.
    """
    return asdict(settings) | {
        "status": outcome.status,
        "epochs_done": len(outcome.history),
        "best_epoch": outcome.best_epoch,
        "seconds": outcome.seconds,
        "windows": windows,
        "parameters": nets.count_parameters(architecture, *shape),
        "dormant_parameters": nets.count_dormant(architecture, *shape),
    }
