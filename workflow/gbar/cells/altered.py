"""A cell that was found to be altered, as a file: factors on its currents, and tables of gates' curves.

A JSON object:

    format       1
    cell         a cell of the registry
    variant      which of its variants
    scales       factor by current; 1 for a current left out
    gates        {gate: {"V_mV": [...], "x_inf": [...], "tau_ms": [...]}}: steady state and time constant over voltages
                 in equal steps; a gate left out follows the cell
    provenance   where it comes from
    digest       of all that; whoever changes such a file by hand removes it
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from gbar import cells
from gbar.cells import tentusscher2004
from gbar.cells.cell import Cell
from gbar.cells.tentusscher2004 import GATES_OF_VOLTAGE, Curve
from gbar.config.base import Number, Positive, Section
from gbar.errors import UserError, wrong
from gbar.records.digest import digest_of
from gbar.records.files import regular, write_text

FORMAT = 1
WITH_CURVES = "tentusscher2004"  # the cell that reads its gates from tables
EVEN = 1e-6  # of a step, by which voltages may lie beside equal steps


class GateTable(Section):
    """The curves of one gate."""

    V_mV: Annotated[tuple[Number, ...], Field(min_length=2)]
    x_inf: tuple[Number, ...]
    tau_ms: tuple[Positive, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not len(self.V_mV) == len(self.x_inf) == len(self.tau_ms):
            raise ValueError("V_mV, x_inf and tau_ms must be of one length")
        steps = np.diff(self.V_mV)
        if steps[0] <= 0 or np.any(np.abs(steps - steps[0]) > EVEN * steps[0]):
            raise ValueError("V_mV must rise in equal steps")
        return self

    def curve(self, gate: str) -> Curve:
        """Return the table as the cell takes it."""
        lowest, *_, highest = self.V_mV
        return Curve(gate, lowest, (highest - lowest) / (len(self.V_mV) - 1), self.x_inf, self.tau_ms)


class Altered(Section):
    """What such a file says; see the module's text."""

    format: Literal[1] = FORMAT
    cell: str
    variant: str
    scales: dict[str, Number]
    gates: dict[str, GateTable] = Field(default_factory=dict)
    provenance: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _exists(self) -> Self:
        try:
            cell = cells.get(self.cell, self.variant)
            for name, factor in self.scales.items():
                if name not in cell.current_names:
                    raise wrong("scales", name, f"one of {', '.join(cell.current_names)}")
                cell.check_value(f"scales.{name}", name, factor)
            if self.gates and self.cell != WITH_CURVES:
                raise UserError(f"gates: {self.cell} reads none from tables; {WITH_CURVES} does")
            for name in self.gates:
                if name not in GATES_OF_VOLTAGE:
                    raise wrong("gates", name, f"one of {', '.join(GATES_OF_VOLTAGE)}")
        except UserError as error:
            raise ValueError(str(error)) from None
        return self

    def applied_to(self, cell: Cell) -> Cell:
        """Return a cell with the gates of the file; its `scales` are the solver's.

        Raises:
            UserError: the file is about another cell or variant.
        """
        if (cell.name, cell.variant) != (self.cell, self.variant):
            raise UserError(f"--altered: is about {self.cell} {self.variant}, not {cell.name} {cell.variant}")
        curves = [table.curve(gate) for gate, table in self.gates.items()]
        return tentusscher2004.with_curves(cell, curves) if curves else cell


def read_altered(path: str | Path) -> Altered:
    """Read an altered cell.

    Raises:
        UserError: the file is none, or was damaged.
    """
    try:
        values = json.loads(regular(path).read_text(encoding="utf-8"))
        digest = values.pop("digest", None)
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as an altered cell ({error})") from None
    if digest is not None and digest != digest_of(values, {}):
        raise UserError(f"{path}: is not as it was written (its digest differs); write it again")
    try:
        return Altered.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{path}: is no altered cell ({key}{': ' if key else ''}{reason})") from None


def write_altered(path: str | Path, altered: Altered) -> None:
    """Write an altered cell, whole or not at all."""
    values = altered.model_dump(mode="json")
    write_text(path, json.dumps(values | {"digest": digest_of(values, {})}, indent=1, allow_nan=False) + "\n")
