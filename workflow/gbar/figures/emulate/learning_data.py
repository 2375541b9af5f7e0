"""What the figure of the learning curves shows, read from metrics.json of every training of some models."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.emulate.learning import MEASURES, LearningCurve
from gbar.records.metrics import read_metrics


def read_learning(trainings: Mapping[str, Sequence[str | Path]]) -> list[LearningCurve]:
    """Read the learning curve of each model.

    Args:
        trainings: metrics.json of every training of each model, by its name.

    Raises:
        UserError: a file cannot be read or lacks a measure.
    """
    return [_curve(name, paths) for name, paths in trainings.items()]


def _curve(name: str, paths: Sequence[str | Path]) -> LearningCurve:
    found = []
    for path in paths:
        metrics = read_metrics(path)
        missing = [key for key in ("training_settings", *(key for key, _, _ in MEASURES)) if key not in metrics]
        if missing:
            raise UserError(f"{path}: lacks {missing[0]!r}; evaluate the model again")
        found.append(metrics)
    settings = np.array([metrics["training_settings"] for metrics in found])
    error = {key: np.array([metrics[key] for metrics in found], dtype=float) for key, _, _ in MEASURES}
    return LearningCurve(name, settings, error)
