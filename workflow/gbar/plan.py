"""The plan of a sweep: which block, that is which job, solves which row.

A plan is made once per design and kept as files beside the blocks, so that every later reading of the Snakefile,
in cluster jobs too, sees the same blocks. Rows that an existing block holds stay there; the rest go into new
blocks named by their content. Nothing that was solved is planned again.

    SWEEP/design.csv           id, block and varied quantities of each row, in the order of the design
    SWEEP/design.json          key of the design, the list of its blocks, digest of design.csv
    SWEEP/blocks/BLOCK.csv     the rows of one block; BLOCK.npz holds them once solved
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.files import read_csv, write_csv, write_text
from gbar.sweep import DesignTable, design_key, design_table

PLAN_FORMAT = 2


@dataclass(frozen=True)
class Plan:
    """The blocks of a sweep's design and the size of the design."""

    blocks: tuple[str, ...]
    rows: int
    combinations: int


def plan_sweep(sweep: SweepSection, folder: str | Path) -> Plan:
    """Return the plan kept in a sweep's folder, made first if there is none for this design.

    Raises:
        UserError: the design cannot be used, or the folder cannot be written.
    """
    folder = Path(folder)
    key = f"{PLAN_FORMAT}-{design_key(sweep)}"
    return _kept_plan(folder, key) or _make_plan(sweep, folder, key)


def _kept_plan(folder: Path, key: str) -> Plan | None:
    try:
        kept = json.loads((folder / "design.json").read_text())
        plan = Plan(tuple(kept["blocks"]), kept["rows"], kept["combinations"])
    except (OSError, ValueError, KeyError):
        return None
    is_whole = (folder / "design.csv").exists() and all(_rows_file(folder, block).exists() for block in plan.blocks)
    return plan if kept["key"] == key and is_whole else None


def read_plan(folder: str | Path) -> Plan:
    """Return the plan kept in a sweep's folder, its design compared with it.

    Raises:
        UserError: there is no plan, a part of it is missing, or design.csv was changed since.
    """
    folder = Path(folder)
    try:
        kept = json.loads((folder / "design.json").read_text())
        plan = Plan(tuple(kept["blocks"]), kept["rows"], kept["combinations"])
        intact = kept["digest"] == _file_digest(folder / "design.csv")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder}: the plan cannot be read ({type(error).__name__}: {error})") from None
    if not intact:
        raise UserError(f"{folder}: design.csv is not as it was planned (its digest differs)")
    if missing := [block for block in plan.blocks if not _rows_file(folder, block).exists()]:
        raise UserError(f"{_rows_file(folder, missing[0])} is missing")
    return plan


def _make_plan(sweep: SweepSection, folder: Path, key: str) -> Plan:
    table = design_table(sweep)
    solved_in = _solved_rows(folder, set(table.ids))
    block_of = dict(solved_in)
    new_rows = [row for row, identity in enumerate(table.ids) if identity not in solved_in]
    for start in range(0, len(new_rows), sweep.rows_per_job):
        chosen = new_rows[start : start + sweep.rows_per_job]
        block = _block_name([table.ids[row] for row in chosen])
        block_of |= {table.ids[row]: block for row in chosen}
        write_csv(
            _rows_file(folder, block),
            ["id", *table.quantities],
            ([table.ids[row], *table.values[row].tolist()] for row in chosen),
        )
    blocks = tuple(dict.fromkeys(block_of[identity] for identity in table.ids))
    _write_design(folder, table, block_of)
    described = {
        "key": key,
        "blocks": blocks,
        "rows": len(table.ids),
        "combinations": table.combinations,
        "digest": _file_digest(folder / "design.csv"),
    }
    write_text(folder / "design.json", json.dumps(described, indent=1) + "\n")
    return Plan(blocks, len(table.ids), table.combinations)


def _solved_rows(folder: Path, wanted: set[str]) -> dict[str, str]:
    """Return the block of each wanted row that a solved block holds, the fullest blocks first."""
    held = {}
    for solved in (folder / "blocks").glob("*.npz"):
        if _rows_file(folder, solved.stem).exists():
            _, rows = read_csv(_rows_file(folder, solved.stem))
            held[solved.stem] = {row[0] for row in rows} & wanted
    block_of: dict[str, str] = {}
    for block in sorted(held, key=lambda name: (-len(held[name]), name)):
        for identity in held[block]:
            block_of.setdefault(identity, block)
    return block_of


def _write_design(folder: Path, table: DesignTable, block_of: dict[str, str]) -> None:
    write_csv(
        folder / "design.csv",
        ["id", "block", *table.quantities],
        (
            [identity, block_of[identity], *values]
            for identity, values in zip(table.ids, table.values.tolist(), strict=True)
        ),
    )


def _rows_file(folder: Path, block: str) -> Path:
    return folder / "blocks" / f"{block}.csv"


def _file_digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _block_name(ids: Sequence[str]) -> str:
    return hashlib.blake2b("".join(ids).encode(), digest_size=8).hexdigest()
