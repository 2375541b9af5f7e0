"""What a simulation is: the cell, how long it is simulated and saved, how its equations are integrated."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gbar import cells
from gbar.config.base import Number, Positive, Section
from gbar.errors import UserError


class CellSection(Section):
    """The cell model."""

    name: Annotated[str, Field(description="a cell of `gbar cells`")]
    variant: Annotated[str | None, Field(description="a variant of the cell; its default when left out")] = None
    parameters: Annotated[
        dict[str, Number],
        Field(default_factory=dict, description="parameters set to other than the cell's values, e.g. {Ko: 8}"),
    ]

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        try:
            cell = cells.get(self.name, self.variant)
        except UserError as error:
            raise ValueError(str(error)) from None
        check_names("parameters", list(self.parameters), [p.name for p in cell.parameters])
        return self


class ProtocolSection(Section):
    """How long each row is simulated and how finely it is saved."""

    duration_ms: Annotated[Positive, Field(description="simulated time, ms")] = 5000.0
    save_every_ms: Annotated[Positive, Field(description="sampling interval of the stored traces, ms")] = 0.05

    @model_validator(mode="after")
    def _holds_samples(self) -> Self:
        if self.save_every_ms * 2 > self.duration_ms:
            raise ValueError(
                f"save_every_ms: {self.save_every_ms} leaves fewer than 2 samples of {self.duration_ms} ms"
            )
        return self


class SolverSection(Section):
    """How the equations are integrated."""

    method: Annotated[
        Literal["rosenbrock", "rush_larsen"],
        Field(description="adaptive Rosenbrock, or the authors' fixed-step Rush-Larsen scheme"),
    ] = "rosenbrock"
    rtol: Annotated[Number, Field(ge=1e-12, le=1e-2, description="relative tolerance (rosenbrock)")] = 1e-5
    max_step_ms: Annotated[Positive, Field(description="longest step, ms (rosenbrock)")] = 20.0
    dt_ms: Annotated[Positive, Field(description="fixed step, ms (rush_larsen)")] = 0.0005


def check_names(key: str, names: list[str], allowed: list[str]) -> None:
    """Raise ValueError for a name that is not allowed under a key."""
    for name in names:
        if name not in allowed:
            raise ValueError(f"{key}: {name!r} is unknown; allowed are {', '.join(allowed)}")
