"""What the figure of the losses shows, read from each model's history.csv."""

from collections.abc import Mapping
from pathlib import Path

from gbar.figures.emulate.model_data import read_columns
from gbar.figures.losses import History


def read_histories(histories: Mapping[str, str | Path]) -> list[History]:
    """Read the course of each model's training.

    Args:
        histories: history.csv of each model, by its name.
    """
    return [
        History(name, *read_columns(path, "epoch", "train_loss", "validation_loss")) for name, path in histories.items()
    ]
