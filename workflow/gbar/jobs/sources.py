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

    Imports inside functions count as well, but for those of functions marked as jobs, which are run by their own
    name only. The package's own `__init__`, a facade that imports on demand, is left out. Modules found by name at run
    time (a cell's) are not seen: list them.

    Args:
        modules: dotted names, e.g. "gbar.sweeps.store"; of a job with its function, "gbar.sweeps.gather:gather".
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found or module == PACKAGE.name:
            continue
        found.add(module)
        name, _, job = module.partition(":")
        imports = _imports(name)
        waiting += imports[""] + (imports[job] if job else [])
        if "." in name:
            waiting.append(name.rpartition(".")[0])
    return sorted({_file(module.partition(":")[0]) for module in found})


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
    if place := _place(module):
        return place
    raise ModuleNotFoundError(module)


def _place(module: str) -> Path | None:
    """Return the file of a module of this library, None when it has none."""
    package, *names = module.split(".")
    place = PACKAGE.joinpath(*names)
    files = (place.with_suffix(".py"), place / "__init__.py") if package == PACKAGE.name else ()
    return next((file for file in files if file.exists()), None)


@cache
def _imports(module: str) -> dict[str, list[str]]:
    """Return the modules of this library that a module imports, by its jobs' functions; those of the rest by ""."""
    names: dict[str, list[str]] = {"": []}
    for statement in ast.parse(_file(module).read_text(encoding="utf-8")).body:
        found = names.setdefault(_job_of(statement), [])
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return {job: [name for name in found if _place(name)] for job, found in names.items()}


def _job_of(statement: ast.stmt) -> str:
    """Return the name of a function that is marked as a job; none for any other statement."""
    marks = statement.decorator_list if isinstance(statement, ast.FunctionDef) else []
    is_job = any(isinstance(mark, ast.Call) and ast.unparse(mark.func) == "job" for mark in marks)
    return statement.name if isinstance(statement, ast.FunctionDef) and is_job else ""
