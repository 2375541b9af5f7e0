"""What the figure of the action potential durations shows, read from each model's table of scores by window."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gbar.figures.emulate.apd import APDS, Durations
from gbar.figures.emulate.model_data import read_columns


def read_durations(scores: Mapping[str, str | Path]) -> list[Durations]:
    """Read simulated and predicted APD50, APD75 and APD90 of each test window of each model.

    Args:
        scores: scores.csv of each model, by its name.
    """
    simulated = [f"{name.lower()}_ms" for name in APDS]
    predicted = [f"{name.lower()}_predicted_ms" for name in APDS]
    durations = []
    for name, path in scores.items():
        columns = np.stack(read_columns(path, *simulated, *predicted), axis=1)
        durations.append(Durations(name, columns[:, : len(APDS)], columns[:, len(APDS) :]))
    return durations
