"""What the figures of a sweep have in common: which cell it is of, what it varies, and traces from their upstroke."""

from pathlib import Path

import numpy as np
import zarr

from gbar.sweeps.quantities import varied_quantities
from gbar.sweeps.row_reader import RowReader
from gbar.sweeps.store import Quantity, array, open_store, read_voltage
from gbar.traces.beats import Beats


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


def read_aligned(
    group: zarr.Group, reader: RowReader, row: int, before_ms: float, after_ms: float, samples: int
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return the trace of a row around the upstroke of its last beat that is shown whole, else of its last one.

    One without beats is shown as it ends.

    Args:
        group: store of the sweep.
        reader: of its rows.
        row: its number in the store.
        before_ms: time shown before the upstroke.
        after_ms: time shown after it.
        samples: largest number of samples to keep.

    Returns:
        Time from the upstroke, ms, and membrane potential, mV, NaN where there is no sample, each of shape (sample,),
        and whether there is an upstroke.
    """
    time_ms = array(group, "time")
    dt_ms, duration_ms = float(np.asarray(time_ms[1]) - np.asarray(time_ms[0])), float(np.asarray(time_ms[-1]))
    step_ms = dt_ms * max(1, round((before_ms + after_ms) / dt_ms / samples))
    shown_ms = np.arange(-before_ms, after_ms + step_ms / 2, step_ms)
    V = read_voltage(group, row)
    upstroke_ms = _shown_upstroke_ms(reader.beats(row, V), duration_ms, before_ms, after_ms)
    origin_ms = duration_ms - after_ms if upstroke_ms is None else upstroke_ms
    at_ms = np.arange(len(V)) * dt_ms - origin_ms
    return shown_ms, np.interp(shown_ms, at_ms, V, left=np.nan, right=np.nan), upstroke_ms is not None


def _shown_upstroke_ms(beats: Beats, duration_ms: float, before_ms: float, after_ms: float) -> float | None:
    """Return the last upstroke with the shown time around it, else the last one; None without beats."""
    if not len(beats):
        return None
    upstroke = beats.upstroke_ms
    complete = upstroke[(upstroke >= before_ms) & (upstroke + after_ms <= duration_ms)]
    return float(complete[-1] if len(complete) else upstroke[-1])
