"""The states of a tree of compartments: which there are, and in which order they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gbar.cable.channels import CHANNELS
from gbar.cable.mechanisms import Cable
from gbar.cells.cell import State


@dataclass(frozen=True)
class Variable:
    """One quantity followed in a run of neighbouring nodes.

    Attributes:
        name: "V", "Cai", or channel and gate, as "Na_m".
        nodes: where it lives.
        rows: its rows among all states.
    """

    name: str
    nodes: slice
    rows: slice


def variables(cable: Cable) -> dict[str, Variable]:
    """Return the variables of a cable by name: V of every node, calcium of its pool, the gates of its channels."""
    places = {"V": slice(0, cable.tree.nodes)}
    for placement in cable.channels:
        nodes = cable.tree.compartments_of(placement.density.groups)
        if placement.channel == "Ca" and cable.pool is not None:
            places["Cai"] = nodes
        for gate, _ in CHANNELS[placement.channel].gates:
            places[f"{placement.channel}_{gate}"] = nodes
    found, row = {}, 0
    for name, nodes in places.items():
        found[name] = Variable(name, nodes, slice(row, row := row + nodes.stop - nodes.start))
    return found


def states(cable: Cable, default: Mapping[str, float]) -> tuple[State, ...]:
    """Return every state in order, with its initial value at the `default` parameters.

    The soma's membrane potential is "V"; others are named variable.section.compartment ("V.axon.0", "Na_m.soma.0"),
    and "V.junction0" is the potential where cables meet.
    """
    tree = cable.tree
    node_names = [f"{piece.section}.{piece.number}" for piece in tree.compartments]
    node_names += [f"junction{number}" for number in range(tree.junctions)]
    start = {"V": default[cable.start]}
    if cable.pool is not None:
        start["Cai"] = default[cable.pool.rest]
    for placement in cable.channels:
        channel = CHANNELS[placement.channel]
        opened_by = start["Cai"] if channel.by_calcium else start["V"]
        shift = 0.0 if placement.shift is None else default[placement.shift]
        relaxations = channel.relax(np.float64(opened_by + shift), np)
        for (gate, _), (steady, _) in zip(channel.gates, relaxations, strict=True):
            start[f"{placement.channel}_{gate}"] = float(steady)
    found = []
    for variable in variables(cable).values():
        for node in range(variable.nodes.start, variable.nodes.stop):
            name = "V" if variable.name == "V" and node == tree.soma else f"{variable.name}.{node_names[node]}"
            if variable.name == "V":
                found.append(State(name, start["V"], "mV", "voltage"))
            elif variable.name == "Cai":
                found.append(State(name, start["Cai"], "mM", "concentration"))
            else:
                found.append(State(name, start[variable.name], "1", "gate"))
    return tuple(found)
