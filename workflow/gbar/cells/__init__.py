"""The cell models, by name. A new cell is its own module or package and one line here."""

import importlib
from pathlib import Path
from typing import Any

from gbar.cells.cell import Cell, Current, Parameter, State, Stimulation
from gbar.errors import UserError, wrong

__all__ = [
    "Cell", "Current", "Parameter", "State", "Stimulation", "files", "from_file", "get", "is_neuron", "modules",
    "names", "neuron",
]  # fmt: skip

# name -> module with `VARIANTS` (names, the default first) and `cell(variant) -> Cell`; imported when asked for,
# so that one cell's file matters to no other cell's jobs. A cell with compartments takes `cell(variant, morphology)`.
_MODULES = {
    "akwaboah2021": "gbar.cells.akwaboah2021",
    "ballsticks": "gbar.cells.ballsticks",
    "hodgkinhuxley1952": "gbar.cells.hodgkinhuxley1952",
    "izhikevich2003": "gbar.cells.izhikevich2003",
    "mainen1996": "gbar.cells.mainen1996",
    "ohara2011": "gbar.cells.ohara2011",
    "tentusscher2004": "gbar.cells.tentusscher2004",
    "tomek2019": "gbar.cells.tomek2019",
}
_IMPORTED = "gbar.cells.imported"  # what makes cells of files, found by name as the cells are
_NEURONS = "gbar.cells.neurons"  # what makes neurons of files
_ENDINGS = (".mmt", ".cellml", ".sbml", ".xml")
_NEURON_ENDINGS = (".yaml", ".yml")
_NEURON_PARTS = (".swc", ".mod")
_WITH_MORPHOLOGY = ("ballsticks", "mainen1996")


def names() -> list[str]:
    """Return the names of all cells."""
    return sorted(_MODULES)


def get(name: str, variant: str | None = None, morphology: str | Path | None = None) -> Cell:
    """Return a cell by name, in its default variant or the one named.

    Args:
        name: one of `names()`, the path of a model in CellML, SBML or Myokit's format or of a neuron in YAML, or the
            name of such a cell that has been compiled here (file@digest).
        variant: one of the cell's variants.
        morphology: a table of sections to use in place of the cell's own (cells with compartments).

    Raises:
        UserError: no such cell, no such variant of it, or a table that is no morphology.
    """
    if name.endswith((*_ENDINGS, *_NEURON_ENDINGS, *_NEURON_PARTS)) or "@" in name:
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


def from_file(file: str | Path, **told: Any) -> Cell:
    """Return the cell of a model in CellML, SBML or Myokit's format, or of a neuron's YAML, compiled if need be.

    Args:
        file: its path.
        told: what the user says of it, as of `gbar.cells.imported.model.Told`.

    Raises:
        UserError: it cannot be read, is no model, or one that cannot be a cell.
    """
    if str(file).endswith(_NEURON_PARTS):
        raise UserError(f"cell: {str(file)!r} is a part of a neuron, which is said by morphology and mechanisms")
    if str(file).endswith(_NEURON_ENDINGS):
        for key, value in told.items():
            if value:
                raise UserError(f"{key}: {value!r} is not allowed for a neuron; leave it out")
        return get(str(file))
    cache, model = (importlib.import_module(f"{_IMPORTED}.{module}") for module in ("cache", "model"))
    return cache.cell_of(file, model.Told(**told))


def neuron(section: Any) -> Cell:
    """Return the neuron of a tree in SWC and mechanisms in NMODL.

    Args:
        section: what the user says of it, a `gbar.config.neuron.NeuronSection`.

    Raises:
        UserError: files or values that make no neuron.
    """
    cache, said = (importlib.import_module(f"{_NEURONS}.{module}") for module in ("cache", "told"))
    return cache.cell_of(said.told(section))


def files(file: str | None, section: Any = None) -> tuple[str, ...]:
    """Return the user's files that a cell is made of: a model, or a neuron's tree and mechanisms.

    Args:
        file: of the model, or a neuron's YAML.
        section: what the user says of a neuron instead, a `gbar.config.neuron.NeuronSection`.
    """
    said = importlib.import_module(f"{_NEURONS}.told")
    if section is not None:
        return said.told(section).files
    assert file is not None
    return (file, *said.read_told(file).files) if file.endswith(_NEURON_ENDINGS) else (file,)


def is_neuron(cell: Cell) -> bool:
    """Return whether a cell is a neuron of the user's files."""
    return cell.equations.startswith(_NEURONS)


def modules(cell: Cell) -> list[str]:
    """Return the modules of the library that a cell's equations are in or made of."""
    if cell.name not in _MODULES:
        return [f"{_IMPORTED}.functions", *([cell.equations] if is_neuron(cell) else [])]
    return [_MODULES[cell.name], cell.equations]


def _imported(name: str, variant: str | None, morphology: str | Path | None) -> Cell:
    if name.endswith((*_ENDINGS, *_NEURON_PARTS)):
        cell = from_file(name)
    else:
        cell = _neuron(name) or importlib.import_module(f"{_IMPORTED}.cache").named(name)
    if variant not in (None, cell.variant):
        raise wrong(f"variant of {name}", variant, f"left out: a file is one cell ({cell.variant})")
    if morphology is not None:
        raise UserError(f"morphology: {name} has no compartments; {' and '.join(_WITH_MORPHOLOGY)} take one")
    return cell


def _neuron(name: str) -> Cell | None:
    """Return the neuron of a file in YAML, or of a name; None where the name is no neuron's."""
    cache, said = (importlib.import_module(f"{_NEURONS}.{module}") for module in ("cache", "told"))
    if name.endswith(_NEURON_ENDINGS):
        return cache.cell_of(said.read_told(name))
    return cache.named(name) if cache.exists(name) else None
