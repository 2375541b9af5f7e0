"""What is stored of a row beside its membrane potential: states and currents of the cell, and the charge of these.

`INet` is the sum of the currents of which qNet is the charge over a beat: INaL, ICaL (without the sodium and potassium
that the channel carries), Ito, IKr, IKs, IK1.

Dutta S, et al. Optimization of an in silico cardiac cell model for proarrhythmia risk assessment. Front Physiol
2017;8:616. doi:10.3389/fphys.2017.00616
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gbar.cells.cell import Cell
from gbar.errors import UserError, among

VOLTAGE = "V"
NET = "INet"
OF_NET = ("INaL", "ICaL", "Ito", "IKr", "IKs", "IK1")
MS_PER_S = 1000.0  # 1 pA/pF for 1 s is 1 C/F


@dataclass(frozen=True)
class CellOutput:
    """One quantity to store.

    Attributes:
        name: as the user calls it.
        currents: names of the currents that it is the sum of; none of a state.
        unit: its unit.
        long_name: it in words.
        kind: of a state, as of `gbar.cells.cell.State`; "current" otherwise.
    """

    name: str
    currents: tuple[str, ...]
    unit: str
    long_name: str
    kind: str = "current"

    @property
    def is_concentration(self) -> bool:
        """Whether it has transients: a state in mM, or another unit of concentration."""
        return self.kind == "concentration"

    @property
    def array(self) -> str:
        """Name of its array in the store, where IKr is the scaling of the current: IKr_current."""
        return f"{self.name}_current" if self.currents and self.name != NET else self.name

    @property
    def charge(self) -> str:
        """Name of its charge over a beat in biomarkers.csv, where it is a current: qNet_C_per_F of INet, qKr of gKr."""
        return f"q{self.name[self.name.startswith(('I', 'g')) :]}_C_per_F"


def output_of(cell: Cell, name: str) -> CellOutput:
    """Return what is stored under a name.

    Raises:
        UserError: the cell has no such state or current, or lacks a current of INet.
    """
    if name == NET:
        own = tuple(cell.called(one, parameters=False) for one in OF_NET)
        missing = [one for one in own if one not in cell.current_names]
        if missing:
            raise UserError(f"outputs: {NET} is the sum of {', '.join(OF_NET)}, and {cell.name} has no {missing[0]}")
        return CellOutput(name, own, "pA/pF", "net current of repolarisation")
    for state in cell.states:
        if state.name == name:
            return CellOutput(name, (), state.unit, f"{state.kind} {name}", state.kind)
    own = cell.called(name, parameters=False)
    for current in cell.currents:
        if current.name == own:
            return CellOutput(name, (own,), "pA/pF", current.meaning)
    known = [*cell.state_names, *cell.current_names, NET]
    raise UserError(f"outputs: {name!r} is no state or current of {cell.name}; allowed are {among(name, known)}")


def outputs_of(cell: Cell, names: Iterable[str] | None) -> tuple[CellOutput, ...]:
    """Return what is stored beside the membrane potential, which always is."""
    return tuple(output_of(cell, name) for name in names or () if name != VOLTAGE)


def in_C_per_F(charge: np.ndarray) -> np.ndarray:
    """Return a charge in C/F that is given in pA/pF ms."""
    return charge / MS_PER_S
