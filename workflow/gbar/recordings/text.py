"""Tables of numbers as programs write them: commas, semicolons or tabs, decimal commas, `#` comments, ATF headers."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.records.files import regular

ATF = "ATF"
# The first line of sweeps side by side, as programs export them; it tells when each began, and names nothing.
SWEEP_STARTS = "sweep start"


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        path: the file.
        header: names of the columns.
        signals: the signal of each column where the file tells (ATF); else empty.
        rows: cells of each row, as many as columns.
        lines: line of the file of each row, from 1.
        decimal: sign before the decimals.
    """

    path: Path
    header: tuple[str, ...]
    signals: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    decimal: str

    def part(self, rows: slice) -> "Table":
        """Return the table with some of the rows."""
        return replace(self, rows=self.rows[rows], lines=self.lines[rows])

    def texts(self, place: int) -> list[str]:
        """Return the cells of a column, with decimal points."""
        cells = [row[place] for row in self.rows]
        return cells if self.decimal == "." else [cell.replace(self.decimal, ".") for cell in cells]

    def numbers(self, place: int) -> np.ndarray:
        """Return a column, NaN where a cell is empty.

        Raises:
            UserError: a cell is no number.
        """
        cells = self.texts(place)
        try:
            return np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            at = next(at for at, cell in enumerate(cells) if cell and not _is_number(cell))
            raise UserError(
                f"{self.path} line {self.lines[at]}, column {self.header[place]}: {cells[at]!r} is no number"
            ) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def read_text_table(path: Path) -> Table:
    """Return a table of a text file.

    Raises:
        UserError: the file cannot be read as text, has no header, or a row has another number of cells than the header.
    """
    lines = [(number, line) for number, line in enumerate(_decoded(path).splitlines(), start=1) if line.strip()]
    signals: tuple[str, ...] = ()
    if lines and lines[0][1].split("\t")[0].strip().strip('"') == ATF:
        lines, signals = _without_atf_header(path, lines)
    lines = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    if lines and lines[0][1].lstrip('" ').lower().startswith(SWEEP_STARTS):
        del lines[0]
    if not lines:
        raise UserError(f"{path}: the table is empty; its first line must name the columns")
    first = lines[0][1]
    separator = next((sign for sign in "\t;" if sign in first), ",")
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader((line for _, line in lines), delimiter=separator)]
    except csv.Error as error:
        raise UserError(f"{path}: cannot be read as a CSV table ({error})") from None
    header = cells[0]
    while header and not header[-1]:
        header.pop()  # a separator at the end of each line
    rows, numbers = [], []
    for (number, _), row in zip(lines[1:], cells[1:], strict=False):
        if len(row) > len(header) and not any(row[len(header) :]):
            del row[len(header) :]
        if row == header:
            continue  # which some programs write above each sweep
        if len(row) != len(header):
            raise UserError(f"{path} line {number}: {len(row)} cells; the header has {len(header)} columns")
        rows.append(row)
        numbers.append(number)
    comma = separator != "," and any("," in cell for row in rows for cell in row)
    return Table(path, tuple(header), signals, rows, numbers, "," if comma else ".")


def _decoded(path: Path) -> str:
    """Return the text of a file in the encodings that programs of laboratories write."""
    try:
        raw = regular(path).read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read as a CSV table ({error})") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw:
        raise UserError(f"{path}: cannot be read as a CSV table (it holds bytes that are no text)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _without_atf_header(path: Path, lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], tuple[str, ...]]:
    """Return the lines of an Axon text file from the names of its columns on, and the signal of each column.

    Its second line counts the lines of the header that follow, and the columns.
    """
    try:
        count = int(lines[1][1].split()[0])
        header = lines[2 : 2 + count]
        left = lines[2 + count :]
    except (IndexError, ValueError):
        raise UserError(
            f"{path}: cannot be read as an ATF file: its second line must count lines and columns"
        ) from None
    signals: tuple[str, ...] = ()
    for _, line in header:
        name, *found = (cell.strip().strip('"') for cell in line.split("\t"))
        if name == "Signals=":
            signals = ("", *(cell for cell in found if cell))
    return left, signals
