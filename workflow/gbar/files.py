"""Files that appear whole or not at all, and small CSV tables."""

import csv
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gbar.errors import UserError


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Give a temporary sibling of `path` to write a file or a folder to; it takes its place once the block ends well.

    Raises:
        UserError: the folder of `path` cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise UserError(f"{path.parent}: cannot be written ({error.strerror}); choose a folder that can") from None
    try:
        made = scratch / path.name
        yield made
        if made.is_dir() and path.is_dir():
            shutil.rmtree(path)
        os.replace(made, path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with whole(path) as made:
        made.write_text(text, encoding="utf-8")


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, whole or not at all; floats are written so that they read back unchanged."""
    with whole(path) as made, made.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_csv(path: str | Path) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table.

    Raises:
        UserError: the file cannot be read, has no header, or a row has another number of cells than the header.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            lines = [[cell.strip() for cell in line] for line in csv.reader(file) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as a CSV table ({error})") from None
    if not lines:
        raise UserError(f"{path}: the table is empty; its first line must name the columns")
    header, *rows = lines
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise UserError(f"{path} line {number}: {len(row)} cells; the header has {len(header)} columns")
    return header, rows
