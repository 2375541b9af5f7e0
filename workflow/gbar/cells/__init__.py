"""The cell models, by name. A new cell is its own module or package and one line here."""

import importlib

from gbar.cells.cell import Cell, Current, Parameter, State
from gbar.errors import wrong

__all__ = ["Cell", "Current", "Parameter", "State", "get", "names"]

# name -> module with `VARIANTS` (names, the default first) and `cell(variant) -> Cell`; imported when asked for,
# so that one cell's file matters to no other cell's jobs.
_MODULES = {
    "akwaboah2021": "gbar.cells.akwaboah2021",
}


def names() -> list[str]:
    """Return the names of all cells."""
    return sorted(_MODULES)


def get(name: str, variant: str | None = None) -> Cell:
    """Return a cell by name, in its default variant or the one named.

    Raises:
        UserError: no such cell, or no such variant of it.
    """
    if name not in _MODULES:
        raise wrong("cell", name, f"one of {', '.join(names())}")
    module = importlib.import_module(_MODULES[name])
    variants = tuple(module.VARIANTS)
    if variant is None:
        variant = variants[0]
    if variant not in variants:
        raise wrong(f"variant of {name}", variant, f"one of {', '.join(variants)}")
    return module.cell(variant)
