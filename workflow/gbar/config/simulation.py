"""What a simulation is: the cell, what drives it, how long it is simulated and saved, how it is integrated."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from gbar import cells
from gbar.cells import Cell
from gbar.config.base import Number, Positive, Section
from gbar.config.stimulus import StimulusSection, default_section, with_defaults
from gbar.errors import UserError
from gbar.solve.settings import LARGEST_DT_MS, RTOL_RANGE, Method, Precision, SolverSettings


class CellSection(Section):
    """The cell model."""

    name: Annotated[str, Field(description="a cell of `gbar cells`")]
    variant: Annotated[str | None, Field(description="a variant of the cell; its default when left out")] = None
    parameters: Annotated[
        dict[str, Number],
        Field(default_factory=dict, description="parameters set to other than the cell's values, e.g. {Ko: 8}"),
    ]
    morphology: Annotated[
        Annotated[str, StringConstraints(min_length=1)] | None,
        Field(description="CSV table of sections in place of the cell's own (cells with compartments)"),
    ] = None

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        try:
            cell = self.cell()
            check_names("parameters", list(self.parameters), [p.name for p in cell.parameters])
            for name, value in self.parameters.items():
                cell.check_value(f"parameters.{name}", name, value)
        except UserError as error:
            raise ValueError(str(error)) from None
        return self

    def cell(self) -> Cell:
        """Return the cell."""
        return cells.get(self.name, self.variant, self.morphology)


class ProtocolSection(Section):
    """What drives the cell, how long each row is simulated, how finely and what is saved."""

    duration_ms: Annotated[Positive, Field(description="simulated time, ms")] = 5000.0
    save_every_ms: Annotated[Positive, Field(description="sampling interval of the stored traces, ms")] = 0.05
    stimulus: Annotated[
        StimulusSection | None, Field(description="what drives the cell; as usual for the cell when left out")
    ] = None

    @model_validator(mode="after")
    def _holds_samples(self) -> Self:
        if self.save_every_ms * 2 > self.duration_ms:
            raise ValueError(
                f"save_every_ms: {self.save_every_ms} leaves fewer than 2 samples of {self.duration_ms} ms"
            )
        return self

    def stimulus_of(self, cell: Cell) -> StimulusSection:
        """Return what drives a cell: what the user says, else what the cell has when nobody says anything."""
        return with_defaults(self.stimulus, cell.stimulus) if self.stimulus else default_section(cell.stimulus)


class SolverSection(Section):
    """How the equations are integrated."""

    method: Annotated[
        Method | None,
        Field(
            description="rosenbrock (adaptive), rush_larsen (the authors' fixed-step scheme) or backward_euler (cells "
            "that bring their own step); as usual for the cell when left out"
        ),
    ] = None
    rtol: Annotated[
        Number, Field(ge=RTOL_RANGE[0], le=RTOL_RANGE[1], description="relative tolerance (rosenbrock)")
    ] = 1e-5
    max_step_ms: Annotated[Positive, Field(description="longest step, ms (rosenbrock)")] = 20.0
    dt_ms: Annotated[
        Positive | None, Field(le=LARGEST_DT_MS, description="fixed step, ms; as usual for the cell when left out")
    ] = None
    precision: Annotated[
        Precision, Field(description="float32 is faster where there is a GPU; long sums are compensated")
    ] = "float64"

    def settings(self) -> SolverSettings:
        """Return these settings as the solvers take them."""
        return SolverSettings(**self.model_dump())


def check_names(key: str, names: list[str], allowed: list[str]) -> None:
    """Raise UserError for a name that is not allowed under a key."""
    for name in names:
        if name not in allowed:
            raise UserError(f"{key}: {name!r} is unknown; allowed are {', '.join(allowed)}")
