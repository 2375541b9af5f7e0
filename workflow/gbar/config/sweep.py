"""The `sweeps` section: which cell, over which design, for how long, solved how."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from gbar import stimuli
from gbar.cells.outputs import outputs_of
from gbar.config.base import Count, Droppable, Name, Section
from gbar.config.beats import BeatsSection
from gbar.config.design import (
    Design,
    DrugDesign,
    LevelledDesign,
    PopulationDesign,
    RandomDesign,
    TableDesign,
    check_distinct,
)
from gbar.config.protocol import ProtocolSection
from gbar.config.simulation import CellSection, SolverSection, check_names
from gbar.errors import UserError

# Numbers of the stimulus are varied under their name with this before it.
STIMULUS = "stimulus."
CYCLE_LENGTH = STIMULUS + "cycle_length_ms"
Voltage = Annotated[
    Literal["float32", "int16"],
    Field(description="how voltages are kept: float32, or compactly as int16 in steps of 0.01 mV"),
]


class SweepSection(Section):
    """One sweep: a cell over a design."""

    cell: CellSection
    design: Design
    protocol: ProtocolSection = ProtocolSection()
    solver: SolverSection = SolverSection()
    beats: BeatsSection = BeatsSection()
    rows_per_job: Annotated[
        Count, Field(description="rows solved by one job as one vectorised batch; 1 is a job a combination")
    ] = 1024
    voltage: Voltage = "float32"
    outputs: Annotated[
        list[str] | None,
        Field(description="stored beside V: states and currents of the cell, and INet, whose charge is qNet"),
    ] = None

    @model_validator(mode="after")
    def _call_quantities_as_the_cell_does(self) -> Self:
        """Put the cell's own names in place of others that they go by: one setting is said in one way."""
        try:
            object.__setattr__(self, "design", _renamed(self.design, self.cell.cell().called))
        except UserError as error:
            raise ValueError(f"design.vary: {error}") from None
        return self

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        cell = self.cell.cell()
        try:
            protocol, solver = self.protocol.of_cell(cell), self.solver.settings().of_cell(cell)
            if solver.method != "rosenbrock" and (self.protocol.beats or self.outputs):
                key = "protocol.beats" if self.protocol.beats else "outputs"
                raise UserError(f"{key}: needs the method rosenbrock, and {cell.name} is solved with {solver.method}")
            outputs_of(cell, self.outputs)
            check_names("design.vary", self.design.vary or [], list(self.own_values()))
            self.check_varied(self.design.vary or [])
            extremes = _extremes(self.design)
            for name, values in extremes.items():
                for value in values if name in cell.own_values else ():
                    cell.check_value(f"design: {name}", name, value)
            # A stimulus that is varied is held against the run row by row, when the rows are known.
            if not isinstance(self.design, TableDesign) and extremes.keys() <= cell.own_values.keys():
                stimuli.check(protocol.stimulus_of(cell), cell.stimulus, protocol.duration_ms)
        except UserError as error:
            raise ValueError(str(error)) from None
        return self

    @model_validator(mode="after")
    def _fill_in_what_the_cell_decides(self) -> Self:
        """Put the cell's own stimulus, method and step where nothing is said: to say them is to say nothing new."""
        cell = self.cell.cell()
        solver = self.solver.settings().of_cell(cell)
        filled = {
            "protocol": self.protocol.of_cell(cell),
            "solver": self.solver.model_copy(update={"method": solver.method, "dt_ms": solver.dt_ms}),
        }
        for name, section in filled.items():
            object.__setattr__(self, name, section)  # the section is frozen only once it is made
        return self

    def check_varied(self, names: list[str]) -> None:
        """Raise UserError where a quantity cannot be varied under this protocol."""
        if self.protocol.beats is not None and CYCLE_LENGTH in names:
            raise UserError(f"{CYCLE_LENGTH}: cannot be varied where protocol.beats is given; say duration_ms instead")

    @model_serializer(mode="wrap")
    def _only_what_is_said(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the outputs where there are none: they would be an edit of every study."""
        return {key: value for key, value in written(self).items() if key != "outputs" or value is not None}

    def own_values(self) -> dict[str, float]:
        """Return what every quantity that can be varied is when nobody touches it, stimulus included."""
        cell = self.cell.cell()
        fields = stimuli.varied_fields(self.protocol.stimulus_of(cell), cell.stimulus)
        return cell.own_values | {STIMULUS + name: field.default for name, field in fields.items()}


def _renamed(design: Any, called: Callable[[str], str]) -> Any:
    """Return a design with the cell's own names of what it varies, but for that of a file or of drugs."""
    if isinstance(design, TableDesign | DrugDesign) or all(called(name) == name for name in design.vary):
        return design
    names = [called(name) for name in design.vary]
    check_distinct("vary", names)
    changed: dict[str, Any] = {"vary": names}
    for key in ("levels", "range", "spread"):
        each = getattr(design, key, None)
        if isinstance(each, dict):
            changed[key] = {called(name): value for name, value in each.items()}
    return design.model_copy(update=changed)


def _extremes(design: Section) -> dict[str, list[float]]:
    """Return the levels, or the ends of the range, of each quantity; nothing where there are none."""
    if isinstance(design, LevelledDesign):
        return {name: design.levels_of(name) for name in design.vary}
    if isinstance(design, RandomDesign) or (isinstance(design, PopulationDesign) and design.range is not None):
        return {name: list(design.range_of(name)) for name in design.vary}
    return {}


Sweeps = Annotated[dict[Name, SweepSection], Droppable]
