"""The `beats` of a sweep: what counts as a beat, where it is to be other than usual for the cell."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from gbar.cells.cell import Tissue
from gbar.config.base import Number, Section
from gbar.errors import UserError
from gbar.traces.settings import BeatSettings, meanings, of_kind


def _described(name: str) -> Any:
    unit, meaning = meanings()[name]
    return Field(description=f"{meaning} ({unit}); as usual for the kind of cell when left out")


class BeatsSection(Section):
    """What counts as a beat."""

    kind: Annotated[
        Tissue | None,
        Field(description="kind of cell, which decides the rest; that of the cell when left out"),
    ] = None
    reference: Annotated[
        Literal["before", "after"],
        Field(description="the diastole that the levels of repolarisation count from, before or after the beat"),
    ] = "before"
    level_mV: Annotated[Number | None, _described("level_mV")] = None
    hysteresis_mV: Annotated[Number | None, _described("hysteresis_mV")] = None
    rearm_mV: Annotated[Number | None, _described("rearm_mV")] = None
    dvdt_min_V_s: Annotated[Number | None, _described("dvdt_min_V_s")] = None
    fast_V_s: Annotated[Number | None, _described("fast_V_s")] = None
    amplitude_min_mV: Annotated[Number | None, _described("amplitude_min_mV")] = None
    width_min_ms: Annotated[Number | None, _described("width_min_ms")] = None
    latency_ms: Annotated[Number | None, _described("latency_ms")] = None
    notch_ms: Annotated[Number | None, _described("notch_ms")] = None
    ead_min_mV: Annotated[Number | None, _described("ead_min_mV")] = None
    alternans_min_ms: Annotated[Number | None, _described("alternans_min_ms")] = None
    stuck_ms: Annotated[Number | None, _described("stuck_ms")] = None
    quiet_ms: Annotated[Number | None, _described("quiet_ms")] = None

    @model_validator(mode="after")
    def _makes_settings(self) -> Self:
        try:
            self.settings("cardiac")
        except UserError as error:
            raise ValueError(str(error)) from None
        return self

    def settings(self, kind: str) -> BeatSettings:
        """Return what counts as a beat of a kind of cell, unless the section names another."""
        return of_kind(kind, {name: value for name, value in self.model_dump().items() if value is not None})
