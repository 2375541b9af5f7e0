"""The trials of a scan by their validation MSE: the table, and the designs of the best."""

import json
import math
from collections.abc import Sequence
from typing import Any

from gbar.errors import UserError
from gbar.jobs.job import Input, Output, job
from gbar.records.files import write_csv
from gbar.records.metrics import read_metrics, write_metrics

BEST = "best"  # key of the designs in top.json
RESULTS = ("status", "validation_mse", "validation_loss", "epochs", "minutes", "parameters", "flat_size", "layers")


@job("rank")
def rank_trials(trials: Sequence[Input], table: Output, out: Output, top: int) -> None:
    """Write the table of a scan, the lowest validation MSE first, and the designs of the best trials.

    Trials without an MSE come last. One that ended as unpromising or diverged is ranked by the best it had reached, but
    is not named among the best.

    Args:
        trials: results of the trials.
        table: to write, .csv.
        out: the best designs to write, .json.
        top: how many of them; fewer where fewer trials came to an end.

    Raises:
        UserError: a result cannot be read, or no trial came to an end.
    """
    found = sorted((read_metrics(path) for path in trials), key=_order)
    names = list(dict.fromkeys(name for one in found for name in one["hyperparameters"]))
    rows = [
        [rank, one["trial"], *map(_cell, [*(one[key] for key in RESULTS), *map(one["hyperparameters"].get, names)])]
        for rank, one in enumerate(found, start=1)
    ]
    ended = [(rank, one) for rank, one in enumerate(found, start=1) if one["status"] in ("completed", "stopped_early")]
    if not ended:
        raise UserError(
            f"{table}: none of the {len(found)} trials came to an end without being given up; raise scan.trials,"
            " scan.grace_mse or the number of traces"
        )
    keys = ("trial", "network", "training", "validation_mse")
    best = [{"rank": rank, **{key: one[key] for key in keys}} for rank, one in ended[:top]]
    write_csv(table, ["rank", "trial", *RESULTS, *names], rows)
    write_metrics(out, {BEST: best}, files=[table])


def _order(trial: dict[str, Any]) -> tuple[float, int]:
    mse = trial["validation_mse"]
    return (math.inf if mse is None else mse), trial["trial"]


def _cell(value: Any) -> Any:
    """Return a value as a cell: a list in JSON, nothing for None."""
    return "" if value is None else json.dumps(value) if isinstance(value, list) else value
