"""What of a cell a drug acts on: the currents that a channel carries, and the parameters of its binding to hERG."""

from dataclasses import fields

from gbar.cells.cell import Cell
from gbar.drugs.drug import CHANNELS, Binding, Drug

# The block of a channel acts on every current that the channel carries.
CARRIED = {"ICaL": ("ICaL", "ICaNa", "ICaK")}
CONCENTRATION = "D"  # of a drug that binds, among the parameters of a cell
# As cells call the parameters of the binding; see `gbar.drugs.drug.Binding`.
PARAMETERS = {one.name: one.name.removesuffix("_per_ms").removesuffix("_mV") for one in fields(Binding)}


def can_bind(cell: Cell) -> bool:
    """Tell whether a cell has a hERG channel that drugs bind to."""
    return {CONCENTRATION, *PARAMETERS.values()} <= set(cell.parameter_defaults)


def binds(cell: Cell, drug: Drug) -> bool:
    """Tell whether a drug's binding to hERG is known and the cell has a channel that it can bind to."""
    return drug.binding is not None and can_bind(cell)


def currents_of(cell: Cell, channel: str) -> tuple[str, ...]:
    """Return the names of a cell's currents that a channel carries, however the cell calls them."""
    found = []
    for name in CARRIED.get(channel, (channel,)):
        for spelling in (name, f"g{name[1:]}"):
            own = cell.called(spelling, parameters=False)
            if own in cell.current_names and own not in found:
                found.append(own)
                break
    return tuple(found)


def without_current(cell: Cell, drug: Drug, *, dynamic: bool) -> tuple[str, ...]:
    """Return the channels that a drug blocks and that the cell has no current of."""
    return tuple(channel for channel in drug.left(0.0, dynamic) if not currents_of(cell, channel))


def reaches(cell: Cell, drug: Drug, *, dynamic: bool) -> bool:
    """Tell whether a drug does anything to a cell: it binds, or blocks a channel that the cell has a current of."""
    return dynamic or any(currents_of(cell, channel) for channel in drug.blocks)


def targets(cell: Cell) -> dict[str, tuple[str, ...]]:
    """Return the names of a cell's currents by the channel that carries them; channels without any are left out."""
    return {channel: found for channel in CHANNELS if (found := currents_of(cell, channel))}
