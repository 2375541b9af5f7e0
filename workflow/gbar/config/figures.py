"""The `figures` and `report` sections: what the figures show and what the report is called."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gbar.config.base import Count, NonNegative, Positive, Section


class FamilySection(Section):
    """The action potentials over each current's scaling."""

    before_ms: Annotated[NonNegative, Field(description="time shown before the upstroke, ms")] = 50.0
    after_ms: Annotated[Positive, Field(description="time shown after the upstroke, ms")] = 550.0


class PredictionsSection(Section):
    """Predicted beside simulated action potentials."""

    settings: Annotated[Count, Field(le=12, description="held-out settings shown")] = 6


class TracesSection(Section):
    """Traces of a sweep that no emulator learns from, and what drives them."""

    rows: Annotated[Count, Field(le=12, description="settings shown, spread evenly over the design")] = 6
    from_ms: Annotated[NonNegative, Field(description="start of the time shown, ms")] = 0.0
    to_ms: Annotated[Positive | None, Field(description="its end, ms; that of the run when left out")] = None

    @model_validator(mode="after")
    def _time_rises(self) -> Self:
        if self.to_ms is not None and self.to_ms <= self.from_ms:
            raise ValueError(f"to_ms: {self.to_ms:g} is not allowed; it must be above from_ms ({self.from_ms:g})")
        return self


class FiguresSection(Section):
    """What each figure shows."""

    family: FamilySection = FamilySection()
    traces: TracesSection = TracesSection()
    predictions: PredictionsSection = PredictionsSection()


class ReportSection(Section):
    """The report."""

    title: Annotated[str, Field(min_length=1, max_length=200, description="its title")] = "gbar report"
