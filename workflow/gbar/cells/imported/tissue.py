"""The kind of cell by which beats are told, where the name of the file or of the model gives it away."""

import re

from gbar.cells.cell import Tissue

_NEURON = re.compile(r"squid|axon|nerve|neuron|hodgkin", re.IGNORECASE)
_NODE = re.compile(r"(?<![a-z])san(?![a-z])|sino.?atrial|sinus.?node|pace.?maker", re.IGNORECASE)


def tissue_of(*names: str) -> Tissue:
    """Return the kind of cell: a neuron's or a node's by its names, a cardiac one otherwise, as most such files are."""
    text = " ".join(names)
    return "neuron" if _NEURON.search(text) else "nodal" if _NODE.search(text) else "cardiac"
