"""What the figures of an inverter's answers show, read from predictions.npz, metrics.json and cross.npz."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.invert.coverage import Coverage
from gbar.figures.invert.cross import CrossAnswers
from gbar.figures.invert.parameters import Answers
from gbar.figures.invert.range import Scores
from gbar.invert.traces import UnitParameter
from gbar.records.metrics import read_metrics

OWN = "own"  # what cross.npz calls the simulator that the inverter was trained on
OWN_TRACES = "own test traces"


def read_answers(predictions: str | Path) -> Answers:
    """Read what an inverter answers for its test traces.

    Raises:
        UserError: the file cannot be read, or lacks an array.
    """
    ranges = read_arrays(predictions, "parameters", "units", "low", "high")
    names, units, low, high = (values.tolist() for values in ranges)
    parameters = tuple(UnitParameter(*one) for one in zip(names, units, low, high, strict=True))
    columns = read_arrays(predictions, "unit_true", "unit_mean", "unit_std", "low90", "high90")
    return Answers(parameters, *(values.astype(float) for values in columns))


def read_coverage(metrics: str | Path, names: Sequence[str]) -> Coverage:
    """Read the coverage of an inverter's intervals.

    Args:
        metrics: metrics.json.
        names: its parameters.

    Raises:
        UserError: the file cannot be read, or lacks a value.
    """
    values = read_metrics(metrics)
    try:
        by_parameter = values["coverage_by_parameter"]
        observed = np.array([by_parameter[name] for name in names], dtype=float).T
        nominal, raw = (np.array(values[key], dtype=float) for key in ("coverage_nominal", "coverage_observed_raw"))
    except KeyError as error:
        raise lacking(metrics, error) from None
    return Coverage(nominal, observed, raw)


def read_scores(
    predictions: str | Path, metrics: str | Path, cross: str | Path | None = None
) -> tuple[Scores, list[Scores], float, float]:
    """Read the out-of-range scores of the test traces and of other simulators' traces.

    Args:
        predictions: predictions.npz.
        metrics: metrics.json.
        cross: cross.npz; None where no other simulator was shown.

    Returns:
        Own scores, those of others, the threshold, and the share of false alarms it was set for.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    values = read_metrics(metrics)
    try:
        threshold, wanted = float(values["score_threshold"]), float(values["false_alarms_wanted"])
    except KeyError as error:
        raise lacking(metrics, error) from None
    score, flagged = read_arrays(predictions, "score", "flagged")
    own = Scores(OWN_TRACES, score.astype(float), float(flagged.mean()))
    others = []
    if cross is not None:
        sweeps, shares = read_arrays(cross, "sweeps", "flagged")
        for name, share in zip(sweeps.tolist(), shares.tolist(), strict=True):
            if name != OWN:
                (score,) = read_arrays(cross, f"score_{name}")
                others.append(Scores(name, score.astype(float), share))
    return own, others, threshold, wanted


def read_cross(cross: str | Path) -> tuple[list[CrossAnswers], list[str]]:
    """Read what an inverter answers to traces of its own and of other simulators, and its parameters' names.

    Raises:
        UserError: the file cannot be read, or lacks an array.
    """
    names, sweeps, flagged, beyond, correlations = read_arrays(
        cross, "parameters", "sweeps", "flagged", "beyond", "correlations"
    )
    answers = []
    for k, sweep in enumerate(sweeps.tolist()):
        (mean,) = read_arrays(cross, f"unit_{sweep}")
        shares = float(flagged[k]), float(beyond[k])
        answers.append(CrossAnswers(sweep, sweep == OWN, mean.astype(float), *shares, correlations[k]))
    return answers, names.tolist()


def read_arrays(path: str | Path, *names: str) -> list[np.ndarray]:
    """Return arrays of an NPZ file.

    Raises:
        UserError: the file cannot be read, or lacks an array.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return [file[name] for name in names]
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as an NPZ file ({error})") from None
    except KeyError as error:
        raise lacking(path, error) from None


def lacking(path: str | Path, error: KeyError) -> UserError:
    """Return the error for a file without something that a figure shows."""
    return UserError(f"{path}: lacks {error}; make it again")
