"""design.csv and design.json beside a store: the plan by which it was gathered, and digests of the tables with it.

    SWEEP/design.csv     id, block and varied quantities of each row, in the order of the design and of the store
    SWEEP/design.json    its blocks, the number of its rows, digests of design.csv and biomarkers.csv

Later plans leave them alone: they tell of the store that is there.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from gbar.errors import UserError
from gbar.records.digest import file_digest
from gbar.records.files import write_text
from gbar.sweeps.rows import Rows, read_rows

TABLE, DESCRIPTION = "design.csv", "design.json"


def keep_design(plan: str | Path, folder: str | Path, tables: Sequence[str]) -> None:
    """Write design.csv and design.json into a sweep's folder.

    Args:
        plan: the plan's table of rows and blocks.
        folder: the sweep's folder.
        tables: names of other tables in it whose digests are kept, too.
    """
    folder = Path(folder)
    rows = read_rows(plan)
    write_text(folder / TABLE, Path(plan).read_text(encoding="utf-8"))
    described = {
        "blocks": list(dict.fromkeys(rows.blocks)),
        "rows": len(rows.ids),
        "digests": {name: file_digest(folder / name) for name in (TABLE, *tables)},
    }
    write_text(folder / DESCRIPTION, json.dumps(described, indent=1) + "\n")


def read_design(folder: str | Path) -> tuple[Rows, dict[str, str]]:
    """Return the rows of the design that a sweep's store was gathered by, and the digests of the tables with it.

    Raises:
        UserError: a file is missing, or design.csv was changed since.
    """
    folder = Path(folder)
    try:
        described = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        digests, blocks, number = described["digests"], described["blocks"], described["rows"]
        intact = digests[TABLE] == file_digest(folder / TABLE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder}: the design cannot be read ({type(error).__name__}: {error})") from None
    if not intact:
        raise UserError(f"{folder}: design.csv is not as it was planned (its digest differs)")
    rows = read_rows(folder / TABLE)
    if (list(dict.fromkeys(rows.blocks)), len(rows.ids)) != (blocks, number):
        raise UserError(f"{folder}: design.json has other blocks or rows than design.csv")
    return rows, digests
