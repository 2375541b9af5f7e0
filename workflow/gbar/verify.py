"""A folder of results checked: designs, blocks, stores, tables of biomarkers, models.

Each is compared with its own digest and with what it was made from. What is wrong is told with what to delete: the next
run of Snakemake makes it again, and what follows from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr

from gbar.biomarker_table import DIVERGED, read_table
from gbar.blocks import read_block
from gbar.errors import UserError
from gbar.model_files import read_model_files
from gbar.plan import read_plan
from gbar.rows import Rows, read_rows
from gbar.store import ROWS_PER_SHARD, STATUS, array, open_store, read_voltage, verify


@dataclass(frozen=True)
class Finding:
    """What was found of one file or folder.

    Attributes:
        path: the file or folder.
        said: what it holds, or what is wrong with it and what to do.
        ok: whether it is as it should be.
    """

    path: Path
    said: str
    ok: bool = True


def verify_results(folder: str | Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of each design, block, store, table of biomarkers and model in a results folder.

    Args:
        folder: results folder of a study.
        thorough: whether blocks and voltages are read; without, every file must be there, and ids, values, statuses
            and models be as they were written.

    Raises:
        UserError: it is no results folder.
    """
    sweeps = sorted(path.parent for path in Path(folder).glob("sweeps/*/design.json"))
    if not sweeps:
        raise UserError(f"{folder}: is no results folder, which has sweeps/NAME/design.json, and no store")
    for sweep in sweeps:
        yield from verify_sweep(sweep, thorough)
    if (windows := Path(folder) / "emulate/windows.zarr").exists():
        yield _verify_windows(windows)
    for model in sorted(Path(folder).glob("emulate/*/model")):
        yield verify_model(model)


def verify_sweep(folder: Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of the design, the blocks, the store and the biomarkers of one sweep."""
    try:
        plan = read_plan(folder)
        rows = read_rows(folder / "design.csv")
    except UserError as error:
        yield Finding(folder / "design.csv", f"{error}; delete design.json and run Snakemake again", ok=False)
        return
    yield Finding(folder / "design.csv", f"{len(rows.ids)} rows in {len(plan.blocks)} blocks, as planned")
    store = _verify_store(folder / "store.zarr", rows, thorough)
    group = open_store(store.path) if store.ok else None
    design = {identity: row for row, identity in enumerate(rows.ids)}
    for name in sorted({*plan.blocks, *(path.stem for path in (folder / "blocks").glob("*.npz"))}):
        yield _verify_block(folder / "blocks" / f"{name}.npz", rows, design, group, thorough)
    yield store
    yield _verify_biomarkers(folder / "biomarkers.csv", rows, group)


def verify_model(folder: Path) -> Finding:
    """Return what there is to say of a model: its card, its history and its parameters against their digest."""
    try:
        _, arrays = read_model_files(folder)
    except UserError as error:
        return Finding(folder, _without(folder, error), ok=False)
    return Finding(folder, f"{sum(values.size for values in arrays.values())} parameters as trained")


def _verify_block(
    path: Path, rows: Rows, design: Mapping[str, int], group: zarr.Group | None, thorough: bool
) -> Finding:
    """Check a block against its table, the design and the store, where there is one."""
    if not path.exists():
        return _wrong(path, "is missing; run Snakemake again")
    if not thorough:
        return Finding(path, "is there")
    table = path.with_suffix(".csv")
    try:
        planned, block = read_rows(table), read_block(path)
    except UserError as error:
        return _wrong(path, _without(path, error))
    if planned.ids != block.ids:
        return _wrong(path, f"its rows are not those of {table.name}; delete it and run Snakemake again")
    held = [(place, design[identity]) for place, identity in enumerate(block.ids) if identity in design]
    for name, values in rows.values.items():
        if any(planned.values.get(name, [])[place : place + 1] != [values[row]] for place, row in held):
            return _wrong(path, f"{table.name} has other values of {name} than the design; delete both, run again")
    placed = [(place, row) for place, row in held if rows.blocks[row] == path.stem]
    if group is not None and not _in_store(block.V, block.status, placed, group):
        return _wrong(path, "the store has other voltages or statuses; delete store.zarr and run Snakemake again")
    return Finding(path, f"{len(block.ids)} rows as solved")


def _in_store(V: np.ndarray, status: np.ndarray, placed: list[tuple[int, int]], group: zarr.Group) -> bool:
    """Tell whether the store has what a block has, given pairs of the row in the block and in the store."""
    pairs = np.array(sorted(placed, key=lambda pair: pair[1]), dtype=int).reshape(-1, 2)
    in_block, in_store = pairs.T
    stored = np.asarray(array(group, "status")[:])[in_store]
    if ((status[in_block] == DIVERGED) != (stored == DIVERGED)).any():
        return False
    # Runs of rows are read at once, no more than a shard.
    ends = np.flatnonzero((np.diff(in_store) != 1) | (in_store[1:] % ROWS_PER_SHARD == 0)) + 1
    return all(
        np.array_equal(V[run[:, 0]], read_voltage(group, slice(run[0, 1], run[-1, 1] + 1)), equal_nan=True)
        for run in np.split(pairs, ends)
        if len(run)
    )


def _verify_store(path: Path, rows: Rows, thorough: bool) -> Finding:
    """Check a store against its digests, its design and the values of it."""
    if not path.exists():
        return _wrong(path, "is missing; run Snakemake again")
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
        return _wrong(path, _without(path, error))
    if wrong:
        return _wrong(path, f"{'; '.join(wrong)}; delete the folder and run Snakemake again")
    return Finding(path, f"complete, {len(rows.ids)} rows as designed")


def _verify_windows(path: Path) -> Finding:
    """Check the emulators' data set against its digest."""
    from gbar.emulate.windows import open_windows  # SciPy takes a second to import

    try:
        windows = open_windows(path)
    except UserError as error:
        return _wrong(path, _without(path, error))
    return Finding(path, f"{len(windows.trace)} windows as cut")


def _verify_biomarkers(path: Path, rows: Rows, group: zarr.Group | None) -> Finding:
    """Check a table of biomarkers against the design and the statuses of the store."""
    if not path.exists():
        return _wrong(path, "is missing; run Snakemake again")
    remedy = "delete it and run Snakemake again"
    try:
        table = read_table(path)
    except UserError as error:
        return _wrong(path, f"{_without(path, error)}; {remedy}")
    if [row.id for row in table] != rows.ids or any(
        [row.scalings.get(name) for row in table] != column for name, column in rows.values.items()
    ):
        return _wrong(path, f"its rows are not those of the design; {remedy}")
    if group is not None and [row.status for row in table] != [
        STATUS[status] for status in np.asarray(array(group, "status")[:]).tolist()
    ]:
        return _wrong(path, f"it has other statuses than the store; {remedy}")
    return Finding(path, f"{len(table)} rows as designed")


def _wrong(path: Path, said: str) -> Finding:
    return Finding(path, said, ok=False)


def _without(path: Path, error: UserError) -> str:
    """Return a message without the path it begins with."""
    return str(error).removeprefix(f"{path}: ")
