"""Files that appear whole or not at all, and small CSV tables."""

import csv
import errno
import glob
import os
import platform
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
        UserError: the folder of `path` cannot be made or written, or the disk is full.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.{_host()}.{os.getpid()}.", dir=path.parent))
    except OSError as error:
        raise UserError(f"{path.parent}: cannot be written ({error.strerror}); choose a folder that can") from None
    try:
        made = scratch / path.name
        yield made
        if made.is_dir() and path.is_dir():
            shutil.rmtree(path)
        os.replace(made, path)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UserError(f"{path}: the disk is full ({error.strerror}); make room and run again") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _remove_leftovers(path: Path) -> None:
    """Remove what processes of this machine that were killed have left of their attempts at `path`."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.{glob.escape(_host())}.*"):
        pid = left.name.split(".")[-2]
        if pid.isdecimal() and not _is_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _host() -> str:
    return platform.node().replace("/", "-")


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        return True  # there a signal 0 would end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return True


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
