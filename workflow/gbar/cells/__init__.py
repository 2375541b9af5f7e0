"""The cell models, by name. A new cell is its own module or package and one line here."""

import importlib
from pathlib import Path

from gbar.cells.cell import Cell, Current, Parameter, State, Stimulation
from gbar.cells.imported import cache as imported
from gbar.errors import UserError, wrong

__all__ = ["Cell", "Current", "Parameter", "State", "Stimulation", "get", "names"]

# name -> module with `VARIANTS` (names, the default first) and `cell(variant) -> Cell`; imported when asked for,
# so that one cell's file matters to no other cell's jobs. A cell with compartments takes `cell(variant, morphology)`.
_MODULES = {
    "akwaboah2021": "gbar.cells.akwaboah2021",
    "ballsticks": "gbar.cells.ballsticks",
    "hodgkinhuxley1952": "gbar.cells.hodgkinhuxley1952",
    "izhikevich2003": "gbar.cells.izhikevich2003",
    "mainen1996": "gbar.cells.mainen1996",
    "tentusscher2004": "gbar.cells.tentusscher2004",
}
_WITH_MORPHOLOGY = ("ballsticks", "mainen1996")


def names() -> list[str]:
    """Return the names of all cells."""
    return sorted(_MODULES)


def get(name: str, variant: str | None = None, morphology: str | Path | None = None) -> Cell:
    """Return a cell by name, in its default variant or the one named.

    Args:
        name: one of `names()`, the path of a model in CellML, SBML or Myokit's format, or the name of such a cell that
            has been compiled here (file@digest).
        variant: one of the cell's variants.
        morphology: a table of sections to use in place of the cell's own (cells with compartments).

    Raises:
        UserError: no such cell, no such variant of it, or a table that is no morphology.
    """
    if imported.is_file(name) or "@" in name:
        return _imported(name, variant, morphology)
    if name not in _MODULES:
        raise wrong("cell", name, f"one of {', '.join(names())}")
    module = importlib.import_module(_MODULES[name])
    variants = tuple(module.VARIANTS)
    if variant is None:
        variant = variants[0]
    if variant not in variants:
        raise wrong(f"variant of {name}", variant, f"one of {', '.join(variants)}")
    if morphology is None:
        return module.cell(variant)
    if name not in _WITH_MORPHOLOGY:
        raise UserError(f"morphology: {name} has no compartments; {' and '.join(_WITH_MORPHOLOGY)} take one")
    return module.cell(variant, Path(morphology))


def _imported(name: str, variant: str | None, morphology: str | Path | None) -> Cell:
    cell = imported.named(name) if "@" in name and not imported.is_file(name) else imported.cell_of(name)
    if variant not in (None, cell.variant):
        raise wrong(f"variant of {name}", variant, f"left out: a file is one cell ({cell.variant})")
    if morphology is not None:
        raise UserError(f"morphology: {name} has no compartments; {' and '.join(_WITH_MORPHOLOGY)} take one")
    return cell
