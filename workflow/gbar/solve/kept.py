"""Programs kept as they were traced, beside the machine code that JAX keeps, so that no process traces them again.

JAX finds the machine code of a program by the program, which every process has to trace and to lower for that: 1.4 s of
CPU time for a cell of 41 states, more than all the rest of its first solve. Here the lowered program itself is found,
by what it was made of: the cell, the options, the shapes, the library's files, the versions of what traces.
"""

import contextlib
import hashlib
import importlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jax
from jax import export

from gbar.cells.cell import Cell
from gbar.errors import UserError
from gbar.records.digest import file_digest
from gbar.records.files import whole
from gbar.records.provenance import library_digest, versions

FOLDER = "traced"  # in JAX's own cache
CHECK = hashlib.sha256().digest_size  # bytes of a kept program that tell whether the rest is as it was written


def kept(function: Callable[..., Any], cell: Cell, *options: Any) -> Callable[..., Any]:
    """Return a function compiled, but traced only once on this machine for each kind of arguments.

    Args:
        function: a function of arrays, which reads nothing but its arguments, the cell and the options.
        cell: the cell whose equations it holds.
        options: what else it was made with, with a `repr` that says all.
    """
    programs: dict[Any, Callable[..., Any]] = {}

    def run(*x: Any) -> Any:
        leaves, tree = jax.tree.flatten(x)
        kind = (tree, *(jax.typeof(leaf) for leaf in leaves))
        if kind not in programs:
            meaning = (function.__module__, function.__qualname__, _equations(cell), options, kind)
            programs[kind] = jax.jit(_exported(function, repr(meaning), x).call)
        return programs[kind](*x)

    return run


def _equations(cell: Cell) -> tuple[Any, ...]:
    """Return what tells the equations of a cell from others: it may come from anywhere, its module too."""
    file = importlib.import_module(cell.equations).__file__
    return cell, file_digest(file) if file else None


def _exported(function: Callable[..., Any], meaning: str, x: tuple[Any, ...]) -> export.Exported:
    """Return the program of a function for arguments like `x`, from the cache where it is there."""
    file = _file(meaning)
    if file is not None and (content := _content(file)) is not None:
        return export.deserialize(bytearray(content))
    exported = export.export(jax.jit(function))(*x)
    if file is not None:
        content = bytes(exported.serialize())
        with contextlib.suppress(OSError, UserError), whole(file) as made:  # without a cache it is traced every time
            made.write_bytes(hashlib.sha256(content).digest() + content)
    return exported


def _file(meaning: str) -> Path | None:
    """Return where a program is kept; None where JAX keeps nothing, or not in a folder."""
    folder = os.environ.get("JAX_COMPILATION_CACHE_DIR")  # as of `gbar.jobs.runtime`
    if not folder or "://" in folder:
        return None
    return Path(folder) / FOLDER / hashlib.sha256(f"{_surroundings()} {meaning}".encode()).hexdigest()


@cache
def _surroundings() -> str:
    """Return what a program depends on besides its meaning."""
    return repr((versions(), library_digest(), jax.default_backend()))


def _content(file: Path) -> bytes | None:
    """Return what a file keeps; None where there is none, or not as it was written."""
    try:
        written = file.read_bytes()
    except OSError:
        return None
    check, content = written[:CHECK], written[CHECK:]
    return content if hashlib.sha256(content).digest() == check else None
