"""What the variants of a cell of the library have in common."""

from dataclasses import dataclass
from typing import Any

from gbar.cells.cell import Cell, Parameter

# As cardiac cells have it whose temperature is no more than that of the reversal potentials.
TEMPERATURE = Parameter(
    "T", 310.0, "K", "temperature of the Nernst factor RT/F; the gates' kinetics do not follow it", lowest=273.0
)


@dataclass(frozen=True)
class Published:
    """A published cell model, whose equations stand in a module of its folder unless it is told otherwise.

    Attributes:
        name: in the registry, and of the folder.
        variants: names of all variants, the default first.
        title: the model in words.
        reference: the publication, with its DOI.
    """

    name: str
    variants: tuple[str, ...]
    title: str
    reference: str

    def cell(self, variant: str, **own: Any) -> Cell:
        """Return one of the variants.

        Args:
            variant: its name.
            own: the other attributes of `Cell`, `currents` and `tuning` where there are any.
        """
        shared = {"currents": (), "tuning": None, "equations": f"gbar.cells.{self.name}.equations"}
        return Cell(self.name, variant, self.variants, self.title, self.reference, **{**shared, **own})
