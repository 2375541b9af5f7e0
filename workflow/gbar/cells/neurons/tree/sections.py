"""Points joined to sections by the rules of NEURON's Import3d.

A section is a run of points of one type between branchings. It begins with the point that it grows from, but where a
dendrite grows from a soma of one point, or from its inside: there it begins with its first own point, and is joined to
the middle of the soma by a wire that has no resistance. A soma of one point, or of three in the way of NeuroMorpho.org,
is a cylinder as long as wide, which has the membrane of a sphere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.cells.neurons.tree.swc import SOMA, Point, region_of
from gbar.errors import UserError

SAME_LENGTH = 0.01  # by which a soma of three points may be longer or shorter than wide


@dataclass(frozen=True)
class Section:
    """One unbranched cable.

    Attributes:
        name: as NEURON's, dend[3].
        region: soma, axon, dend, apic, or dend_7 of points of type 7.
        parent: name of the section that it grows from; None of the root.
        position: where on the parent, 0, 0.5 or 1.
        arc_um: of each point, from the section's beginning.
        diameter_um: at each point.
    """

    name: str
    region: str
    parent: str | None
    position: float
    arc_um: tuple[float, ...]
    diameter_um: tuple[float, ...]

    @property
    def length_um(self) -> float:
        """Length."""
        return self.arc_um[-1]


@dataclass
class _Run:
    """A section while it is made: its points' places (the first a copy of the point it grows from, but of the root)."""

    first: int
    points: list[int]
    type: int
    parent: "_Run | None" = None
    position: float = 1.0
    skip: int = 0  # points at the beginning that only say where the wire comes from
    equal_start: bool = False  # its first diameter is that of its second point

    @property
    def places(self) -> list[int]:
        return self.points[self.skip :]


def sections(points: Sequence[Point], path: Path) -> tuple[Section, ...]:
    """Return the sections of a tree, each after its parent.

    Args:
        points: of `read_swc`.
        path: of the file, for errors.

    Raises:
        UserError: a section has no length.
    """
    runs = _without_empty(_runs(points), points)
    count: dict[int, int] = {}
    name: dict[int, str] = {}
    found = []
    for run in runs:
        number = count.setdefault(run.type, 0)
        count[run.type] += 1
        region = region_of(run.type)
        name[id(run)] = f"{region}[{number}]"
        arc, diameter = _measured(run, points)
        if arc[-1] <= 0:
            raise UserError(f"{path} line {points[run.first].line}: the section that begins there has no length")
        parent = None if run.parent is None else name[id(run.parent)]
        found.append(Section(name[id(run)], region, parent, run.position, arc, diameter))
    return tuple(found)


def _runs(points: Sequence[Point]) -> list[_Run]:
    count = len(points)
    parent = [point.parent for point in points]
    kind = [point.type for point in points]
    children, at_start = _branchings(parent, kind)
    soma_children = [0] * count
    for i in range(1, count):
        if kind[i] == kind[parent[i]] == SOMA:
            soma_children[parent[i]] += 1
    sphere = _is_three_point_sphere(points, children)
    if sphere:
        parent[2] = 1
    for i in range(count - 1):
        if kind[i] == kind[i + 1] == SOMA and parent[i + 1] == i and not (i != 0 and soma_children[i] > 1):
            children[i] = 1.0
    runs: list[_Run] = []
    of_point = [0] * count
    first = 0
    for i in range(count):
        of_point[i] = len(runs)
        if i == count - 1 or children[i] != 1:
            runs.append(_run(first, i + 1, runs, of_point, parent, kind, soma_children, at_start[first]))
            if sphere:
                runs[0].points = [0]
            first = i + 1
    return runs


def _branchings(parent: list[int], kind: list[int]) -> tuple[list[float], list[bool]]:
    """Return of each point a number that is 1 where its section goes on, and whether a section of the point grows from
    the beginning of its parent's.
    """
    children, at_start = [0.0] * len(parent), [False] * len(parent)
    for i, p in enumerate(parent):
        if p < 0:
            continue
        children[p] += 1
        if p != i - 1:
            children[p] += 0.01
            wired = p > 1 and kind[p] != SOMA and kind[parent[p]] == SOMA
            if wired or (p == 0 and kind[p] != SOMA):
                at_start[i] = True
                children[p] = 1.0
        if kind[p] != kind[i]:
            children[p] += 0.01
    return children, at_start


def _is_three_point_sphere(points: Sequence[Point], children: list[float]) -> bool:
    """Return whether the soma is three points in the way of NeuroMorpho.org: the middle first, as long as wide."""
    if sum(point.type == SOMA for point in points) != 3 or points[1].parent != 0 or points[2].parent != 0:
        return False
    if children[1] or children[2] or len({point.radius_um for point in points[:3]}) > 1:
        return False
    length = sum(float(np.linalg.norm(_place(points[i]) - _place(points[0]))) for i in (1, 2))
    return abs(length / (2 * points[0].radius_um) - 1) < SAME_LENGTH


def _run(
    first: int,
    end: int,
    runs: list[_Run],
    of_point: list[int],
    parent: list[int],
    kind: list[int],
    soma_children: list[int],
    at_start: bool,
) -> _Run:
    """Return the section of the points from `first` to `end`; a branch of Import3d's `mksection` for every `if`."""
    if not runs:
        return _Run(first, list(range(first, end)), kind[first])
    grows_from = parent[first]
    above = runs[of_point[grows_from]]
    run = _Run(first, [grows_from, *range(first, end)], kind[first], above)
    on_soma, several = above.type == SOMA, end - first > 1
    from_soma = on_soma and kind[first] != SOMA
    branching_soma = soma_children[grows_from] > 1
    if above is runs[0] and from_soma and len(above.points) == 1:
        run.position, run.skip = 0.5, int(several)
    elif above is runs[0] and grows_from == above.first:
        run.position, run.skip = 0.0, int(kind[first] != SOMA and branching_soma)
    elif on_soma:
        if grows_from < above.first + len(above.points) - (1 if above is runs[0] else 2):
            run.position, run.skip = 0.5, int(from_soma and several)
        elif several and branching_soma and from_soma:
            run.skip = 1
    run.equal_start = from_soma
    if at_start:
        run.position = 0.0
    return run


def _without_empty(runs: list[_Run], points: Sequence[Point]) -> list[_Run]:
    """Return the sections without those of one point, or two at one place; their children grow from what is above."""
    kept = list(runs)
    for run in reversed(runs):
        if run.parent is None:
            continue
        places = run.places
        if len(places) > 2 or (len(places) == 2 and np.any(_place(points[places[0]]) != _place(points[places[1]]))):
            continue
        kept.remove(run)
        for other in kept:
            if other.parent is run:
                other.parent, other.position = run.parent, run.position
    return kept


def _place(point: Point) -> np.ndarray:
    return np.array([point.x_um, point.y_um, point.z_um])


def _measured(run: _Run, points: Sequence[Point]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return arc and diameter of the points of a section, in the single precision in which NEURON keeps points."""
    diameters = [2 * points[i].radius_um for i in run.points]
    if run.equal_start:
        diameters[0] = diameters[1]
    places = np.array([_place(points[i]) for i in run.places], np.float32).astype(float)
    diameter = np.array(diameters[run.skip :], np.float32).astype(float)
    if len(places) == 1:  # a sphere
        return (0.0, diameter[0] / 2, float(diameter[0])), (float(diameter[0]),) * 3
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    return tuple(np.concatenate([[0.0], np.cumsum(steps)]).tolist()), tuple(diameter.tolist())
