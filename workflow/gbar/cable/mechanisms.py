"""Which mechanisms a neuron's membrane carries, where, and which parameter sets them: data of a cell."""

from collections.abc import Mapping
from dataclasses import dataclass

from gbar.cable.tree import Tree


@dataclass(frozen=True)
class Density:
    """A property of the membrane by group of compartments: (group, name of the parameter that sets it, its unit).

    Units are "pS/um2", "S/cm2" or "ohm cm2" (the inverse) of a conductance, "uF/cm2" of a capacitance. Groups left
    out lack it.
    """

    by_group: tuple[tuple[str, str, str], ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that have it."""
        return tuple(group for group, _, _ in self.by_group)


def density(parameters: Mapping[str, str], unit: str) -> Density:
    """Return the density that `parameters` (group -> name of the parameter) of one unit set."""
    return Density(tuple((group, parameter, unit) for group, parameter in parameters.items()))


@dataclass(frozen=True)
class Placement:
    """A channel in the membrane.

    Attributes:
        channel: its name in `gbar.cable.channels`.
        density: its maximal conductance at 23 degrees Celsius.
        reversal: name of the parameter of its reversal potential, mV.
        shift: name of the parameter added to V in its kinetics, mV; None for none.
    """

    channel: str
    density: Density
    reversal: str
    shift: str | None = None


@dataclass(frozen=True)
class Pool:
    """Calcium in a shell below the membrane, wherever the channel "Ca" is: names of its parameters.

    Attributes:
        depth: depth of the shell, um.
        decay: time constant of its return to rest, ms.
        rest: concentration at rest, mM.
    """

    depth: str
    decay: str
    rest: str


@dataclass(frozen=True)
class Cable:
    """A neuron: its tree and its membrane.

    Attributes:
        tree: compartments and the cables between them.
        capacitance: in every group.
        leak: conductance without gates, in every group.
        channels: each channel at most once.
        pool: calcium, where the cell follows it.
        resistivity: name of the parameter of the axoplasm's resistivity, ohm cm.
        leak_reversal: name of the parameter of the leak's reversal potential, mV.
        start: name of the parameter of the membrane potential at t = 0, mV.
        temperature: name of the parameter of the temperature, degrees Celsius.
    """

    tree: Tree
    capacitance: Density
    leak: Density
    channels: tuple[Placement, ...]
    pool: Pool | None
    resistivity: str = "Ra"
    leak_reversal: str = "E_leak"
    start: str = "V0"
    temperature: str = "celsius"
