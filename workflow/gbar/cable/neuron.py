"""Published neurons of compartments: a table of sections, a membrane, and the step in which NEURON solves them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gbar.cable.mechanisms import Cable
from gbar.cable.morphology import read_morphology
from gbar.cable.states import states
from gbar.cable.tree import build_tree
from gbar.cells.cell import Cell, Parameter, Stimulation
from gbar.cells.published import Published


def neuron(
    published: Published,
    variant: str,
    morphology: Path,
    groups: tuple[str, ...],
    membrane: Mapping[str, Any],
    parameters: tuple[Parameter, ...],
    stimulus: Stimulation,
) -> Cell:
    """Return a variant of a neuron on a tree.

    Args:
        published: what its variants have in common.
        variant: one of them.
        morphology: table of its tree, as `gbar.cable.morphology` describes it; its root is the soma.
        groups: groups of mechanisms that the sections belong to, in the order of the compartments.
        membrane: the other attributes of `Cable`.
        parameters: what a user may set, with this variant's defaults.
        stimulus: how it is stimulated.

    Raises:
        UserError: the table makes no tree.
    """
    cable = Cable(tree=build_tree(read_morphology(morphology, groups), groups), **membrane)
    return published.cell(
        variant,
        states=states(cable, {parameter.name: parameter.default for parameter in parameters}),
        parameters=parameters,
        tuning=cable,
        equations="gbar.cable.step",
        methods=("backward_euler",),
        dt_ms=0.02,
        stimulus=stimulus,
        tissue="neuron",
    )
