"""Which library modules a job runs, and how a job finds them.

The files of `code_of` are inputs of a rule, so that Snakemake, which does not see imports, compares their content.
"""

import ast
import os
import sys
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def code_of(*modules: str) -> list[Path]:
    """Return the files of modules of this library and of everything of it that they import, directly or not.

    Imports inside functions count as well. The package's own `__init__`, a facade that imports on demand, is left
    out. Modules found by name at run time (a cell's) are not seen: list them.

    Args:
        modules: dotted names, e.g. "gbar.sweeps.store".
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found or module == PACKAGE.name:
            continue
        found.add(module)
        waiting += _imports(module)
        if "." in module:
            waiting.append(module.rpartition(".")[0])
    return sorted(_file(module) for module in found)


def data_of(module: str) -> list[Path]:
    """Return the tables that stand beside a package of this library; none for a plain module."""
    file = _file(module)
    return sorted(file.parent.glob("*.csv")) if file.name == "__init__.py" else []


def offer_to_jobs() -> None:
    """Let the commands of this process run this source tree, with this Python unless they activate another."""
    for name, folder in (("PYTHONPATH", PACKAGE.parent), ("PATH", Path(sys.executable).parent)):
        others = [entry for entry in os.environ.get(name, "").split(os.pathsep) if entry and entry != str(folder)]
        os.environ[name] = os.pathsep.join([str(folder), *others])


def _file(module: str) -> Path:
    """Return the file of a module of this library; raise ModuleNotFoundError when it has none."""
    place = PACKAGE.joinpath(*module.split(".")[1:])
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if module.split(".")[0] == PACKAGE.name and file.exists():
            return file
    raise ModuleNotFoundError(module)


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Return the modules of this library that one module imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(_file(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(name for name in names if name.split(".")[0] == PACKAGE.name and _is_module(name))


def _is_module(name: str) -> bool:
    try:
        _file(name)
    except ModuleNotFoundError:
        return False
    return True
