"""What a sweep can vary, in words: scalings of currents, parameters of the cell, numbers of its stimulus."""

from typing import Any

import zarr

from gbar import stimuli
from gbar.config.sweep import STIMULUS, SweepSection
from gbar.sweeps.store import Quantity


def quantities(sweep: SweepSection) -> dict[str, Quantity]:
    """Return everything that rows of a sweep can vary, by name, each without values."""
    cell = sweep.cell.cell()
    stimulus = sweep.protocol.stimulus_of(cell)
    parameters = {parameter.name: parameter for parameter in cell.parameters}
    parameters |= {STIMULUS + name: field for name, field in stimuli.varied_fields(stimulus, cell.stimulus).items()}
    scalings = [Quantity(one.name, "1", f"scaling of {one.name} ({one.meaning})", 1.0) for one in cell.currents]
    values = [Quantity(name, found.unit, found.meaning, found.default) for name, found in parameters.items()]
    return {quantity.name: quantity for quantity in scalings + values}


def varied_quantities(store: zarr.Group) -> list[Quantity]:
    """Return the varied quantities of a sweep with their values in its rows."""
    quantities = []
    for name in str(store.attrs["coordinates"]).split():
        array: Any = store[name]
        if name not in ("id", "status"):
            about = array.attrs
            quantities.append(
                Quantity(name, about["units"], about["long_name"], float(about.get("control", 1)), array[:].tolist())
            )
    return quantities
