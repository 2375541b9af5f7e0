"""What the figures of the round trip and of the refinement show, read from their tables and examples."""

from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.emulate.model_data import read_columns
from gbar.figures.emulate.predictions import spread_ranks
from gbar.figures.invert.data import read_arrays
from gbar.figures.invert.refine import Refined
from gbar.figures.invert.round_trip import Cells, Example
from gbar.records.files import read_csv


def read_round_trip(table: str | Path, examples: str | Path, *, n_shown: int = 6) -> tuple[Cells, list[Example]]:
    """Read the errors of re-simulated traces, and examples spread evenly from the least to the greatest voltage error.

    Args:
        table: roundtrip.csv.
        examples: roundtrip.npz.
        n_shown: number of examples.

    Raises:
        UserError: a file cannot be read, lacks something, or an example is not in the table.
    """
    columns = read_columns(table, "rmse_mV", "spikes", "spikes_predicted", "isi_distance")
    cells = Cells(*columns)
    header, rows = read_csv(table)
    place = {row[header.index("id")]: k for k, row in enumerate(rows)}
    ids, time_ms, V, predicted = read_arrays(examples, "id", "time_ms", "V_mV", "V_predicted_mV")
    unknown = [name for name in ids.tolist() if name not in place]
    if unknown:
        raise UserError(f"{examples}: cell {unknown[0]!r} is not in {table}; make both again")
    known = [k for k in range(len(ids)) if np.isfinite(cells.rmse_mV[place[str(ids[k])]])]
    known.sort(key=lambda k: cells.rmse_mV[place[str(ids[k])]])
    # Among all cells, those that diverged last.
    rank = np.argsort(np.argsort(cells.rmse_mV, kind="stable"), kind="stable") + 1
    shown = []
    for k in (known[one - 1] for one in spread_ranks(len(known), n_shown)):
        cell = place[str(ids[k])]
        told = f"rank {rank[cell]} of {len(rank)}: RMSE {cells.rmse_mV[cell]:.3g} mV, spikes {cells.spikes[cell]:.0f}"
        shown.append(Example(f"{told}, predicted {cells.spikes_predicted[cell]:.0f}", time_ms, V[k], predicted[k]))
    return cells, shown


def read_refined(table: str | Path) -> Refined:
    """Read what the refinement of each cell gained and cost.

    Raises:
        UserError: the table cannot be read, or lacks a column.
    """
    names = ("error_before", "error_after", "trace_before", "trace_after", "seconds")
    accepted, *others = read_columns(table, "accepted", *names)
    return Refined(accepted > 0, *others)
