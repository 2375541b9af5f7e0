"""Accuracy against the number of training traces: the golden design trained on fewer.

Training rows are put in an order of lots drawn by their identities, and the first so many are learned from: a smaller
training size is part of every larger one. Validation and test rows are the same for all.
"""

import shutil
from pathlib import Path

import numpy as np

from gbar.errors import wrong
from gbar.invert.designs.golden import read_golden
from gbar.invert.designs.members import Members, blocks_of, stack
from gbar.invert.refining.fitting import fit
from gbar.invert.traces import Traces, open_traces, parts
from gbar.jobs.job import Folder, Input, Output, job
from gbar.records.digest import lot
from gbar.records.metrics import write_metrics
from gbar.training.history import Log, print_line


def subset(traces: Traces, rows: np.ndarray, number: int) -> np.ndarray:
    """Return so many of some rows, in rising order; those of a smaller number are among those of a larger.

    Raises:
        UserError: there are not so many.
    """
    if number > len(rows):
        raise wrong("sizes.traces", number, f"at most {len(rows)}, the training traces of a fold's offset")
    # Not the lots that dealt the folds: by these, rows of one fold come before those of the next.
    lots = {row: lot(traces.settings.seed, f"size:{traces.ids[row]}") for row in rows.tolist()}
    return np.sort(np.array(sorted(lots, key=lambda row: lots[row])[:number], dtype=rows.dtype))


@job("size", jax="float32", need="invert.needs.of_trial")
def train_size(
    traces: Input, golden: Input, number: int, offset: int, checkpoints: Folder, out: Output, log: Log = print_line
) -> None:
    """Train the golden design on so many traces and score it.

    Args:
        traces: data set.
        golden: the design.
        number: of training traces.
        offset: the fold that tests.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: scores to write, .json.
        log: takes one line of progress.

    Raises:
        UserError: fewer training traces than asked for.
    """
    data, chosen = open_traces(traces), read_golden(golden)
    training, validation, test = parts(data, offset)
    rows = subset(data, training, number)
    seeds = [chosen.training.seed + offset]
    (fitted,) = fit(data, rows, validation, chosen.network, chosen.training, seeds, Path(checkpoints), log)
    architecture = chosen.network.model_dump(mode="json")
    shape = data.samples, len(data.parameters)
    network = Members(architecture, *shape, data.settings.clip_mV, stack([fitted.state]))
    unit = np.concatenate([network.say(V_mV)[0][0] for V_mV in blocks_of(data, test)])
    residual = unit.astype(float) - data.unit[test]
    names = [one.name for one in data.parameters]
    found = {
        "traces": number,
        "offset": offset,
        "seed": fitted.seed,
        "status": fitted.status,
        "test_mse": float(np.mean(residual**2)),
        "validation_mse": fitted.validation_mse,
        "epochs": fitted.epochs,
        "minutes": fitted.minutes,
        "rms_percent": dict(zip(names, (100 * residual.std(axis=0)).tolist(), strict=True)),
    }
    write_metrics(out, found)
    shutil.rmtree(checkpoints, ignore_errors=True)
