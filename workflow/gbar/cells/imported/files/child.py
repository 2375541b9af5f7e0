"""The process that reads a stranger's file: `python -m gbar.cells.imported.files.child TASK FILE OUT`.

What is told of the file comes as its input, as JSON; what it finds is written to OUT, or its error ends as one line.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gbar.cells.imported.model import Told
from gbar.errors import UserError


def main(task: str, file: str, out: str) -> int:
    """Do a task, "compile", "rates" or "prove", and return the exit status."""
    given = json.load(sys.stdin)
    told = Told(**{**given, "currents": tuple((name, variable) for name, variable in given["currents"])})
    try:
        found = _task(task)(Path(file), told)
    except ModuleNotFoundError as error:
        print(f"{file}: reading it needs {error.name}: pip install 'gbar[cells]'", file=sys.stderr)
        return 2
    except UserError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    Path(out).write_text(json.dumps(found), encoding="utf-8")
    return 0


def _task(task: str) -> Callable[[Path, Told], dict[str, Any]]:
    from gbar.cells.imported import compiling
    from gbar.cells.imported.files import proving, reading

    if task in ("rates", "prove"):
        return lambda path, told: proving.proof(path, told, traced=task == "prove")
    return lambda path, told: asdict(compiling.compiled(reading.read(path, told), told))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
