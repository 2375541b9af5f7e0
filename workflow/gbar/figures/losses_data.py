"""What the figure of the losses shows, read from each model's history.csv."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.losses import History
from gbar.files import read_csv


def read_histories(histories: Mapping[str, str | Path]) -> list[History]:
    """Read the course of each model's training.

    Args:
        histories: history.csv of each model, by its name.
    """
    return [
        History(name, *_columns(path, "epoch", "train_loss", "validation_loss")) for name, path in histories.items()
    ]


def _columns(path: str | Path, *names: str) -> list[np.ndarray]:
    """Return columns of a CSV table as floats, NaN where a cell is empty."""
    header, rows = read_csv(path)
    missing = [name for name in names if name not in header]
    if missing:
        raise UserError(f"{path}: column {missing[0]!r} is missing")
    return [np.array([float(row[header.index(name)] or "nan") for row in rows]) for name in names]
