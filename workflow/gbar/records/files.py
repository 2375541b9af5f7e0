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


def check_links(folder: str | Path) -> None:
    """Check that nothing written into a folder ends up outside of it.

    Stores are not looked into: they are replaced as a whole.

    Raises:
        UserError: a link in the folder, in a copy that a stranger made for example, leads out of it.
    """
    root, waiting = Path(folder).resolve(), [str(folder)] if os.path.isdir(folder) else []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    if not Path(entry.path).resolve().is_relative_to(root):
                        raise UserError(
                            f"{entry.path}: is a link out of the results folder, to {os.readlink(entry.path)}, which "
                            "would be written to; remove it, or set `results` to a folder without such links"
                        )
                elif entry.is_dir() and not entry.name.endswith(".zarr"):
                    waiting.append(entry.path)


def regular(path: str | Path) -> Path:
    """Return the path of a file to read.

    Raises:
        OSError: it is a folder, or a device or a pipe, which might never end.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is no regular file")
    return Path(path)


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
        with regular(path).open(newline="", encoding="utf-8-sig") as file:
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
