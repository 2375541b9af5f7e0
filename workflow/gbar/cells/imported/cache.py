"""Compiled cells, kept in the user's cache under the digest of their file and of what compiled them.

A file is read in a process of its own, whose home is a temporary folder: the library that reads it writes into the
home, and what reads a stranger's file shall hold nothing else.
"""

import functools
import hashlib
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gbar.cells.cell import Cell, Current, Parameter, State, Stimulation
from gbar.cells.imported.model import MANY_STATES, Told
from gbar.errors import UserError
from gbar.records.digest import file_digest
from gbar.records.files import regular, write_text

SHOWN = 12  # digits of a file's digest in a cell's name
VARIANT = "file"
DT_MS = 0.005  # of Rush-Larsen, where the user says nothing
NOTHING = Told()
_HREF = re.compile(rb"""href\s*=\s*["']([^"']+)["']""")


def folder() -> Path:
    """Return the folder of compiled cells."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gbar" / "cells"


def cell_of(file: str | Path, told: Told = NOTHING) -> Cell:
    """Return the cell of a file, compiled now unless it is in the cache.

    Raises:
        UserError: the file cannot be read, is no model, or one that cannot be a cell.
    """
    path = Path(file)
    name = f"{plain(path.stem)}@{digest(path, told)[:SHOWN]}"
    if not _table(name).exists():
        _compile(path, told, name)
    return named(name)


def named(name: str) -> Cell:
    """Return a cell that has been compiled on this machine.

    Args:
        name: as of its `Cell.name`, file@digest.

    Raises:
        UserError: it has not, or not by this version.
    """
    return in_cache(name, lambda: _loaded(_table(name)))


def in_cache(name: str, load: Callable[[], Cell]) -> Cell:
    """Return the cell that `load` reads from the cache.

    Raises:
        UserError: it is not there, or not as this version writes it.
    """
    try:
        return load()
    except (OSError, ValueError, TypeError, KeyError):
        raise UserError(
            f"cell: {name!r} has not been compiled here by this version of gbar; `gbar check-cell FILE` does that"
        ) from None


def names() -> list[str]:
    """Return the cells that have been compiled on this machine."""
    ending = f".{_generator()}.json"
    return sorted(path.name.removesuffix(ending) for path in folder().glob(f"*{ending}"))


def table(cell: Cell) -> dict[str, Any]:
    """Return what was understood of a compiled cell: the fields of `compiling.Compiled` but for the text."""
    return json.loads(_table(cell.name).read_text(encoding="utf-8"))


def text_of(cell: Cell) -> str:
    """Return the module of the equations of a compiled cell."""
    return (folder() / f"{cell.equations.rpartition('.')[2]}.py").read_text(encoding="utf-8")


def digest(file: str | Path, told: Told = NOTHING) -> str:
    """Return a digest of a file, of the files beside it that it imports, and of what the user says of it.

    Raises:
        UserError: the file cannot be read.
    """
    found = hashlib.sha256()
    waiting, seen = [Path(file)], set()
    while waiting:
        path = waiting.pop(0)
        try:
            content = regular(path).read_bytes()
        except OSError as error:
            raise UserError(f"cell: {str(path)!r} cannot be read ({error.strerror})") from None
        found.update(hashlib.sha256(content).digest())
        if path.suffix != ".mmt" and b"import" in content:
            for href in _HREF.findall(content):
                beside = path.parent / os.fsdecode(href).partition("#")[0]
                if beside.is_file() and beside.resolve() not in seen:
                    seen.add(beside.resolve())
                    waiting.append(beside)
    if told != NOTHING:
        found.update(json.dumps(asdict(told), sort_keys=True).encode())
    return found.hexdigest()


@functools.cache
def _generator() -> str:
    """Return a digest of the code that compiles files."""
    found = hashlib.blake2b(digest_size=6)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def plain(stem: str) -> str:
    """Return a file's name as part of a cell's, safe in a path, in text and on a terminal."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", stem)[:60].lstrip(".-") or "model"


def _table(name: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9_.-]+@[0-9a-f]+", name):
        raise UserError(f"cell: {name!r} is no name of a compiled cell, which is file@digest")
    return folder() / f"{name}.{_generator()}.json"


def _module(name: str) -> str:
    return f"c_{name.rpartition('@')[2]}_{_generator()}"


def _compile(path: Path, told: Told, name: str) -> None:
    print(f"gbar: compiling {path}: reading its equations", file=sys.stderr, flush=True)
    made = in_child("compile", path, told) | {"file": path.name, "sha256": file_digest(path)}
    if len(made["states"]) >= MANY_STATES:
        print(f"gbar: {path}: {len(made['states'])} states: the first solve compiles them for minutes", file=sys.stderr)
    write_text(folder() / f"{_module(name)}.py", made.pop("text"))
    write_text(_table(name), json.dumps(made, indent=1))


def in_child(task: str, path: Path, told: Told) -> dict[str, Any]:
    """Return what a process of its own finds out about a file; see `gbar.cells.imported.files.child`.

    Raises:
        UserError: it finds something wrong with the file, or fails.
    """
    with tempfile.TemporaryDirectory(prefix="gbar-cell-") as home:
        library = str(Path(__file__).parents[3])
        environment = os.environ | {
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "MPLCONFIGDIR": home,
            "PYTHONPATH": os.pathsep.join(filter(None, [library, os.environ.get("PYTHONPATH")])),
        }
        out = Path(home) / "found.json"
        command = [sys.executable, "-m", "gbar.cells.imported.files.child", task, str(path.resolve()), str(out)]
        done = subprocess.run(
            command, input=json.dumps(asdict(told)), env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode or not out.exists():
            raise UserError(_reason(path, done))
        return json.loads(out.read_text(encoding="utf-8"))


def _reason(path: Path, done: subprocess.CompletedProcess) -> str:
    lines = done.stderr.strip().splitlines()
    if done.returncode == 2 and lines:
        return lines[-1].replace(str(path.resolve()), str(path))
    return f"{path}: cannot be compiled ({lines[-1] if lines else f'the process ended with {done.returncode}'})"


@functools.lru_cache(maxsize=32)
def _loaded(table: Path) -> Cell:
    made = json.loads(table.read_text(encoding="utf-8"))
    name = table.name.removesuffix(f".{_generator()}.json")
    if not (folder() / f"{_module(name)}.py").exists():
        raise OSError(f"{_module(name)} is not there")
    modules = importlib.import_module("gbar.cells.imported.modules")
    if str(folder()) not in modules.__path__:
        modules.__path__.append(str(folder()))
    return Cell(
        name=name,
        variant=VARIANT,
        variants=(VARIANT,),
        title=made["title"],
        reference=f"{made['reference'] or made['title']}, as in the file {made['file']} (SHA-256 {made['sha256']})",
        states=tuple(State(**one) for one in made["states"]),
        parameters=tuple(Parameter(**tuples(one)) for one in made["parameters"]),
        currents=tuple(Current(**tuples(one)) for one in made["currents"]),
        tuning=None,
        equations=f"gbar.cells.imported.modules.{_module(name)}",
        methods=("rosenbrock", "rush_larsen"),
        dt_ms=DT_MS,
        stimulus=Stimulation(
            **{**made["stimulation"], "defaults": tuple((key, value) for key, value in made["stimulation"]["defaults"])}
        ),
        tissue=made["tissue"],
        folds=True,
    )


def tuples(values: dict[str, Any]) -> dict[str, Any]:
    """Return values read from JSON, their lists as the tuples that were written."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
