"""A sweep as it stands on the disk, with traces that no solver made."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.sweeps.biomarker_table import Row, measured_row
from gbar.sweeps.blocks import Block, kept_rows, write_block
from gbar.sweeps.gather import gather
from gbar.sweeps.plan import plan_sweep
from gbar.sweeps.row_reader import RowReader, SolvedRow
from gbar.sweeps.rows import read_rows
from gbar.traces.reading import NO_PULSES
from gbar.traces.settings import BeatSettings

NO_CONCENTRATIONS = np.empty((0, 0))


def gathered(
    folder: Path,
    values: dict,
    V: np.ndarray,
    status: np.ndarray | None = None,
    concentrations: np.ndarray | None = None,
) -> Path:
    """Plan a sweep, give its rows these traces, gather them, and return the folder.

    Args:
        folder: the sweep's folder, not yet there.
        values: the sweep's section of the configuration.
        V: trace of each row of the design, mV, shape (rows, samples).
        status: of each row; all solved when None.
        concentrations: of each row, shape (rows, concentrations, slow samples); of two samples, not known, when None.
    """
    sweep = checked(SweepSection, values)
    plan = plan_sweep(sweep, folder)
    table = folder / "plans" / f"{plan.table}.csv"
    trace = dict(zip(read_rows(table).ids, V.astype(np.float32), strict=True))
    solved = dict(zip(trace, np.zeros(len(V), np.int8) if status is None else status, strict=True))
    if concentrations is None:
        concentrations = np.full((len(V), len(sweep.cell.cell().followed), 2), np.nan)
    slow = dict(zip(trace, concentrations.astype(np.float32), strict=True))
    for name in plan.blocks:
        ids = read_rows(folder / "blocks" / f"{name}.csv").ids
        traces, statuses = kept_rows(
            np.stack([trace[one] for one in ids]), np.array([solved[one] for one in ids]), sweep.voltage
        )
        block = Block(ids, traces, statuses, np.ones(len(ids), int), np.stack([slow[one] for one in ids]))
        write_block(folder / "blocks" / f"{name}.npz", block)
    gather(
        table,
        folder / "blocks",
        sweep,
        folder / "store.zarr",
        folder / "biomarkers.csv",
        folder / "beats.csv",
        lambda _: None,
    )
    return folder


def measured_rows(
    ids: Sequence[str], scalings: Mapping[str, np.ndarray], status: np.ndarray, V: np.ndarray, sample_ms: float
) -> list[Row]:
    """Measure the rows of a sweep of an unpaced cardiac cell."""
    reader = RowReader(BeatSettings(), [NO_PULSES], sample_ms)
    return [
        measured_row(
            ids[k],
            {name: float(x[k]) for name, x in scalings.items()},
            int(status[k]),
            reader,
            k,
            trace,
            SolvedRow(NO_CONCENTRATIONS),
        )[0]
        for k, trace in enumerate(V)
    ]


def unpaced(sample_ms: float) -> dict:
    """Attributes of a store that tell how its traces are read: an unpaced cardiac cell."""
    return {
        "configuration": {
            "cell": {"name": "akwaboah2021"},
            "design": {"kind": "table", "path": "design.csv"},
            "protocol": {"save_every_ms": sample_ms},
        }
    }
