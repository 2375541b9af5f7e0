"""The `drugs` section: drugs by name, said here, in a table of the user's, or those of the CiPA initiative."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from gbar.config.base import Droppable, Number, Positive, Section
from gbar.drugs.drug import CHANNELS, CONTROL, Binding, Block, Drug, Uncertain
from gbar.drugs.table import read_drugs, shipped
from gbar.errors import UserError, among, wrong

PositiveRange = Annotated[list[Positive], Field(min_length=2, max_length=2)]
AnyRange = Annotated[list[Number], Field(min_length=2, max_length=2)]


class BlockSection(Section):
    """The block of one channel."""

    IC50_nM: Annotated[Positive, Field(description="free concentration that blocks half of it, nM")]
    IC50_range_nM: Annotated[PositiveRange | None, Field(description="[low, high], its 95 % range, nM")] = None
    h: Annotated[Positive, Field(description="Hill coefficient")] = 1.0
    h_range: Annotated[PositiveRange | None, Field(description="[low, high], its 95 % range")] = None
    correlation: Annotated[Number, Field(ge=-1, le=1, description="of ln IC50 and h")] = 0.0

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        _check_range("IC50_range_nM", self.IC50_range_nM)
        _check_range("h_range", self.h_range)
        return self

    def block(self) -> Block:
        """Return what it says."""
        return Block(_uncertain(self.IC50_nM, self.IC50_range_nM), _uncertain(self.h, self.h_range), self.correlation)


class BindingSection(Section):
    """Dynamic binding to hERG (Li et al. 2017), in place of its static block where the cell has such a channel."""

    Kmax: Annotated[Positive, Field(description="largest effect: rate of binding over that of unbinding")]
    Ku_per_ms: Annotated[Positive, Field(description="rate of unbinding, 1/ms")]
    n: Annotated[Positive, Field(description="Hill coefficient of binding")]
    halfmax: Annotated[Positive, Field(description="concentration of half the largest effect, to the power n, nM^n")]
    Vhalf_mV: Annotated[Number, Field(description="voltage at which half of the bound channels are closed, mV")]
    ranges: Annotated[dict[str, AnyRange], Field(description="95 % range of each, e.g. {Kmax: [20, 60]}")] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _ranges_fit(self) -> Self:
        names = [one.name for one in fields(Binding)]
        for name, given in self.ranges.items():
            if name not in names:
                raise ValueError(f"ranges: {name!r} is unknown; allowed are {', '.join(names)}")
            _check_range(f"ranges.{name}", given)
            if given[0] <= 0 and name != "Vhalf_mV":
                raise ValueError(f"ranges.{name}: {given} is not allowed; it must be above 0")
        return self

    def binding(self) -> Binding:
        """Return what it says."""
        return Binding(
            **{one.name: _uncertain(getattr(self, one.name), self.ranges.get(one.name)) for one in fields(Binding)}
        )


def _known_channels(values: Any) -> Any:
    for name in values if isinstance(values, dict) else ():
        if name not in CHANNELS:
            raise ValueError(f"the channel {name!r} is unknown; allowed are {among(str(name), CHANNELS)}")
    return values


class DrugSection(Section):
    """One drug."""

    free_Cmax_nM: Annotated[Positive | None, Field(description="free therapeutic concentration, nM")] = None
    blocks: Annotated[
        dict[str, BlockSection],
        Droppable,
        BeforeValidator(_known_channels),
        Field(description="block by channel: IKr, ICaL, INa, INaL, Ito, IKs, IK1"),
    ] = Field(default_factory=dict)
    binding: Annotated[BindingSection | None, Field(description="to hERG; not known when left out")] = None
    risk: Annotated[Literal["low", "intermediate", "high"] | None, Field(description="class of risk")] = None
    set: Annotated[Literal["training", "validation"] | None, Field(description="what it is used for")] = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.blocks and self.binding is None:
            raise ValueError("blocks: is missing; a drug needs a channel that it blocks, or a binding")
        return self

    def drug(self, name: str) -> Drug:
        """Return what it says."""
        return Drug(
            name,
            np.nan if self.free_Cmax_nM is None else self.free_Cmax_nM,
            {channel: block.block() for channel, block in self.blocks.items()},
            None if self.binding is None else self.binding.binding(),
            self.risk or "",
            self.set or "",
        )


class DrugsSection(Section):
    """The drugs that designs can name."""

    shipped: Annotated[
        tuple[Literal["cipa", "redfern"], ...],
        Field(description="tables that ship: the 28 drugs of the CiPA initiative, 41 with Redfern's categories"),
    ] = ("cipa",)
    path: Annotated[
        Annotated[str, StringConstraints(min_length=1)] | None,
        Field(description="table of drugs of yours, .csv (docs/drugs.md)"),
    ] = None
    named: Annotated[
        dict[str, DrugSection],
        Droppable,
        Field(description="drugs by name; of the same name in several places the last counts"),
    ] = Field(default_factory=dict)

    def known(self) -> dict[str, Drug]:
        """Return the drugs, by name.

        Raises:
            UserError: the table cannot be used, or there is no drug.
        """
        try:
            own = {} if self.path is None else read_drugs(self.path)
        except UserError as error:
            raise UserError(f"drugs.path: {error}") from None
        tables = [*(shipped(name) for name in self.shipped), own]
        found: dict[str, Drug] = {}
        for table in (*tables, {name: section.drug(name) for name, section in self.named.items()}):
            if CONTROL in map(str.casefold, table):
                raise wrong("drugs", CONTROL, "another name: the rows without a drug are called so")
            replaced = set(map(str.casefold, table))
            found = {name: drug for name, drug in found.items() if name.casefold() not in replaced} | table
        if not found:
            raise UserError(
                "drugs: there is none; name some, give a table (path), or take one that ships (shipped: [cipa])"
            )
        return found


def _uncertain(value: float, given: Sequence[float] | None) -> Uncertain:
    return Uncertain(value) if given is None else Uncertain(value, *given)


def _check_range(key: str, given: Sequence[float] | None) -> None:
    if given is not None and given[0] > given[1]:
        raise ValueError(f"{key}: {list(given)} must rise")
