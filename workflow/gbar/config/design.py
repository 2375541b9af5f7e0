"""The designs of sweeps: which settings of which quantities, a kind each."""

import math
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from gbar.config.base import Count, Name, NonNegative, Number, Positive, Section, Seed

MOST_ROWS = 10_000_000  # of a design: the table of more would not fit into memory

Levels = Annotated[list[Number], Field(min_length=1)]
Range = Annotated[list[Number], Field(min_length=2, max_length=2)]
Vary = Annotated[list[str], Field(min_length=1)]


def _common_or_each(value: Any) -> str:
    return "each" if isinstance(value, dict) else "common"


CommonOrEach = Discriminator(_common_or_each)

Varied = Annotated[
    Vary,
    Field(description="what is varied: currents (scaled), parameters (set), numbers of the stimulus (stimulus.NAME)"),
]


LevelsOrEach = Annotated[Annotated[Levels, Tag("common")] | Annotated[dict[str, Levels], Tag("each")], CommonOrEach]
SpreadOrEach = Annotated[Annotated[Positive, Tag("common")] | Annotated[dict[str, Positive], Tag("each")], CommonOrEach]
Doses = Annotated[list[NonNegative], Field(min_length=1)]
DosesOrEach = Annotated[Annotated[Doses, Tag("common")] | Annotated[dict[str, Doses], Tag("each")], CommonOrEach]
RangeOrEach = Annotated[Annotated[Range, Tag("common")] | Annotated[dict[str, Range], Tag("each")], CommonOrEach]


class LevelledDesign(Section):
    """Quantities at levels."""

    vary: Varied
    levels: Annotated[
        LevelsOrEach,
        Field(description="levels of every varied quantity, or a list for each; 1 is the cell's own conductance"),
    ]

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        check_distinct("vary", self.vary)
        for name, levels in _of_each("levels", self.levels, self.vary).items():
            check_distinct(f"levels of {name}", levels)
        return self

    def levels_of(self, name: str) -> list[float]:
        """Return the levels of one varied quantity."""
        return self.levels[name] if isinstance(self.levels, dict) else self.levels


class SubsetsDesign(LevelledDesign):
    """Every non-empty subset of the varied quantities, its members at one common level."""

    kind: Literal["subsets"]
    levels: Annotated[Levels, Field(description="the common levels of a subset's members")]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        _check_rows((2 ** len(self.vary) - 1) * len(self.levels))
        return self


class OneAtATimeDesign(LevelledDesign):
    """The control and each varied quantity alone at each of its levels."""

    kind: Literal["one_at_a_time"]


class GridDesign(LevelledDesign):
    """Every combination of the levels (full factorial)."""

    kind: Literal["grid"]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        _check_rows(math.prod(len(self.levels_of(name)) for name in self.vary))
        return self


class RandomDesign(Section):
    """Quantities drawn at random within ranges."""

    vary: Varied
    range: Annotated[RangeOrEach, Field(description="[low, high] of every varied quantity, or one for each")]
    rows: Annotated[
        Count, Field(le=MOST_ROWS, description="number of rows; a longer design begins with the shorter one")
    ]
    seed: Annotated[Seed, Field(description="seed of the random rows")] = 0

    @model_validator(mode="after")
    def _ranges_fit(self) -> Self:
        check_distinct("vary", self.vary)
        _check_rising(self.range, self.vary)
        return self

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the lowest and highest value of one varied quantity."""
        low, high = self.range[name] if isinstance(self.range, dict) else self.range
        return low, high


class UniformDesign(RandomDesign):
    """Independent uniform random rows."""

    kind: Literal["uniform"]


class SobolDesign(RandomDesign):
    """Scrambled Sobol rows: random, but evenly spread."""

    kind: Literal["sobol"]


class PopulationDesign(Section):
    """Candidates of a population, drawn evenly: scalings and parameters within ranges, or spread around the own."""

    kind: Literal["population"]
    vary: Varied
    range: Annotated[
        RangeOrEach | None, Field(description="[low, high] of every varied quantity, or one for each; evenly within")
    ] = None
    spread: Annotated[
        SpreadOrEach | None,
        Field(description="in place of a range: lognormal around the cell's own value, standard deviation of its ln"),
    ] = None
    rows: Annotated[Count, Field(le=MOST_ROWS, description="number of candidates")]
    seed: Annotated[Seed, Field(description="seed of the candidates")] = 0
    sampling: Annotated[
        Literal["sobol", "latin"],
        Field(
            description="sobol, of which more rows keep the first ones, or Latin hypercube, drawn anew for each number"
        ),
    ] = "sobol"

    @model_validator(mode="after")
    def _one_way_to_draw(self) -> Self:
        check_distinct("vary", self.vary)
        if (self.range is None) == (self.spread is None):
            raise ValueError("range: give a range or a spread" + ("" if self.range is None else ", not both"))
        _check_rising(self.range, self.vary)
        if self.spread is not None:
            _of_each("spread", self.spread, self.vary)
        return self

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the lowest and highest value of one varied quantity; of a lognormal one there are none."""
        assert self.range is not None
        low, high = self.range[name] if isinstance(self.range, dict) else self.range
        return low, high

    def spread_of(self, name: str) -> float:
        """Return the standard deviation of the logarithm of one varied quantity."""
        assert self.spread is not None
        return self.spread[name] if isinstance(self.spread, dict) else self.spread


class TableDesign(Section):
    """Rows of a CSV file: a header with the varied quantities, a row each setting."""

    kind: Literal["table"]
    path: Annotated[str, StringConstraints(min_length=1), Field(description="the CSV file")]
    vary: Annotated[Vary | None, Field(description="columns to use; all of them when left out")] = None


class DrugDesign(Section):
    """Drugs by doses by samples of what is uncertain about them; rows without a drug, the control, come first."""

    kind: Literal["drug"]
    drugs: Annotated[
        Literal["all"] | Annotated[list[str], Field(min_length=1)],
        BeforeValidator(lambda value: [value] if isinstance(value, str) and value != "all" else value),
        Field(description="names of drugs of the section `drugs`; all of them when left out"),
    ] = "all"
    doses_Cmax: Annotated[
        list[NonNegative] | None,
        Field(description="doses in free therapeutic concentrations; 1 to 4 where no concentrations are given"),
    ] = None
    concentrations_nM: Annotated[
        DosesOrEach | None, Field(description="free concentrations, nM, of every drug or of each by its name")
    ] = None
    samples: Annotated[
        Count | None,
        Field(description="samples of what is uncertain about each drug; its best values alone when left out"),
    ] = None
    seed: Annotated[Seed, Field(description="seed of the samples; more of them, or of drugs, leave the others")] = 0
    hERG: Annotated[
        Literal["as known", "static", "dynamic"],
        Field(description="block of hERG; as known: binding where it is known and the cell has such a channel"),
    ] = "as known"
    population: Annotated[
        Name | None, Field(description="a population of the section `calibrate`, each member under each drug")
    ] = None

    @property
    def vary(self) -> None:
        """Which quantities are varied follows from the drugs."""

    @property
    def multiples(self) -> list[float]:
        """Doses in therapeutic concentrations, those of when nothing is said included."""
        if self.doses_Cmax is None:
            return [1.0, 2.0, 3.0, 4.0] if self.concentrations_nM is None else []
        return list(self.doses_Cmax)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        check_distinct("drugs", [name.casefold() for name in self.drugs] if isinstance(self.drugs, list) else [])
        check_distinct("doses_Cmax", self.doses_Cmax or [])
        return self


Design = Annotated[
    SubsetsDesign
    | OneAtATimeDesign
    | GridDesign
    | UniformDesign
    | SobolDesign
    | PopulationDesign
    | TableDesign
    | DrugDesign,
    Field(discriminator="kind"),
]


def _of_each(key: str, given: Any, vary: list[str]) -> dict[str, Any]:
    """Return the levels, range or spread of each varied quantity, checking that the mapping names exactly these."""
    if not isinstance(given, dict):
        return dict.fromkeys(vary, given)
    if set(given) != set(vary):
        raise ValueError(f"{key} names {sorted(given)}, but vary names {sorted(vary)}")
    return given


def _check_rising(given: list | dict[str, list] | None, vary: list[str]) -> None:
    for name, (low, high) in _of_each("range", given, vary).items() if given is not None else ():
        if low >= high:
            raise ValueError(f"range of {name}: [{low}, {high}] must rise")


def _check_rows(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ValueError(f"levels: {rows:,} combinations are too many; a design can have {MOST_ROWS:,} rows")


def check_distinct(key: str, values: list) -> None:
    """Raise ValueError for a value that is there twice."""
    repeated = next((a for a, b in pairwise(sorted(values)) if a == b), None)
    if repeated is not None:
        raise ValueError(f"{key}: {repeated!r} is there twice")
