"""The results of a sweep checked: its design, blocks, store and tables."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import zarr

from gbar.errors import UserError
from gbar.records.digest import file_digest
from gbar.report.findings import EDITED, Finding, fault, without_path
from gbar.sweeps.biomarker_table import DIVERGED, read_table
from gbar.sweeps.blocks import kept_rows, read_block
from gbar.sweeps.design_files import TABLE, read_design
from gbar.sweeps.rows import Rows, read_rows
from gbar.sweeps.store import ROWS_PER_SHARD, STATUS, array, open_store, read_kept, verify


def verify_sweep(folder: Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of the design, the blocks, the store and the tables of one sweep."""
    try:
        rows, digests = read_design(folder)
    except UserError as error:
        # It is made with the store, which cannot be judged without.
        yield fault(folder / TABLE, f"{without_path(folder, error)}; delete it and run Snakemake again")
        return
    blocks = set(rows.blocks)
    yield Finding(folder / TABLE, f"{len(rows.ids)} rows in {len(blocks)} blocks, as planned")
    store = _verify_store(folder / "store.zarr", rows, thorough)
    group = open_store(store.path) if store.ok else None
    design = {identity: row for row, identity in enumerate(rows.ids)}
    for name in sorted(blocks | {path.stem for path in (folder / "blocks").glob("*.npz")}):
        yield _verify_block(folder / "blocks" / f"{name}.npz", rows, design, group, thorough)
    yield store
    yield _verify_biomarkers(folder / "biomarkers.csv", rows, group, digests.get("biomarkers.csv"))
    yield _verify_beats(folder / "beats.csv", digests.get("beats.csv"))


def _verify_block(
    path: Path, rows: Rows, design: Mapping[str, int], group: zarr.Group | None, thorough: bool
) -> Finding:
    """Check a block against its table, the design and the store, where there is one."""
    if not path.exists():
        return fault(path, "is missing; run Snakemake again")
    if not thorough:
        return Finding(path, "is there")
    table = path.with_suffix(".csv")
    try:
        planned, block = read_rows(table), read_block(path)
    except UserError as error:
        return fault(path, without_path(path, error))
    if planned.ids != block.ids:
        return fault(path, f"its rows are not those of {table.name}; delete it and run Snakemake again")
    held = [(place, design[identity]) for place, identity in enumerate(block.ids) if identity in design]
    # A block that is older than a varied quantity has no column for it: its rows are at the cell's own value.
    for name in sorted(planned.values.keys() & rows.values.keys()):
        if any(planned.values[name][place] != rows.values[name][row] for place, row in held):
            return fault(path, f"{table.name} has other values of {name} than the design; delete both, run again")
    placed = [(place, row) for place, row in held if rows.blocks[row] == path.stem]
    if group is not None and not _in_store(block.V, block.status, placed, group):
        return fault(path, "the store has other voltages or statuses; delete store.zarr and run Snakemake again")
    return Finding(path, f"{len(block.ids)} rows as solved")


def _in_store(V: np.ndarray, status: np.ndarray, placed: list[tuple[int, int]], group: zarr.Group) -> bool:
    """Tell whether the store has what a block has, given pairs of the row in the block and in the store."""
    pairs = np.array(sorted(placed, key=lambda pair: pair[1]), dtype=int).reshape(-1, 2)
    in_block, in_store = pairs.T
    V, status = kept_rows(V, status, str(array(group, "V").dtype))
    stored = np.asarray(array(group, "status")[:])[in_store]
    if ((status[in_block] == DIVERGED) != (stored == DIVERGED)).any():
        return False
    # Runs of rows are read at once, no more than a shard.
    ends = np.flatnonzero((np.diff(in_store) != 1) | (in_store[1:] % ROWS_PER_SHARD == 0)) + 1
    return all(
        np.array_equal(V[run[:, 0]], read_kept(group, slice(run[0, 1], run[-1, 1] + 1)), equal_nan=True)
        for run in np.split(pairs, ends)
        if len(run)
    )


def _verify_store(path: Path, rows: Rows, thorough: bool) -> Finding:
    """Check a store against its digests, its design and the values of it."""
    if not path.exists():
        return fault(path, "is missing; run Snakemake again")
    try:
        wrong = verify(path, rows.ids, thorough)
        if not wrong:
            group = open_store(path)
            wrong = [
                f"it has other values of {name} than the design"
                for name, values in rows.values.items()
                if name not in group or not np.array_equal(np.asarray(array(group, name)[:]), values)
            ]
    except UserError as error:
        return fault(path, without_path(path, error))
    if wrong:
        return fault(path, f"{'; '.join(wrong)}; delete the folder and run Snakemake again")
    return Finding(path, f"complete, {len(rows.ids)} rows as designed")


def _verify_biomarkers(path: Path, rows: Rows, group: zarr.Group | None, digest: str | None) -> Finding:
    """Check a table of biomarkers against the design, the statuses of the store and its digest."""
    if not path.exists():
        return fault(path, "is missing; run Snakemake again")
    remedy = "delete it and run Snakemake again"
    try:
        table = read_table(path)
    except UserError as error:
        return fault(path, f"{without_path(path, error)}; {remedy}")
    if [row.id for row in table] != rows.ids or any(
        [row.scalings.get(name) for row in table] != column for name, column in rows.values.items()
    ):
        return fault(path, f"its rows are not those of the design; {remedy}")
    if group is not None and [row.status for row in table] != [
        STATUS[status] for status in np.asarray(array(group, "status")[:]).tolist()
    ]:
        return fault(path, f"it has other statuses than the store; {remedy}")
    if file_digest(path) != digest:
        return fault(path, f"{EDITED}; {remedy}")
    return Finding(path, f"{len(table)} rows as designed")


def _verify_beats(path: Path, digest: str | None) -> Finding:
    """Check a table of beats against its digest."""
    if not path.exists():
        return fault(path, "is missing; run Snakemake again")
    if file_digest(path) != digest:
        return fault(path, f"{EDITED}; delete it and run Snakemake again")
    return Finding(path, "as written")
