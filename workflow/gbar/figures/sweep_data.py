"""What the figures of a sweep have in common: which cell it is of and what it varies."""

from pathlib import Path
from typing import Any

import numpy as np
import zarr

from gbar.store import open_store


def varied(store: zarr.Group) -> tuple[list[str], np.ndarray]:
    """Return the varied quantities of a sweep and their scalings, shape (row, quantity).

    A quantity that is no scaling (a parameter with a unit) is divided by its control value, and named so.
    """
    names, columns = [], []
    for name in str(store.attrs["coordinates"]).split():
        array: Any = store[name]
        if name in ("id", "status"):
            continue
        control, unit = float(array.attrs.get("control", 1)), array.attrs["units"]
        names.append(name if unit == "1" else f"{name}/({control:g} {unit})")
        columns.append(np.asarray(array[:]) / control)
    return names, np.stack(columns, axis=1)


def cell_of(store: str | Path) -> str:
    """Return the cell and the variant that a store is of, in words."""
    attributes = open_store(store).attrs
    name, variant = attributes.get("cell", ""), attributes.get("variant")
    return f"{name}, variant {variant}" if variant else str(name)
