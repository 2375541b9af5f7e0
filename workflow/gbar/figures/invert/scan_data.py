"""What the figures of a scan show, read from its table, and from the files of its best designs trained again."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.invert.scan import Trial, ended
from gbar.figures.invert.stability import Design
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics
from gbar.report.tables import DASH, count, number

MEASURED = ("validation_mse", "validation_loss", "epochs", "minutes", "parameters", "flat_size", "layers")
RESULTS = ("rank", "trial", "status", *MEASURED)
# In a figure, more numbers than this in a list are written as first, second … last: each as far from the one before.
WRITTEN_OUT = 3
BEST = 10


def read_trials(path: str | Path) -> list[Trial]:
    """Read scan.csv, in order of rank.

    Raises:
        UserError: it cannot be read, lacks a column, or a cell is no number.
    """
    header, rows = read_csv(path)
    missing = [name for name in RESULTS if name not in header]
    if missing:
        raise UserError(f"{path}: column {missing[0]!r} is missing; it must be the table of a scan")
    try:
        trials = [_trial(dict(zip(header, row, strict=True))) for row in rows]
    except ValueError as error:
        raise UserError(f"{path}: a cell is no number ({error})") from None
    return sorted(trials, key=lambda trial: trial.rank)


def _trial(row: Mapping[str, str]) -> Trial:
    def value(name: str) -> float:
        return float(row[name] or "nan")

    return Trial(
        rank=int(row["rank"]),
        trial=int(row["trial"]),
        status=row["status"],
        **{name: value(name) for name in MEASURED},
        hyperparameters={name: cell for name, cell in row.items() if name not in RESULTS},
    )


def _listed(cell: str) -> str:
    """Return a list of numbers without brackets."""
    return ", ".join(re.findall(r"\d+", cell)) or DASH


def _shortened(text: str) -> str:
    """Return a long list of numbers by its first two and its last."""
    numbers = text.split(", ")
    return text if len(numbers) <= WRITTEN_OUT else f"{numbers[0]}, {numbers[1]} … {numbers[-1]}"


def _own(name: str) -> Callable[[Trial], str]:
    return lambda trial: trial.hyperparameters.get(name) or DASH


def _rounded(name: str) -> Callable[[Trial], str]:
    """Return how a number among the hyper-parameters is written."""
    return lambda trial: number(float(trial.hyperparameters.get(name) or "nan"), 2)


# As the published table has them: heading, and how a trial fills the column.
COLUMNS: tuple[tuple[str, Callable[[Trial], str]], ...] = (
    ("trial", lambda trial: str(trial.trial)),
    ("MSE", lambda trial: number(trial.validation_mse)),
    ("loss", lambda trial: number(trial.validation_loss)),
    ("its\nkind", _own("loss")),
    ("early\nstop", lambda trial: "yes" if trial.status == "stopped_early" else "no"),
    ("epo-\nchs", lambda trial: number(trial.epochs, 2)),
    ("min", lambda trial: number(trial.minutes)),
    ("opti-\nmiser", _own("optimizer")),
    ("fac-\ntor", _rounded("decay_rate")),
    ("bat-\nch", _own("batch_size")),
    ("param.\n(k)", lambda trial: number(trial.parameters / 1000)),
    ("flat\nsize", lambda trial: count(int(trial.flat_size))),
    ("lay-\ners", lambda trial: count(int(trial.layers))),
    ("re-\npeat", _own("repeat")),
    ("filters", lambda trial: _listed(trial.hyperparameters.get("filters", ""))),
    ("ker-\nnel", _own("kernel")),
    ("pool", _own("pool")),
    ("dense", lambda trial: _listed(trial.hyperparameters.get("dense", ""))),
    ("drop-\nout", _own("dropout")),
    ("last", _own("last")),
)
LISTS = ("filters", "dense")


def top_table(trials: Sequence[Trial]) -> tuple[list[str], list[list[str]]]:
    """Return heading and rows of a table of the best trials that came to an end, long lists in full.

    Headings may break.
    """
    header, best = [heading for heading, _ in COLUMNS], ended(trials)[:BEST]
    return header, [[write(trial) for _, write in COLUMNS] for trial in best]


def narrow(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the rows of `top_table` with long lists cut short, as a figure has room for."""
    places = {header.index(name) for name in LISTS}
    return [[_shortened(cell) if k in places else cell for k, cell in enumerate(row)] for row in rows]


def read_designs(stability: Sequence[str | Path], golden: str | Path, scan: str | Path) -> list[Design]:
    """Read the best designs of a scan trained again, in order of their rank.

    Args:
        stability: the file of each design.
        golden: golden.json, which says which was chosen.
        scan: scan.csv.

    Raises:
        UserError: a file cannot be read, lacks a value, or is of a trial that the scan does not know.
    """
    chosen = read_metrics(golden).get("trial")
    found = {trial.trial: trial for trial in read_trials(scan)}
    designs = []
    for path in stability:
        values = read_metrics(path)
        try:
            trial, members = found[int(values["trial"])], values["members"]
            status = [str(member["status"]) for member in members]
            mse = [member["validation_mse"] for member in members]
        except (KeyError, TypeError) as error:
            raise UserError(f"{path}: is not of a design of {scan} trained again ({error!r})") from None
        validation_mse = np.array([np.nan if value is None else value for value in mse], dtype=float)
        is_golden = trial.trial == chosen
        designs.append(Design(trial.rank, trial.trial, status, validation_mse, is_golden, trial.validation_mse))
    return sorted(designs, key=lambda design: design.rank)
