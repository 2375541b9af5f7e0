"""A sweep as it stands on the disk, with traces that no solver made."""

from pathlib import Path

import numpy as np

from gbar.blocks import Block, kept_rows, write_block
from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.gather import gather
from gbar.plan import plan_sweep
from gbar.rows import read_rows


def gathered(folder: Path, values: dict, V: np.ndarray, status: np.ndarray | None = None) -> Path:
    """Plan a sweep, give its rows these traces, gather them, and return the folder.

    Args:
        folder: the sweep's folder, not yet there.
        values: the sweep's section of the configuration.
        V: trace of each row of the design, mV, shape (rows, samples).
        status: of each row; all solved when None.
    """
    sweep = checked(SweepSection, values)
    plan = plan_sweep(sweep, folder)
    table = folder / "plans" / f"{plan.table}.csv"
    trace = dict(zip(read_rows(table).ids, V.astype(np.float32), strict=True))
    solved = dict(zip(trace, np.zeros(len(V), np.int8) if status is None else status, strict=True))
    for name in plan.blocks:
        ids = read_rows(folder / "blocks" / f"{name}.csv").ids
        traces, statuses = kept_rows(
            np.stack([trace[one] for one in ids]), np.array([solved[one] for one in ids]), sweep.voltage
        )
        write_block(folder / "blocks" / f"{name}.npz", Block(ids, traces, statuses, np.ones(len(ids), int)))
    gather(table, folder / "blocks", sweep, folder / "store.zarr", folder / "biomarkers.csv", lambda _: None)
    return folder
