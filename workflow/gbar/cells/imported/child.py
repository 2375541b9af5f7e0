"""The process that reads a stranger's file: `python -m gbar.cells.imported.child FILE OUT`, what is told as input."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from gbar.cells.imported.model import Told
from gbar.errors import UserError


def main(file: str, out: str) -> int:
    """Compile a file into a table with the text of its equations, and return the exit status."""
    given = json.load(sys.stdin)
    told = Told(**{**given, "currents": tuple((name, variable) for name, variable in given["currents"])})
    try:
        from gbar.cells.imported.compiling import compiled
        from gbar.cells.imported.reading import read
    except ModuleNotFoundError as error:
        print(f"{file}: reading it needs {error.name}: pip install 'gbar[cells]'", file=sys.stderr)
        return 2
    try:
        made = compiled(read(Path(file), told), told)
    except UserError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    Path(out).write_text(json.dumps(asdict(made)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
