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


def electrical(
    *, Ra: float, E_Na: float, E_K: float, E_Ca: float, E_leak: float, shift_na: float
) -> tuple[Parameter, ...]:
    """Return what a user may set of a neuron's axoplasm and channels beside densities, with these defaults."""
    return (
        Parameter("Ra", Ra, "ohm cm", "resistivity of the axoplasm", None, 1.0),
        Parameter("E_Na", E_Na, "mV", "reversal potential of Na"),
        Parameter("E_K", E_K, "mV", "reversal potential of K"),
        Parameter("E_Ca", E_Ca, "mV", "reversal potential of Ca"),
        Parameter("E_leak", E_leak, "mV", "reversal potential of the leak"),
        Parameter("shift_na", shift_na, "mV", "added to V in the kinetics of Na"),
    )


def environment(*, celsius: float, V0: float) -> tuple[Parameter, ...]:
    """Return what a user may set of a neuron as a whole, with these defaults."""
    warmer = "temperature; rates and channels' conductances grow 2.3-fold per 10 degrees"
    return Parameter("celsius", celsius, "degC", warmer), Parameter("V0", V0, "mV", "membrane potential at the start")


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
