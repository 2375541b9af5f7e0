"""The plan of a sweep: which block, that is which job, solves which row.

A plan is made once per design and kept as files beside the blocks, so that every later reading of the Snakefile,
in cluster jobs too, sees the same blocks. Rows that an existing block holds stay there; the rest go into new
blocks named by their content. Nothing that was solved is planned again. Plans of other designs are left alone: to look
at an edited configuration (`snakemake -n`) while jobs run changes nothing for these.

    SWEEP/plans/KEY.json       of one design: its blocks, its size, its table, and the solved blocks it has no use for
    SWEEP/plans/TABLE.csv      id, block and varied quantities of each row, in the order of the design; named by content
    SWEEP/blocks/BLOCK.csv     the rows of one block; BLOCK.npz holds them once solved
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gbar.config.sweep import SweepSection
from gbar.drugs.drug import Drug
from gbar.errors import UserError
from gbar.records.files import read_csv, write_csv, write_text
from gbar.sweeps.design import DesignTable, design_key, design_table

PLAN_FORMAT = 3


@dataclass(frozen=True)
class Plan:
    """The blocks of a sweep's design, the size of the design, and its table.

    Attributes:
        blocks: names of the blocks.
        rows: number of distinct settings.
        combinations: settings counted with their repetitions.
        table: name of the table of the design, plans/TABLE.csv.
    """

    blocks: tuple[str, ...]
    rows: int
    combinations: int
    table: str


def plan_sweeps(
    sweeps: Mapping[str, SweepSection], folder: str | Path, drugs: Mapping[str, Drug] | None = None
) -> dict[str, Plan]:
    """Return the plan of each sweep, by its name.

    Args:
        sweeps: by name.
        folder: that the folders of the sweeps are in.
        drugs: as of `gbar.sweeps.design.design_table`.

    Raises:
        UserError: as `plan_sweep`; the sweep is named.
    """
    plans = {}
    for name, sweep in sweeps.items():
        try:
            plans[name] = plan_sweep(sweep, Path(folder) / name, drugs)
        except UserError as error:
            raise UserError(f"sweeps.{name}: {error}") from None
    return plans


def plan_sweep(
    sweep: SweepSection,
    folder: str | Path,
    drugs: Mapping[str, Drug] | None = None,
    members: str | Path | None = None,
) -> Plan:
    """Return the plan kept in a sweep's folder, made first if there is none for this design.

    Args:
        sweep: its section of the configuration.
        folder: of the sweep.
        drugs: as of `gbar.sweeps.design.design_table`.
        members: likewise.

    Raises:
        UserError: the design cannot be used, or the folder cannot be written.
    """
    folder = Path(folder)
    key = f"{PLAN_FORMAT}-{design_key(sweep, drugs, members)}"
    return _kept_plan(folder, key) or _make_plan(design_table(sweep, drugs, members), sweep.rows_per_job, folder, key)


def _kept_plan(folder: Path, key: str) -> Plan | None:
    """Return the plan of this design if all its tables are there and no other design has solved of its rows since."""
    try:
        kept = json.loads(_plan_file(folder, key).read_text())
        plan = Plan(**kept["plan"] | {"blocks": tuple(kept["plan"]["blocks"])})
        without_use = set(kept["without_use"])
        files = set(os.listdir(folder / "blocks"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_whole = _table_file(folder, plan.table).exists() and all(f"{block}.csv" in files for block in plan.blocks)
    solved = _solved_blocks(files)
    is_latest = solved >= set(plan.blocks) or solved - set(plan.blocks) <= without_use
    return plan if is_whole and is_latest else None


def _solved_blocks(files: set[str]) -> set[str]:
    return {file.removesuffix(".npz") for file in files if file.endswith(".npz")}


def _make_plan(table: DesignTable, rows_per_job: int, folder: Path, key: str) -> Plan:
    solved_in = _solved_rows(folder, set(table.ids))
    block_of = dict(solved_in)
    new_rows = [row for row, identity in enumerate(table.ids) if identity not in solved_in]
    for start in range(0, len(new_rows), rows_per_job):
        chosen = new_rows[start : start + rows_per_job]
        block = _block_name([table.ids[row] for row in chosen])
        block_of |= {table.ids[row]: block for row in chosen}
        if not _rows_file(folder, block).exists():  # of a plan that was not run, or is being run
            write_csv(
                _rows_file(folder, block),
                ["id", *table.quantities],
                ([table.ids[row], *table.values[row].tolist()] for row in chosen),
            )
    blocks = tuple(dict.fromkeys(block_of[identity] for identity in table.ids))
    plan = Plan(blocks, len(table.ids), table.combinations, _write_table(folder, table, block_of))
    without_use = sorted(_solved_blocks(set(os.listdir(folder / "blocks"))) - set(blocks))
    write_text(_plan_file(folder, key), json.dumps({"plan": asdict(plan), "without_use": without_use}, indent=1) + "\n")
    return plan


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


def _write_table(folder: Path, table: DesignTable, block_of: dict[str, str]) -> str:
    """Write the table of a design unless it is there, and return its name."""
    blocks = [block_of[identity] for identity in table.ids]
    digest = hashlib.blake2b(table.values.tobytes(), digest_size=8)
    for words in (table.quantities, table.ids, blocks):
        digest.update(",".join(words).encode() + b"\n")
    file = _table_file(folder, digest.hexdigest())
    if not file.exists():
        rows = zip(table.ids, blocks, table.values, strict=True)
        lines = ([identity, block, *values.tolist()] for identity, block, values in rows)
        write_csv(file, ["id", "block", *table.quantities], lines)
    return file.stem


def _plan_file(folder: Path, key: str) -> Path:
    return folder / "plans" / f"{key}.json"


def _table_file(folder: Path, name: str) -> Path:
    return folder / "plans" / f"{name}.csv"


def _rows_file(folder: Path, block: str) -> Path:
    return folder / "blocks" / f"{block}.csv"


def _block_name(ids: Sequence[str]) -> str:
    return hashlib.blake2b("".join(ids).encode(), digest_size=8).hexdigest()
