"""What the figures of drugs have in common: a colour and a mark for each class of risk, and which drugs are shown."""

from collections.abc import Mapping, Sequence

import numpy as np

from gbar.drugs.drug import RISKS
from gbar.figures.style import GREY, PALETTE

# Of each class, the most dangerous first; of drugs whose class is not known last.
COLOURS = {"high": PALETTE[1], "intermediate": PALETTE[4], "low": PALETTE[0], "": GREY}
MARKS = {"high": "^", "intermediate": "s", "low": "o", "": "D"}
assert set(COLOURS) == {*RISKS, ""}


def told(risk: str) -> str:
    """Return a class of risk in words."""
    return f"{risk} risk" if risk else "risk not known"


def short(name: str, letters: int) -> str:
    """Return a name of at most so many letters."""
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def by_risk(risk: Mapping[str, str], most: int) -> list[str]:
    """Return names of drugs, the most dangerous class first; of too many those spread evenly.

    Args:
        risk: class of each drug by its name, in the order of the design.
        most: drugs that are shown.
    """
    names = [name for known in COLOURS for name, one in risk.items() if one == known]
    return [names[k] for k in np.unique(np.linspace(0, len(names) - 1, min(most, len(names))).round().astype(int))]


def left_out(shown: Sequence[str], drugs: int) -> str:
    """Return what a title says of how many drugs are shown."""
    noun = "drug" if drugs == 1 else "drugs"
    return f"{drugs} {noun}" if len(shown) == drugs else f"{len(shown)} of {drugs} {noun}, spread over the classes"
