"""What the figure of a recording shows, from the answer or from the files of the job that asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.figures.invert.data import lacking, read_arrays
from gbar.figures.invert.recording import Estimate, Recorded
from gbar.records.metrics import read_metrics

ARRAYS = ("time_ms", "V_mV", "time_predicted_ms", "V_predicted_mV", "spikes_ms", "spikes_predicted_ms")


def read_recorded(answer: str | Path, traces: str | Path) -> Recorded:
    """Read what an inverter answers to a recording.

    Args:
        answer: JSON file of `gbar answer`.
        traces: its NPZ file.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    try:
        return recorded(read_metrics(answer), *read_arrays(traces, *ARRAYS))
    except KeyError as error:
        raise lacking(answer, error) from None
    except TypeError as error:
        raise UserError(f"{answer}: is no answer to a recording ({error}); make it again") from None


def recorded(told: Mapping[str, Any], *arrays: np.ndarray) -> Recorded:
    """Return what the figure shows of an answer as `gbar.invert.recording.told` has it, and of its traces."""
    isi = told["isi_distance"]
    keys = ("name", "unit", "value", "error", "low", "high")
    return Recorded(
        f"{told['recording']}, sweep {told['sweep']}, from {told['start_ms']:g} ms: {told['verdict']}",
        *arrays,
        isi_distance=np.nan if isi is None else isi,
        estimates=[
            Estimate(*(one[key] for key in keys), range=(one["range"][0], one["range"][1]))
            for one in told["parameters"]
        ],
    )
