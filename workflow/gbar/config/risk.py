"""The `risk` section: classes of risk of drugs from a marker of their simulated beats."""

from typing import Annotated

from pydantic import Field

from gbar.config.base import Count, Name, Positive, Section, Seed

BNET = "Bnet"
ABNORMAL = "abnormal"  # 1 of a row with an afterdepolarisation or that does not repolarise, else 0


class RiskSection(Section):
    """How drugs are classed: the marker's mean over doses, by ordinal logistic regression."""

    sweep: Annotated[Name, Field(description="the sweep, one of kind drug")]
    marker: Annotated[
        str, Field(min_length=1, description="column of biomarkers.csv, such as qNet_C_per_F; or Bnet; or abnormal")
    ] = "qNet_C_per_F"
    change: Annotated[bool, Field(description="the marker's difference from the control, in place of its value")] = (
        False
    )
    doses_Cmax: Annotated[
        tuple[Positive, ...],
        Field(min_length=1, description="doses that it is averaged over, in therapeutic concentrations"),
    ] = (1.0, 2.0, 3.0, 4.0)
    draws: Annotated[Count, Field(description="draws of one sample a drug, for the intervals")] = 2000
    seed: Annotated[Seed, Field(description="of the draws")] = 0
