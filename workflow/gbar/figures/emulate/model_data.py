"""What the figures of the emulators have in common: columns of their tables, and what their inputs are."""

from pathlib import Path

import numpy as np
import zarr

from gbar.emulate.windows_store import input_quantities
from gbar.errors import UserError
from gbar.records.files import read_csv
from gbar.sweeps.store import Quantity


def read_columns(path: str | Path, *names: str) -> list[np.ndarray]:
    """Return columns of a CSV table as floats, NaN where a cell is empty.

    Raises:
        UserError: the table cannot be read, lacks a column, or a cell is no number.
    """
    header, rows = read_csv(path)
    missing = [name for name in names if name not in header]
    if missing:
        raise UserError(f"{path}: column {missing[0]!r} is missing")
    try:
        return [np.array([float(row[header.index(name)] or "nan") for row in rows]) for name in names]
    except ValueError as error:
        raise UserError(f"{path}: a cell of {', '.join(names)} is no number ({error})") from None


def scaled_currents(scores: str | Path) -> list[str]:
    """Return the scaled currents of a table of scores by window: its columns after the start, before the error."""
    header, _ = read_csv(scores)
    if not {"start_ms", "rmse_mV"} <= set(header):
        raise UserError(f"{scores}: is no table of scores by window; it needs columns 'start_ms' and 'rmse_mV'")
    return header[header.index("start_ms") + 1 : header.index("rmse_mV")]


def read_inputs(windows: str | Path) -> dict[str, Quantity]:
    """Return what the inputs of an emulators' data set are, by name.

    Raises:
        UserError: it is no such data set.
    """
    try:
        group = zarr.open_group(windows, mode="r", zarr_format=3)
        return {one.name: one for one in input_quantities(group)}
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{windows}: is no data set of windows ({type(error).__name__}: {error})") from None
