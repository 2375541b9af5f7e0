"""What the figures of a sweep have in common: which cell it is of and what it varies."""

from pathlib import Path

import numpy as np
import zarr

from gbar.sweeps.quantities import varied_quantities
from gbar.sweeps.store import Quantity, open_store


def varied(store: zarr.Group) -> tuple[list[str], np.ndarray]:
    """Return the varied quantities of a sweep and their scalings, shape (row, quantity); 1 is the control.

    A quantity that is no scaling (a parameter with a unit) is divided by its control value, and named so. One whose
    control is 0 cannot be: 1 is added to it.
    """
    names, columns = zip(*(_relative(quantity) for quantity in varied_quantities(store)), strict=True)
    return list(names), np.stack(columns, axis=1)


def _relative(quantity: Quantity) -> tuple[str, np.ndarray]:
    """Return a quantity's name and values, made such that 1 is the control."""
    control, values = quantity.control, np.array(quantity.values)
    unit = "" if quantity.unit == "1" else quantity.unit
    if control == 0:
        return f"1 + {quantity.name}" + (f"/({unit})" if unit else ""), 1 + values
    if control == 1 and not unit:
        return quantity.name, values
    return f"{quantity.name}/({' '.join(filter(None, [f'{control:g}', unit]))})", values / control


def cell_of(store: str | Path) -> str:
    """Return the cell and the variant that a store is of, in words; of the user's file, its name."""
    attributes = open_store(store).attrs
    name, variant = str(attributes.get("cell", "")), attributes.get("variant")
    file, told, _ = name.partition("@")
    return f"{name}, variant {variant}" if variant and not told else file
