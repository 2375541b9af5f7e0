"""What a neuron from files is, as its step takes it: its tree, and which mechanism is where. Imports no JAX."""

from dataclasses import dataclass

from gbar.cable.tree import Tree
from gbar.cells.neurons.nmodl.units import FARADAY, GAS

ZERO_CELSIUS = 273.15  # K


@dataclass(frozen=True)
class Setting:
    """A quantity of a mechanism or of the membrane in the regions that have it.

    Attributes:
        field: under which the equations read it.
        parameters: name of the parameter that sets it, region by region.
        scales: names of the scalings that multiply it, region by region.
    """

    field: str
    parameters: tuple[str, ...]
    scales: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Mechanism:
    """A mechanism in the membrane.

    Attributes:
        suffix: its name.
        module: of its equations.
        regions: where it is, in the order of the tree's compartments.
        states: what it keeps from step to step, with the field under which its equations read it.
        reads: what it reads of ions, likewise.
        currents: ion -> name of the current that it carries of it.
        writes: concentrations among its states.
        settings: what can be set.
    """

    suffix: str
    module: str
    regions: tuple[str, ...]
    states: tuple[tuple[str, str], ...]
    reads: tuple[tuple[str, str], ...]
    currents: tuple[tuple[str, str], ...]
    writes: tuple[str, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Ion:
    """An ion in one region.

    Attributes:
        name: of the ion.
        region: of the tree.
        valence: of the ion.
        reversal: parameter of its reversal potential; None where that follows from the concentrations.
        inside, outside: parameters of its concentrations, at the start where a mechanism changes them.
    """

    name: str
    region: str
    valence: float
    reversal: str | None
    inside: str
    outside: str

    def volts_per_kelvin(self) -> float:
        """Return R/(z F)."""
        return GAS / FARADAY / self.valence


@dataclass(frozen=True)
class Neuron:
    """A neuron.

    Attributes:
        tree: its compartments, region by region.
        regions: with their number of compartments.
        diameters_um: of the compartments.
        mechanisms: those that change concentrations first.
        ions: in every region where a mechanism uses them.
        capacitance, resistivity: cm and Ra of the regions.
        second_order: whether a step is one of Crank and Nicolson's instead of Euler's.
    """

    tree: Tree
    regions: tuple[tuple[str, int], ...]
    diameters_um: tuple[float, ...]
    mechanisms: tuple[Mechanism, ...]
    ions: tuple[Ion, ...]
    capacitance: Setting
    resistivity: Setting
    second_order: bool

    def nodes_of(self, regions: tuple[str, ...]) -> tuple[slice, ...]:
        """Return the compartments of some regions, as few slices as they make."""
        found: list[slice] = []
        start = 0
        for region, count in self.regions:
            if region in regions:
                if found and found[-1].stop == start:
                    found[-1] = slice(found[-1].start, start + count)
                else:
                    found.append(slice(start, start + count))
            start += count
        return tuple(found)

    def counts(self, regions: tuple[str, ...]) -> tuple[int, ...]:
        """Return the number of compartments of each of some regions."""
        count = dict(self.regions)
        return tuple(count[region] for region in regions)

    def rows(self) -> dict[tuple[str, str], slice]:
        """Return where each state of each mechanism, (suffix, state), stands among all states."""
        found, row = {}, self.tree.nodes
        for mechanism in self.mechanisms:
            count = sum(self.counts(mechanism.regions))
            for state, _ in mechanism.states:
                found[mechanism.suffix, state] = slice(row, row := row + count)
        return found

    def writer(self, concentration: str, region: str) -> Mechanism | None:
        """Return the mechanism that changes a concentration in a region; None where it does not change."""
        for mechanism in self.mechanisms:
            if concentration in mechanism.writes and region in mechanism.regions:
                return mechanism
        return None
