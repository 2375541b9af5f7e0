"""The points of an SWC file: `id type x y z radius parent`, um, a parent of -1 for the root.

Cannon RC, Turner DA, Pyapali GK, Wheal HV. An on-line archive of reconstructed hippocampal neurons. J Neurosci Methods
1998;84:49-54. doi:10.1016/S0165-0270(98)00091-0
"""

import math
from dataclasses import dataclass
from pathlib import Path

from gbar.errors import UserError
from gbar.records.files import regular

SOMA, AXON, DENDRITE, APICAL = 1, 2, 3, 4
REGIONS = {SOMA: "soma", AXON: "axon", DENDRITE: "dend", APICAL: "apic"}
FIELDS = ("id", "type", "x", "y", "z", "radius", "parent")


@dataclass(frozen=True)
class Point:
    """One point: what the columns of the file say; its parent is a place in the list of points, -1 for the root."""

    type: int
    x_um: float
    y_um: float
    z_um: float
    radius_um: float
    parent: int
    line: int


def region_of(type_: int) -> str:
    """Return what NEURON calls the sections of a type."""
    return REGIONS.get(type_) or (f"minus_{-type_}" if type_ < 0 else f"dend_{type_}")


def read_swc(path: Path) -> tuple[Point, ...]:
    """Return the points of a file, by rising id.

    Raises:
        UserError: the file cannot be read, a line is no point, an id stands twice, a parent is missing or stands behind
            its child, or there is not one root.
    """
    rows = _rows(path)
    if len(rows) < 1:
        raise UserError(f"{path}: has no points")
    rows.sort(key=lambda row: row[0])
    place = {}
    for k, (identity, *_, line) in enumerate(rows):
        if identity in place:
            raise UserError(
                f"{path} line {line}: the id {identity} stands twice, first in line {rows[place[identity]][-1]}"
            )
        place[identity] = k
    parents = {row[0]: row[6] for row in rows}
    roots = [row for row in rows if row[6] < 0]
    for identity, *_, parent, line in rows:
        if parent >= 0 and parent not in place:
            raise UserError(f"{path} line {line}: the parent {parent} of point {identity} is missing")
        if parent >= identity:
            kind = "is in a ring of parents" if _rings(identity, parents) else "has a parent with a larger id"
            raise UserError(f"{path} line {line}: point {identity} {kind}; ids must rise from the root")
    if len(roots) != 1:
        lines = ", ".join(str(row[-1]) for row in roots)
        raise UserError(f"{path}: has {len(roots)} roots (lines {lines}); a neuron has one point with the parent -1")
    return tuple(
        Point(kind, x, y, z, radius, place.get(parent, -1), line) for _, kind, x, y, z, radius, parent, line in rows
    )


def _rows(path: Path) -> list[tuple]:
    try:
        text = regular(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"morphology: {str(path)!r} cannot be read ({error.strerror})") from None
    rows = []
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.partition("#")[0].split()
        if words:
            rows.append(_row(words, f"{path} line {line}", line))
    return rows


def _row(words: list[str], where: str, line: int) -> tuple:
    if len(words) != len(FIELDS):
        raise UserError(f"{where}: has {len(words)} values; a point has {len(FIELDS)} ({' '.join(FIELDS)})")
    values = []
    for name, word in zip(FIELDS, words, strict=True):
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        whole = name in ("id", "type", "parent")
        if not math.isfinite(value) or (whole and value != round(value)):
            raise UserError(f"{where}: {name} {word!r} is not allowed; it must be a {'whole ' if whole else ''}number")
        values.append(int(value) if whole else value)
    if values[5] <= 0:
        raise UserError(f"{where}: radius {words[5]!r} is not allowed; it must be above 0")
    if values[0] < 0:
        raise UserError(f"{where}: id {words[0]!r} is not allowed; it must be at least 0")
    return (*values, line)


def _rings(identity: int, parents: dict[int, int]) -> bool:
    """Return whether a point is its own ancestor."""
    at = parents[identity]
    for _ in parents:
        if at == identity:
            return True
        at = parents.get(at, -1)
    return False
