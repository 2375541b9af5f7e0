"""Sections cut into compartments: areas, resistances, and the order in which a tree of them is solved.

The geometry is NEURON's. A compartment is a cylinder with the section's diameter at its middle, its membrane lumped
there; between the middles of neighbours lie the two half compartments in series. Where sections meet at an end, the
end is a node without membrane. It is kept only where three or more cables meet: between two it is a resistance in
series, at a loose end it carries no current.
"""

import math
from dataclasses import dataclass

from gbar.cable.morphology import Section


@dataclass(frozen=True)
class Compartment:
    """One piece of membrane: its section, its number within it, its group of mechanisms, and its area."""

    section: str
    number: int
    group: str
    area_um2: float


@dataclass(frozen=True)
class Edge:
    """A cable between two nodes.

    Attributes:
        child, parent: the nodes.
        resistances_per_um: its resistance over the resistivity of the axoplasm, by the groups that it lies in.
    """

    child: int
    parent: int
    resistances_per_um: tuple[tuple[str, float], ...]

    @property
    def per_resistivity_um(self) -> float:
        """Its conductance times the resistivity where that is the same everywhere."""
        return 1 / sum(resistance for _, resistance in self.resistances_per_um)


@dataclass(frozen=True)
class Piece:
    """A compartment of a section before it is joined to a tree.

    Attributes:
        area_um2: of its membrane.
        diameter_um: on average.
        left_per_um, right_per_um: axial resistance from its middle to its beginning and end, over the resistivity.
    """

    area_um2: float
    diameter_um: float
    left_per_um: float
    right_per_um: float


@dataclass(frozen=True)
class Cut:
    """A section cut into compartments; the names are those of `gbar.cable.morphology.Section`."""

    name: str
    parent: str | None
    position: float
    group: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Tree:
    """Compartments and junctions, and the cables between them.

    Attributes:
        compartments: grouped by their mechanisms; they are the first nodes.
        junctions: number of nodes without membrane, which follow.
        soma: node of the middle of the root section, where current is injected and V recorded.
        edges: in the order in which children are eliminated, so that the last parent is the node the tree hangs
            from. That is its centre: the fewer levels, the fewer operations that wait for each other.
    """

    compartments: tuple[Compartment, ...]
    junctions: int
    soma: int
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> int:
        """Number of compartments and junctions."""
        return len(self.compartments) + self.junctions

    def compartments_of(self, groups: tuple[str, ...]) -> slice:
        """Return the compartments of the `groups` as one slice of the nodes.

        Raises:
            ValueError: they do not lie side by side.
        """
        found = [i for i, compartment in enumerate(self.compartments) if compartment.group in groups]
        run = slice(found[0], found[-1] + 1) if found else slice(0, 0)
        if run.stop - run.start != len(found):
            raise ValueError(f"groups {groups} are apart in the order of the cell's groups")
        return run


def build_tree(sections: tuple[Section, ...], groups: tuple[str, ...]) -> Tree:
    """Return the tree of `sections` (checked, one root), its compartments in the order of `groups`."""
    return joined(tuple(_cut(section) for section in sections), groups)


def joined(sections: tuple[Cut, ...], groups: tuple[str, ...]) -> Tree:
    """Return the tree of sections that are cut (one root), its compartments in the order of `groups`."""
    ordered = sorted(sections, key=lambda section: groups.index(section.group))
    compartments = [
        Compartment(section.name, number, section.group, piece.area_um2)
        for section in ordered
        for number, piece in enumerate(section.pieces)
    ]
    node = {(piece.section, piece.number): i for i, piece in enumerate(compartments)}
    graph = _Graph(len(compartments))
    root = next(section for section in sections if section.parent is None)
    children: dict[str | None, list[Cut]] = {}
    for section in sections:
        children.setdefault(section.parent, []).append(section)
    start, end = {root.name: graph.new_junction()}, {}
    waiting = [root]
    while waiting:
        section = waiting.pop()
        here, half_before = start[section.name], 0.0
        for number, piece in enumerate(section.pieces):
            graph.connect(here, node[section.name, number], {section.group: half_before + piece.left_per_um})
            here, half_before = node[section.name, number], piece.right_per_um
        end[section.name] = graph.new_junction()
        graph.connect(here, end[section.name], {section.group: half_before})
        middle = node[section.name, len(section.pieces) // 2]
        place = {0.0: start[section.name], 0.5: middle, 1.0: end[section.name]}
        for child in children.get(section.name, ()):
            start[child.name] = place[child.position]
            waiting.append(child)
    graph.drop_idle_junctions(len(compartments))
    return Tree(
        compartments=tuple(compartments),
        junctions=len(graph.neighbours) - len(compartments),
        soma=node[root.name, len(root.pieces) // 2],
        edges=graph.edges_from_centre(),
    )


def _cut(section: Section) -> Cut:
    """Return a section as cylinders, each with the diameter at its middle."""
    length, pieces = section.length_um / section.compartments, []
    for number in range(section.compartments):
        middle = (number + 0.5) / section.compartments
        diameter = section.diameter_um + middle * (section.end_diameter_um - section.diameter_um)
        half = length / 2 / (math.pi * diameter * diameter / 4)
        pieces.append(Piece(math.pi * diameter * length, diameter, half, half))
    return Cut(section.name, section.parent, section.position, section.group, tuple(pieces))


class _Graph:
    """Nodes and the resistances (over the resistivity, 1/um, by group) between them, while a tree is built."""

    def __init__(self, compartments: int) -> None:
        self.neighbours: dict[int, dict[int, dict[str, float]]] = {i: {} for i in range(compartments)}

    def new_junction(self) -> int:
        new = len(self.neighbours)
        self.neighbours[new] = {}
        return new

    def connect(self, a: int, b: int, resistance: dict[str, float]) -> None:
        self.neighbours[a][b] = self.neighbours[b][a] = resistance

    def drop_idle_junctions(self, compartments: int) -> None:
        """Drop junctions at loose ends, put those between two cables in series, number the others afresh."""
        for junction in [node for node in self.neighbours if node >= compartments]:
            around = self.neighbours[junction]
            if len(around) > 2:
                continue
            for other in around:
                del self.neighbours[other][junction]
            del self.neighbours[junction]
            if len(around) == 2:
                (a, ra), (b, rb) = around.items()
                self.connect(a, b, {group: ra.get(group, 0.0) + rb.get(group, 0.0) for group in {**ra, **rb}})
        number = {old: new for new, old in enumerate(sorted(self.neighbours))}
        self.neighbours = {
            number[node]: {number[other]: r for other, r in around.items()} for node, around in self.neighbours.items()
        }

    def edges_from_centre(self) -> tuple[Edge, ...]:
        """Return the edges, deepest first, of the tree hung from the middle of its longest path."""
        one_end = self._walk(0)[-1][0]
        walk = self._walk(one_end)
        above = dict(walk)
        longest: list[int] = []
        node: int | None = walk[-1][0]
        while node is not None:
            longest.append(node)
            node = above[node]
        walk = self._walk(longest[len(longest) // 2])
        return tuple(
            Edge(child, parent, tuple(self.neighbours[child][parent].items()))
            for child, parent in reversed(walk)
            if parent is not None
        )

    def _walk(self, root: int) -> list[tuple[int, int | None]]:
        """Return (node, the node above it), nearest to the root first."""
        walk: list[tuple[int, int | None]] = [(root, None)]
        for node, above in walk:
            walk += [(other, node) for other in self.neighbours[node] if other != above]
        return walk
