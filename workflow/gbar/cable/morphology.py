"""Morphology of a neuron: unbranched sections joined to a tree, read from a CSV table.

One row a section. Its columns:

    section            name
    parent             name of the section it grows from; empty for the one root, the soma
    parent_position    where on the parent: 0 and 1 are its ends, 0.5 the compartment at its middle; empty for the root
    length_um          length
    diameter_um        diameter; of a tapering section at its beginning
    end_diameter_um    diameter at its end; empty where it does not taper
    compartments       number of compartments of equal length
    mechanisms         group of mechanisms it carries, one of those the cell knows

A section is attached with its beginning, as in NEURON.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from gbar.errors import UserError, wrong
from gbar.records.user_tables import number, read_lines

COLUMNS = (
    "section",
    "parent",
    "parent_position",
    "length_um",
    "diameter_um",
    "end_diameter_um",
    "compartments",
    "mechanisms",
)
POSITIONS = (0.0, 0.5, 1.0)
MOST_COMPARTMENTS = 10_000  # of a section; more is a slip of the pen


@dataclass(frozen=True)
class Section:
    """One unbranched cable; the meaning of the fields is that of the columns of the table.

    `parent` is None for the root; `position` has no meaning there.
    """

    name: str
    parent: str | None
    position: float
    length_um: float
    diameter_um: float
    end_diameter_um: float
    compartments: int
    group: str


def read_morphology(path: Path, groups: tuple[str, ...]) -> tuple[Section, ...]:
    """Return the sections of the table at `path`, in its order.

    Args:
        path: CSV file with the columns of this module's description.
        groups: groups of mechanisms the cell knows.

    Raises:
        UserError: the file cannot be read or lacks a column, a value makes no sense, a name stands twice, a parent
            is missing, there is not exactly one root, or sections form a ring.
    """
    (header, *rows), decimal_comma = read_lines(path, "the morphology cannot be read")
    if set(header.cells) != set(COLUMNS):
        raise wrong(f"{path}: columns", ",".join(header.cells), ",".join(COLUMNS))
    texts = [_text(row.cells, header.cells, f"{path}: row {place}") for place, row in enumerate(rows, start=1)]
    sections = tuple(
        _section(text, f"{path}: row {place}", groups, decimal_comma) for place, text in enumerate(texts, start=1)
    )
    _check_tree(sections, path)
    return sections


def _text(cells: list[str], header: list[str], where: str) -> dict[str, str]:
    """Return the text of a row by column; empty where the row ends before."""
    if any(cells[len(header) :]):
        raise UserError(
            f"{where}: there are more values than columns; a row has one value for each of the {len(COLUMNS)}"
        )
    return dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))


def _section(text: dict[str, str], where: str, groups: tuple[str, ...], decimal_comma: bool) -> Section:
    if not text["section"]:
        raise wrong(f"{where}: section", "", "a name")
    where = f"{where} ({text['section']})"
    if text["mechanisms"] not in groups:
        raise wrong(f"{where}: mechanisms", text["mechanisms"], f"one of {', '.join(groups)}")

    def positive(column: str) -> float:
        return _positive(text[column], f"{where}: {column}", decimal_comma)

    diameter = positive("diameter_um")
    return Section(
        name=text["section"],
        parent=text["parent"] or None,
        position=_position(text["parent_position"], f"{where}: parent_position", decimal_comma)
        if text["parent"]
        else 0.0,
        length_um=positive("length_um"),
        diameter_um=diameter,
        end_diameter_um=positive("end_diameter_um") if text["end_diameter_um"] else diameter,
        compartments=_count(text["compartments"], f"{where}: compartments"),
        group=text["mechanisms"],
    )


def _positive(text: str, where: str, decimal_comma: bool) -> float:
    value = number(text, decimal_comma)
    if not 0 < value < math.inf:
        raise wrong(where, text, "a finite number above 0")
    return value


def _count(text: str, where: str) -> int:
    if not (text.isdecimal() and len(text) <= len(str(MOST_COMPARTMENTS)) and 1 <= int(text) <= MOST_COMPARTMENTS):
        raise wrong(where, text, f"a whole number from 1 to {MOST_COMPARTMENTS}")
    return int(text)


def _position(text: str, where: str, decimal_comma: bool) -> float:
    value = number(text, decimal_comma)
    if value not in POSITIONS:
        raise wrong(where, text, "0, 0.5 or 1")
    return value


def _check_tree(sections: tuple[Section, ...], path: Path) -> None:
    parents: dict[str, str | None] = {}
    for section in sections:
        if section.name in parents:
            raise UserError(f"{path}: section {section.name!r} stands twice; every section must have a name of its own")
        parents[section.name] = section.parent
    for section in sections:
        if section.parent is not None and section.parent not in parents:
            raise wrong(f"{path}: parent of {section.name}", section.parent, "the name of a section, or empty")
    for section in sections:
        path_up = [section.name]
        while (parent := parents[path_up[-1]]) is not None:
            if parent in path_up:
                ring = " > ".join([*path_up[path_up.index(parent) :], parent])
                raise UserError(f"{path}: sections form a ring ({ring}); following the parents must lead to the root")
            path_up.append(parent)
    roots = [name for name, parent in parents.items() if parent is None]
    if len(roots) != 1:
        raise wrong(f"{path}: sections without a parent", ", ".join(roots), "exactly one, the soma")
