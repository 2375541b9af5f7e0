"""Numbers of a series of an NWB file: its samples in mV or pA, its rate, its beginning."""

import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from gbar.errors import UserError, wrong
from gbar.recordings.timing import regular_interval
from gbar.recordings.units import plain_unit

# A file may claim any length; three hours at 10 kHz are as many.
MOST_SAMPLES = 100_000_000
# No filter for samples makes a file smaller than this share: Deflate, 258 bytes as two bits (RFC 1951).
MOST_PACKED = 1032


def values(path: Path, group: Any, factors: dict[str, float]) -> np.ndarray:
    """Return the data of a series, shape (sample,).

    Args:
        path: the file.
        group: the series.
        factors: what a value of each unit is in the unit wanted.

    Raises:
        UserError: there are no data, they are in another unit, or no plain trace in this file.
    """
    data = dataset(path, group, "data")
    unit = plain_unit(text(data.attrs.get("unit", "")))
    if unit not in factors:
        wanted = "volts or mV" if "mV" in factors else "amperes or pA"
        raise UserError(f"{path}: {group.name} is in {unit!r}, but must be in {wanted}")
    conversion, offset = (float(data.attrs.get(name, default)) for name, default in (("conversion", 1), ("offset", 0)))
    return (np.asarray(data[()], float).ravel() * conversion + offset) * factors[unit]


def dataset(path: Path, group: Any, name: str) -> h5py.Dataset:
    """Return a dataset of a series that is one trace, in this file, and takes no more memory than the file can fill.

    Raises:
        UserError: it is not.
    """
    data = group.get(name)
    if not isinstance(data, h5py.Dataset):
        raise UserError(f"{path}: {group.name} has no {name}; the recording is incomplete")
    if data.external or data.is_virtual:
        raise UserError(f"{path}: {data.name} is kept in another file, which is not opened; copy both into one file")
    samples = math.prod(data.shape or ())
    if samples > MOST_SAMPLES or max(data.shape or (), default=0) != samples:
        raise UserError(f"{path}: {data.name} is of shape {data.shape}; it must be one trace of a plain length")
    claimed = data.dtype.itemsize * max(samples, math.prod(data.chunks or ()))
    if claimed > MOST_PACKED * path.stat().st_size:
        raise UserError(f"{path}: {data.name} claims {claimed} bytes, more than the file can hold; it is damaged")
    return data


def timing(path: Path, group: Any) -> tuple[float, float]:
    """Return when a series begins, s, and the interval of its samples, s.

    Raises:
        UserError: it has neither a rate nor times, the rate is no positive number, or the times are uneven.
    """
    start = group.get("starting_time")
    if start is None:
        times = np.asarray(dataset(path, group, "timestamps"), float).ravel()
        interval = regular_interval(path, times)
        return float(times[0]), interval
    if "rate" not in start.attrs:
        raise UserError(
            f"{path}: starting_time of {group.name} has no rate, so that the times of its samples are unknown"
        )
    rate_Hz = float(start.attrs["rate"])
    if not 0 < rate_Hz < np.inf:
        raise wrong(f"{path}: rate of {group.name}", rate_Hz, "a positive number of samples a second")
    return float(np.asarray(start[()], float).ravel()[0]), 1.0 / rate_Hz


def text(value: Any) -> str:
    """Return a text of a file, which may be bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
