"""The `sweeps` section: which cell, over which design, for how long, solved how."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    Tag,
    model_serializer,
    model_validator,
)

from gbar import stimuli
from gbar.cells.outputs import outputs_of
from gbar.config.base import Count, Droppable, Name, Number, Section, Seed
from gbar.config.beats import BeatsSection
from gbar.config.protocol import ProtocolSection
from gbar.config.simulation import CellSection, SolverSection, check_names
from gbar.errors import UserError

# Numbers of the stimulus are varied under their name with this before it.
STIMULUS = "stimulus."
CYCLE_LENGTH = STIMULUS + "cycle_length_ms"
MOST_ROWS = 10_000_000  # of a design: the table of more would not fit into memory

Levels = Annotated[list[Number], Field(min_length=1)]
Range = Annotated[list[Number], Field(min_length=2, max_length=2)]
Vary = Annotated[list[str], Field(min_length=1)]


def _common_or_each(value: Any) -> str:
    return "each" if isinstance(value, dict) else "common"


CommonOrEach = Discriminator(_common_or_each)

Voltage = Annotated[
    Literal["float32", "int16"],
    Field(description="how voltages are kept: float32, or compactly as int16 in steps of 0.01 mV"),
]


Varied = Annotated[
    Vary,
    Field(description="what is varied: currents (scaled), parameters (set), numbers of the stimulus (stimulus.NAME)"),
]


LevelsOrEach = Annotated[Annotated[Levels, Tag("common")] | Annotated[dict[str, Levels], Tag("each")], CommonOrEach]
RangeOrEach = Annotated[Annotated[Range, Tag("common")] | Annotated[dict[str, Range], Tag("each")], CommonOrEach]


class _Levelled(Section):
    vary: Varied
    levels: Annotated[
        LevelsOrEach,
        Field(description="levels of every varied quantity, or a list for each; 1 is the cell's own conductance"),
    ]

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        _check_distinct("vary", self.vary)
        for name, levels in _of_each("levels", self.levels, self.vary).items():
            _check_distinct(f"levels of {name}", levels)
        return self

    def levels_of(self, name: str) -> list[float]:
        """Return the levels of one varied quantity."""
        return self.levels[name] if isinstance(self.levels, dict) else self.levels


class SubsetsDesign(_Levelled):
    """Every non-empty subset of the varied quantities, its members at one common level."""

    kind: Literal["subsets"]
    levels: Annotated[Levels, Field(description="the common levels of a subset's members")]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        _check_rows((2 ** len(self.vary) - 1) * len(self.levels))
        return self


class OneAtATimeDesign(_Levelled):
    """The control and each varied quantity alone at each of its levels."""

    kind: Literal["one_at_a_time"]


class GridDesign(_Levelled):
    """Every combination of the levels (full factorial)."""

    kind: Literal["grid"]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        _check_rows(math.prod(len(self.levels_of(name)) for name in self.vary))
        return self


class _Random(Section):
    vary: Varied
    range: Annotated[RangeOrEach, Field(description="[low, high] of every varied quantity, or one for each")]
    rows: Annotated[
        Count, Field(le=MOST_ROWS, description="number of rows; a longer design begins with the shorter one")
    ]
    seed: Annotated[Seed, Field(description="seed of the random rows")] = 0

    @model_validator(mode="after")
    def _ranges_fit(self) -> Self:
        _check_distinct("vary", self.vary)
        for name, (low, high) in _of_each("range", self.range, self.vary).items():
            if low >= high:
                raise ValueError(f"range of {name}: [{low}, {high}] must rise")
        return self

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the lowest and highest value of one varied quantity."""
        low, high = self.range[name] if isinstance(self.range, dict) else self.range
        return low, high


class UniformDesign(_Random):
    """Independent uniform random rows."""

    kind: Literal["uniform"]


class SobolDesign(_Random):
    """Scrambled Sobol rows: random, but evenly spread."""

    kind: Literal["sobol"]


class TableDesign(Section):
    """Rows of a CSV file: a header with the varied quantities, a row each setting."""

    kind: Literal["table"]
    path: Annotated[str, StringConstraints(min_length=1), Field(description="the CSV file")]
    vary: Annotated[Vary | None, Field(description="columns to use; all of them when left out")] = None


Design = Annotated[
    SubsetsDesign | OneAtATimeDesign | GridDesign | UniformDesign | SobolDesign | TableDesign,
    Field(discriminator="kind"),
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
    """Return a design with the cell's own names of what it varies; that of a file's is left to whoever reads it."""
    if isinstance(design, TableDesign) or all(called(name) == name for name in design.vary):
        return design
    names = [called(name) for name in design.vary]
    _check_distinct("vary", names)
    changed: dict[str, Any] = {"vary": names}
    for key in ("levels", "range"):
        each = getattr(design, key, None)
        if isinstance(each, dict):
            changed[key] = {called(name): value for name, value in each.items()}
    return design.model_copy(update=changed)


def _extremes(design: Section) -> dict[str, list[float]]:
    """Return the levels, or the ends of the range, of each quantity; nothing of a table."""
    if isinstance(design, _Levelled):
        return {name: design.levels_of(name) for name in design.vary}
    if isinstance(design, _Random):
        return {name: list(design.range_of(name)) for name in design.vary}
    return {}


def _of_each(key: str, given: list | dict[str, list], vary: list[str]) -> dict[str, list]:
    """Return the levels or range of each varied quantity, checking that the mapping names exactly these."""
    if not isinstance(given, dict):
        return dict.fromkeys(vary, given)
    if set(given) != set(vary):
        raise ValueError(f"{key} names {sorted(given)}, but vary names {sorted(vary)}")
    return given


def _check_rows(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ValueError(f"levels: {rows:,} combinations are too many; a design can have {MOST_ROWS:,} rows")


def _check_distinct(key: str, values: list) -> None:
    repeated = next((a for a, b in pairwise(sorted(values)) if a == b), None)
    if repeated is not None:
        raise ValueError(f"{key}: {repeated!r} is there twice")


Sweeps = Annotated[dict[Name, SweepSection], Droppable]
