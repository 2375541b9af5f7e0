"""The `calibrate` section: which candidates of a population are accepted, by ranges of their biomarkers."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from gbar.config.base import Count, Name, Number, Section

Range = Annotated[list[Number], Field(min_length=2, max_length=2)]
Ranges = Annotated[dict[str, Range], Field(min_length=1)]
RangesOrTable = Annotated[
    Annotated[Literal["passini2017"], Tag("table")] | Annotated[Ranges, Tag("ranges")],
    Discriminator(lambda value: "ranges" if isinstance(value, dict) else "table"),
]


class CalibrateSection(Section):
    """One population: candidates that have every biomarker within its range, under every protocol."""

    sweep: Annotated[Name, Field(description="the sweep that has the candidates, of kind population for example")]
    ranges: Annotated[
        RangesOrTable,
        Field(description="[low, high] of columns of biomarkers.csv; or passini2017, a table that is unsure"),
    ]
    protocols: Annotated[
        dict[Name, RangesOrTable],
        Field(description="ranges under other protocols, by the name of a sweep of the same design"),
    ] = Field(default_factory=dict)
    members: Annotated[
        Count | None, Field(description="the first so many that are accepted; all of them when left out")
    ] = None

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        for sweep, given in self.by_sweep.items():
            for name, (low, high) in given.items() if isinstance(given, dict) else ():
                if low >= high:
                    raise ValueError(f"ranges of {sweep}: {name}: [{low:g}, {high:g}] must rise; nobody could meet it")
        return self

    @property
    def by_sweep(self) -> dict[str, dict[str, list[float]] | str]:
        """The ranges, or the name of their table, under each protocol; first that of the candidates."""
        return {self.sweep: self.ranges} | self.protocols
