"""The `figures` and `report` sections: what the figures show and what the report is called."""

from typing import Annotated

from pydantic import Field

from gbar.config.base import Count, NonNegative, Positive, Section


class FamilySection(Section):
    """The action potentials over each current's scaling."""

    before_ms: Annotated[NonNegative, Field(description="time shown before the upstroke, ms")] = 50.0
    after_ms: Annotated[Positive, Field(description="time shown after the upstroke, ms")] = 550.0


class PredictionsSection(Section):
    """Predicted beside simulated action potentials."""

    settings: Annotated[Count, Field(le=12, description="held-out settings shown")] = 6


class FiguresSection(Section):
    """What each figure shows."""

    family: FamilySection = FamilySection()
    predictions: PredictionsSection = PredictionsSection()


class ReportSection(Section):
    """The report."""

    title: Annotated[str, Field(min_length=1, max_length=200, description="its title")] = "gbar report"
