"""The rows of a design or of one block, as the plan wrote them."""

from dataclasses import dataclass
from pathlib import Path

from gbar.errors import UserError
from gbar.records.files import read_csv


@dataclass(frozen=True)
class Rows:
    """Rows read back from design.csv or a block's table.

    Attributes:
        ids: identity of each row.
        blocks: block of each row; empty for a block's own table.
        values: varied quantity -> its value in each row.
    """

    ids: list[str]
    blocks: list[str]
    values: dict[str, list[float]]


def noise_key(identity: str) -> int:
    """Return the number that a row's noise is drawn by: it stays with the row whatever block the row is in."""
    return int(identity, 16)


def read_rows(path: str | Path) -> Rows:
    """Return the rows of design.csv or of a block's table.

    Raises:
        UserError: the file is not such a table.
    """
    header, rows = read_csv(path)
    if header[0] != "id":
        raise UserError(f"{path}: the first column is {header[0]!r}; a design's table begins with 'id'")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    ids, blocks = columns.pop("id"), columns.pop("block", [])
    try:
        return Rows(ids, blocks, {name: [float(text) for text in column] for name, column in columns.items()})
    except ValueError as error:
        raise UserError(f"{path}: {error}; every value must be a number") from None
