"""A folder of results checked: designs, blocks, stores, tables, data sets, models, scores, figures.

Each is compared with its own digest and with what it was made from. What is wrong is told with what to delete: the next
run of Snakemake makes it again, and what follows from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr

from gbar.biomarker_table import DIVERGED, read_table
from gbar.blocks import kept_rows, read_block
from gbar.cells.altered import read_altered
from gbar.config.gating import CONTROL
from gbar.design_files import DESCRIPTION, TABLE, read_design
from gbar.digest import file_digest
from gbar.errors import UserError
from gbar.figures.seal import is_intact
from gbar.metrics import FILES, read_metrics
from gbar.model_files import read_model_files
from gbar.rows import Rows, read_rows
from gbar.store import ROWS_PER_SHARD, STATUS, array, open_store, read_kept, verify

SUBTHRESHOLD, GATING = "subthreshold", "gating"  # folders of these studies
# Of an inverter: files with digests, and one that is written with each.
SCORED = {
    "top.json": "scan.csv",
    "metrics.json": "predictions.npz",
    "cross.json": "cross.npz",
    "roundtrip.json": "roundtrip.csv",
    "refined.json": "refined.csv",
}
EDITED = "is not as it was written (its digest differs)"


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
    """Yield what there is to say of each thing in a results folder: from designs and blocks to scores and figures.

    Args:
        folder: results folder of a study.
        thorough: whether blocks and voltages are read; without, every file must be there, and ids, values, statuses
            and models be as they were written.

    Raises:
        UserError: it is no results folder.
    """
    sweeps = sorted({path.parent for made in (DESCRIPTION, "plans") for path in Path(folder).glob(f"sweeps/*/{made}")})
    subthreshold, gating = Path(folder) / SUBTHRESHOLD, Path(folder) / GATING
    if not (sweeps or subthreshold.exists() or gating.exists()):
        raise UserError(
            f"{folder}: is no results folder, which has sweeps/NAME/{DESCRIPTION}, {SUBTHRESHOLD} or {GATING}, and no"
            " store"
        )
    for sweep in sweeps:
        yield from verify_sweep(sweep, thorough)
    if (windows := Path(folder) / "emulate/windows.zarr").exists():
        yield _verify_windows(windows)
    for model in sorted(Path(folder).glob("emulate/*/model")):
        yield verify_model(model, windows)
        yield from verify_evaluation(model.parent / "metrics.json")
    for inverter in sorted(path.parent for path in Path(folder).glob("invert/*/traces.zarr")):
        yield from verify_inverter(inverter, thorough)
    for answer in sorted(Path(folder).glob("recordings/*.json")):
        yield from verify_evaluation(answer)
    if subthreshold.exists():
        yield from verify_subthreshold(subthreshold)
    if gating.exists():
        yield from verify_gating(gating)
    for figure in sorted(file for kind in ("svg", "png") for file in Path(folder).glob(f"figures/*.{kind}")):
        yield verify_figure(figure)


def verify_sweep(folder: Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of the design, the blocks, the store and the tables of one sweep."""
    try:
        rows, digests = read_design(folder)
    except UserError as error:
        # It is made with the store, which cannot be judged without.
        yield _wrong(folder / TABLE, f"{_without(folder, error)}; delete it and run Snakemake again")
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


def verify_model(folder: Path, windows: Path) -> Finding:
    """Return what there is to say of a model: its card, its history and its parameters against their digests.

    Args:
        folder: the model.
        windows: the data set it was trained on; nothing is said of that if it is not there.
    """
    try:
        card, arrays = read_model_files(folder)
    except UserError as error:
        return Finding(folder, _without(folder, error), ok=False)
    attributes = zarr.open_group(windows, mode="r").attrs if windows.exists() else {}
    if attributes and card["data_digest"] not in (attributes.get("digest"), attributes.get("data_digest")):
        return _wrong(folder, f"was trained on another data set than {windows.name}; delete the folder and run again")
    return Finding(folder, f"{sum(values.size for values in arrays.values())} parameters as trained")


def verify_inverter(folder: Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of an inverter: its data set, networks, model, scores, and what its trials came to."""
    from gbar.invert.traces import open_traces  # it imports JAX

    traces = folder / "traces.zarr"
    try:
        data = open_traces(traces)
        if thorough and not data.is_intact():
            yield _wrong(traces, "the traces are not as they were cut; delete the folder and run Snakemake again")
        else:
            yield Finding(traces, f"{len(data.ids)} traces as cut")
    except UserError as error:
        yield _wrong(traces, _without(traces, error))
    for model in (*sorted(folder.glob("folds/*")), folder / "model"):
        if model.exists():
            yield verify_model(model, traces)
    for scores, beside in SCORED.items():
        if (folder / scores).exists() or (folder / beside).exists():
            yield from verify_evaluation(folder / scores)
    for result in sorted(
        file for kind in ("golden", "scan/*", "stability/*", "sizes/*") for file in folder.glob(f"{kind}.json")
    ):
        yield from verify_evaluation(result)


def verify_subthreshold(folder: Path) -> Iterator[Finding]:
    """Yield what there is to say of the subthreshold study: its data set, filters and scores."""
    from gbar.subthreshold.dataset import open_currents  # it imports JAX

    currents = folder / "currents.zarr"
    try:
        data = open_currents(currents)
        yield Finding(currents, f"{len(data.training.V_mV) + len(data.validation.V_mV)} paths as solved")
    except UserError as error:
        yield _wrong(currents, _without(currents, error))
    for model in sorted(folder.glob("filters/*/model")):
        yield verify_model(model, currents)
        yield from verify_evaluation(model.parent / "metrics.json")
    for metrics in sorted(folder.glob("baselines/*/metrics.json")):
        yield from verify_evaluation(metrics)


def verify_gating(folder: Path) -> Iterator[Finding]:
    """Yield what there is to say of the gating study: its data sets, networks, and what was found of altered cells."""
    from gbar.gating.data import open_paced  # it imports JAX

    for paced in sorted(folder.glob("paced/*.zarr")):
        try:
            yield Finding(paced, f"{len(open_paced(paced).cycle_length_ms)} cycle lengths as solved")
        except UserError as error:
            yield _wrong(paced, _without(paced, error))
    for cell, models in ((CONTROL, "networks/*/model"), (None, "retrained/*/model")):
        for model in sorted(folder.glob(models)):
            yield verify_model(model, folder / f"paced/{cell or model.parent.name}.zarr")
    for results in ("networks/*/metrics", "published/*", "identified/*/*", "held_out/*"):
        for result in sorted(folder.glob(f"{results}.json")):
            yield from verify_evaluation(result)
    for variant in sorted(folder.glob("variants/*.json")):
        try:
            yield Finding(variant, f"{len(read_altered(variant).scales)} factors as found")
        except UserError as error:
            yield _wrong(variant, _without(variant, error))


def verify_evaluation(metrics: Path) -> Iterator[Finding]:
    """Yield what there is to say of the scores of a model, and of the files that were written with them."""
    remedy = "delete it and run Snakemake again"
    if not metrics.exists():
        yield _wrong(metrics, "is missing; run Snakemake again")
        return
    try:
        found = read_metrics(metrics, sealed=True)
    except UserError as error:
        yield _wrong(metrics, _without(metrics, error))
        return
    yield Finding(metrics, "as written")
    for name, digest in found[FILES].items():
        file = metrics.parent / name
        if not file.exists():
            yield _wrong(file, "is missing; run Snakemake again")
        elif file_digest(file) != digest:
            yield _wrong(file, f"{EDITED}; {remedy}")
        else:
            yield Finding(file, "as written")


def verify_figure(path: Path) -> Finding:
    """Return what there is to say of the file of a figure: its content against its seal."""
    if not is_intact(path):
        return _wrong(path, f"{EDITED}; delete it and run Snakemake again")
    return Finding(path, "as drawn")


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
    # A block that is older than a varied quantity has no column for it: its rows are at the cell's own value.
    for name in sorted(planned.values.keys() & rows.values.keys()):
        if any(planned.values[name][place] != rows.values[name][row] for place, row in held):
            return _wrong(path, f"{table.name} has other values of {name} than the design; delete both, run again")
    placed = [(place, row) for place, row in held if rows.blocks[row] == path.stem]
    if group is not None and not _in_store(block.V, block.status, placed, group):
        return _wrong(path, "the store has other voltages or statuses; delete store.zarr and run Snakemake again")
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


def _verify_biomarkers(path: Path, rows: Rows, group: zarr.Group | None, digest: str | None) -> Finding:
    """Check a table of biomarkers against the design, the statuses of the store and its digest."""
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
    if file_digest(path) != digest:
        return _wrong(path, f"{EDITED}; {remedy}")
    return Finding(path, f"{len(table)} rows as designed")


def _verify_beats(path: Path, digest: str | None) -> Finding:
    """Check a table of beats against its digest."""
    if not path.exists():
        return _wrong(path, "is missing; run Snakemake again")
    if file_digest(path) != digest:
        return _wrong(path, f"{EDITED}; delete it and run Snakemake again")
    return Finding(path, "as written")


def _wrong(path: Path, said: str) -> Finding:
    return Finding(path, said, ok=False)


def _without(path: Path, error: UserError) -> str:
    """Return a message without the path it begins with."""
    return str(error).removeprefix(f"{path}: ")
