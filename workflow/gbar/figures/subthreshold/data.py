"""What the figures of the subthreshold study show, read from its data set, predictions and metrics."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import zarr

from gbar.errors import UserError
from gbar.figures.subthreshold.samples import Sample
from gbar.figures.subthreshold.weights import FilterError
from gbar.records.metrics import read_metrics

# Of the long test paths the published study shows samples 2900 to 3000; of shorter ones the end is shown.
TEST_END, TEST_SAMPLES = 3000, 100
NEEDED = ("parameters", "validation_mse_mV2", "test_mse_mV2", "constant_mse_mV2")


def read_samples(
    data: str | Path, predictions: Mapping[str, str | Path], part: Literal["validation", "test"]
) -> list[Sample]:
    """Read the first paths of a part of the data set and what each filter predicts of them.

    Args:
        data: data set.
        predictions: predictions.npz of each filter, by its name.
        part: validation paths are shown whole, test paths for 100 samples.

    Raises:
        UserError: data set and predictions do not belong together.
    """
    predicted = {}
    for name, path in predictions.items():
        with np.load(path, allow_pickle=False) as file:
            predicted[name] = file[part]
    n_paths = min(len(V) for V in predicted.values())
    try:
        group: Any = zarr.open_group(data, mode="r", zarr_format=3)
        prefix, first = ("test_", 0) if part == "test" else ("", -int(group.attrs["validation_paths"]))
        first %= group[f"{prefix}V"].shape[0]
        current, V = (group[prefix + name][first : first + n_paths] for name in ("current", "V"))
        sample_ms = float(group.attrs["sample_ms"])
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{data}: is no subthreshold data set ({type(error).__name__}: {error})") from None
    for name, values in predicted.items():
        if values.shape[1] != V.shape[1]:
            raise UserError(f"predictions: those of {name} are of another data set; evaluate the filter again")
    stop = min(TEST_END, V.shape[1]) if part == "test" else V.shape[1]
    start = max(0, stop - TEST_SAMPLES) if part == "test" else 0
    time_ms = np.arange(start, stop) * sample_ms
    return [
        Sample(
            time_ms,
            current[k, start:stop],
            V[k, start:stop],
            {name: values[k, start:stop] for name, values in predicted.items()},
        )
        for k in range(n_paths)
    ]


def read_errors(metrics: Iterable[tuple[str, str | Path]]) -> tuple[list[FilterError], float]:
    """Read the errors of each training, and that of a constant voltage.

    Args:
        metrics: name of a filter and metrics.json, a filter once for each training.

    Raises:
        UserError: a file cannot be read or lacks a value.
    """
    errors, constant = [], float("nan")
    for name, path in metrics:
        found = read_metrics(path)
        if missing := [key for key in NEEDED if key not in found]:
            raise UserError(f"{path}: lacks {missing[0]!r}; evaluate the filter again")
        constant = float(found["constant_mse_mV2"])
        errors.append(
            FilterError(name, found["parameters"], found["validation_mse_mV2"], found["test_mse_mV2"], "lags" in found)
        )
    return errors, constant
