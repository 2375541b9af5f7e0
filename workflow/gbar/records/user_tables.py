"""CSV tables that users write, by hand or from a spreadsheet: separators, decimal commas, and where a mistake stands.

Spreadsheets write semicolons and decimal commas in half of the world, tabs where asked to, a line `sep=;` before the
header, and empty cells behind the last column and below the last row. Where commas separate the cells a number has a
decimal point; where something else does, it may have a decimal comma.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gbar.errors import UserError
from gbar.records.files import regular

SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table that is not empty.

    Attributes:
        number: its number in the file, from 1.
        cells: without spaces around them.
    """

    number: int
    cells: list[str]


@dataclass(frozen=True)
class UserTable:
    """A table with a header.

    Attributes:
        path: its file.
        header: names of the columns.
        rows: its rows, each with as many cells as the header.
        decimal_comma: whether numbers may have a decimal comma.
    """

    path: str
    header: list[str]
    rows: list[Line]
    decimal_comma: bool

    def number(self, row: Line, name: str) -> float:
        """Return the number in one column of a row; NaN where it is none."""
        return number(row.cells[self.header.index(name)], self.decimal_comma)


def read_user_table(path: str | Path) -> UserTable:
    """Return a table.

    Raises:
        UserError: the file cannot be read, has no header, or a row has another number of cells than the header.
    """
    (first, *rows), decimal_comma = read_lines(path)
    header = _without_empty_end(first.cells, 0)
    for name in header:
        if not name:
            raise UserError(f"{path} line {first.number}: column {header.index(name) + 1} has no name")
    kept = [Line(row.number, _without_empty_end(row.cells, len(header))) for row in rows]
    for row in kept:
        if len(row.cells) != len(header):
            is_torn = not decimal_comma and len(row.cells) > len(header) and all(map(_is_number, row.cells))
            remedy = "; numbers take a decimal point where commas separate the cells" if is_torn else ""
            raise UserError(
                f"{path} line {row.number}: {len(row.cells)} cells; the header has {len(header)} columns{remedy}"
            )
    return UserTable(str(path), header, kept, decimal_comma)


def read_lines(path: str | Path, unread: str = "cannot be read as a CSV table") -> tuple[list[Line], bool]:
    """Return the lines of a table that are not empty, and whether numbers in it may have a decimal comma.

    Args:
        path: the file.
        unread: what is said of a file that cannot be read.

    Raises:
        UserError: the file cannot be read, or has no line.
    """
    try:
        with regular(path).open(newline="", encoding="utf-8-sig") as file:
            text = file.readlines()
        first, separator = _separator(text)
        reader = csv.reader(text[first:], delimiter=separator)
        read = (Line(first + reader.line_num, [cell.strip() for cell in cells]) for cells in reader)
        lines = [line for line in read if any(line.cells)]
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: {unread} ({error}); save it as CSV in UTF-8") from None
    except OSError as error:
        place = "" if Path(path).is_absolute() else f"; it was looked for in {Path.cwd()}"
        raise UserError(f"{path}: {unread} ({error}){place}") from None
    except csv.Error as error:
        raise UserError(f"{path}: {unread} ({error})") from None
    if not lines:
        raise UserError(f"{path}: the table is empty; its first line must name the columns")
    return lines, separator != ","


def number(text: str, decimal_comma: bool = False) -> float:
    """Return a number as it is written; NaN where it is none, as with marks between its digits (`5_4`, `1,000`)."""
    if decimal_comma and "." not in text:
        text = text.replace(",", ".", 1)
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def _is_number(text: str) -> bool:
    return math.isfinite(number(text))


def _separator(text: Sequence[str]) -> tuple[int, str]:
    """Return the number of lines before the header, and what separates its cells."""
    for place, line in enumerate(text):
        if not line.strip():
            continue
        if line.lower().startswith("sep=") and len(line.rstrip("\r\n")) == len("sep=;"):
            return place + 1, line[4]
        counts = {separator: line.count(separator) for separator in SEPARATORS}
        # In a single column a comma can only be a decimal one.
        return 0, max(SEPARATORS, key=lambda one: counts[one]) if any(counts.values()) else ";"
    return 0, ","


def _without_empty_end(cells: list[str], least: int) -> list[str]:
    """Return cells without the empty ones behind the last that is not, `least` of them at least."""
    length = len(cells)
    while length > least and not cells[length - 1]:
        length -= 1
    return cells[:length]
