"""scores.csv: how each test window is predicted, beside the setting it comes from."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gbar.emulate.measures import APDS, first_beats
from gbar.emulate.windows import Windows
from gbar.records.files import write_csv

BEGINNING_MS = 300.0  # holds the first action potential, and in most windows not yet the second upstroke


def beginning(data: Windows) -> np.ndarray:
    """Return which samples of a window lie in its first 300 ms."""
    return data.time < BEGINNING_MS


def write_scores(
    path: str | Path,
    data: Windows,
    chosen: np.ndarray,
    predicted: np.ndarray,
    scalings: Sequence[str],
    spread_mV: np.ndarray | None = None,
) -> None:
    """Write one line a window: its setting, its errors, its APDs, and the spread of an ensemble.

    Args:
        path: where.
        data: data set.
        chosen: indices of the windows predicted, shape (window,).
        predicted: mV, shape (window, sample).
        scalings: names of the features that are scalings.
        spread_mV: root mean square over samples of the members' standard deviation, shape (window,).
    """
    simulated = data.trace[chosen]
    squared = (predicted.astype(float) - simulated) ** 2
    theirs, ours = (first_beats(traces, data.sample_ms, data.beats) for traces in (simulated, predicted))
    columns: dict[str, np.ndarray] = {
        "window": chosen,
        "row": data.row[chosen],
        "start_ms": data.start_ms[chosen],
        **{name: data.inputs[chosen, data.features.index(name)].astype(float).round(6) for name in scalings},
        "rmse_mV": np.sqrt(squared.mean(axis=1)),
        "rmse_300_mV": np.sqrt(squared[:, beginning(data)].mean(axis=1)),
    }
    for name in APDS:
        columns[f"{name}_ms"] = getattr(theirs, f"{name}_ms")
        columns[f"{name}_predicted_ms"] = getattr(ours, f"{name}_ms")
    columns["spread_mV"] = np.full(len(chosen), np.nan) if spread_mV is None else spread_mV
    lines = ([_cell(value) for value in line] for line in zip(*(c.tolist() for c in columns.values()), strict=True))
    write_csv(path, list(columns), lines)


def _cell(value: float) -> object:
    return "" if value != value else value
