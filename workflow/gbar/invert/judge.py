"""The job that judges an inverter on the test traces: rows that neither trained nor calibrated anything."""

from statistics import NormalDist
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.invert.answer import Answer
from gbar.invert.designs.members import blocks_of
from gbar.invert.inverter import Inverter, load_inverter
from gbar.invert.out_of_range import IN_RANGE, MEASURES, OUT_OF_RANGE, VERDICTS, WARNINGS
from gbar.invert.traces import TEST, Traces, open_traces
from gbar.jobs.job import Input, Output, job
from gbar.records.files import whole
from gbar.records.metrics import write_metrics


@job("judge", jax="float32", need="invert.needs.of_prediction")
def judge(model: Input, traces: Input, metrics: Output, predictions: Output) -> None:
    """Score an inverter on its held-out traces.

    Args:
        model: inverter.
        traces: the data set it learned from.
        metrics: scores to write, .json.
        predictions: what it says of each trace, to write; arrays as told at `_arrays`.

    Raises:
        UserError: the data set is not the one that the inverter learned from.
    """
    inverter, data = load_inverter(model), open_traces(traces)
    check_belongs(inverter, data)
    rows = data.rows(TEST)
    answer = inverter.answer(blocks_of(data, rows))
    truth = data.unit[rows].astype(float)
    with whole(predictions) as made, made.open("wb") as file:
        np.savez(file, allow_pickle=False, **_arrays(answer, truth, [data.ids[row] for row in rows]))
    write_metrics(metrics, scores(inverter, answer, truth) | dict(inverter.card.metrics), files=[predictions])


def check_belongs(inverter: Inverter, data: Traces) -> None:
    """Raise `UserError` unless the inverter learned from this data set."""
    if inverter.card.data_digest != data.digest:
        raise UserError(f"{data.path}: is not the data set that the inverter learned from; train it again")


def scores(inverter: Inverter, answer: Answer, truth: np.ndarray) -> dict[str, Any]:
    """Return what held-out traces tell of an inverter, for metrics.json.

    Errors are in unit parameters, where knowing nothing gives an MSE of 1/3, but for `rmse_physical` in the parameters'
    own units and `rms_percent`, 100 times the standard deviation of the residual as in the published tables.

    Args:
        inverter: it.
        answer: what it says of the traces.
        truth: their unit parameters, (n, K).
    """
    names = [one.name for one in inverter.parameters]
    residual = answer.unit - truth
    half_range = np.array([(one.high - one.low) / 2 for one in inverter.parameters])

    def by_name(values: np.ndarray) -> dict[str, float]:
        return dict(zip(names, values.tolist(), strict=True))

    mse = np.mean(residual**2, axis=0)
    return {
        "test_traces": len(truth),
        "mse": float(mse.mean()),
        "mse_of_single_networks": float(np.mean((answer.members - truth) ** 2)),
        "rmse": by_name(np.sqrt(mse)),
        "rmse_physical": by_name(np.sqrt(mse) * half_range),
        "rms_percent": by_name(100 * residual.std(axis=0)),
        "bias": by_name(residual.mean(axis=0)),
        "r2": by_name(1 - mse / truth.var(axis=0)),
        "spread_error_correlation": by_name(_rank_correlations(answer.unit_spread, np.abs(residual))),
        "residual_correlation": np.corrcoef(residual.T).reshape(len(names), -1).tolist(),
        **_coverage(inverter, answer, residual, names),
        **_out_of_range(inverter, answer),
    }


def _coverage(inverter: Inverter, answer: Answer, residual: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Return how often intervals hold, calibrated and as a normal distribution of the bare spread would have them."""
    calibration = inverter.calibration
    normal = np.array([NormalDist().inv_cdf((1 + level) / 2) for level in calibration.levels])
    raw = np.abs(residual)[None] <= normal[:, None, None] * answer.unit_spread
    observed = calibration.coverage(residual, answer.unit_spread)
    return {
        "coverage_nominal": list(calibration.levels),
        "coverage_observed": observed.mean(axis=1).tolist(),
        "coverage_observed_raw": raw.mean(axis=(1, 2)).tolist(),
        "coverage_by_parameter": {name: observed[:, k].tolist() for k, name in enumerate(names)},
        "width_90": dict(zip(names, np.mean(answer.unit_high - answer.unit_low, axis=0).tolist(), strict=True)),
        "calibration_traces": calibration.traces,
    }


def _out_of_range(inverter: Inverter, answer: Answer) -> dict[str, Any]:
    """Return how often the simulator's own traces are called out of range: false alarms, all of them."""
    flagged = np.array(answer.verdict) != IN_RANGE
    rarities = inverter.detector.rarities(answer.measures)
    alone = (rarities > inverter.detector.threshold).mean(axis=0)
    return {
        "false_alarms_wanted": inverter.detector.false_alarms,
        "false_alarm_rate": float(flagged.mean()),
        "false_alarm_rate_out_of_range": float(np.mean([one == OUT_OF_RANGE for one in answer.verdict])),
        "false_alarm_rate_by_measure": dict(zip(MEASURES, alone.tolist(), strict=True)),
        "saturation_warnings": {
            word: float(np.mean([one == word for one in answer.warnings])) for word in WARNINGS[1:]
        },
        "score_threshold": inverter.detector.threshold,
    }


def _rank_correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of the columns of two arrays, NaN where one of them is constant."""
    ranks = [values.argsort(axis=0).argsort(axis=0).T for values in (a, b)]
    constant = (np.ptp(a, axis=0) == 0) | (np.ptp(b, axis=0) == 0)
    found = [np.corrcoef(x, y)[0, 1] for x, y in zip(*ranks, strict=True)]
    return np.where(constant, np.nan, found)


def _arrays(answer: Answer, truth: np.ndarray, ids: list[str]) -> dict[str, np.ndarray]:
    """Return what predictions.npz holds, n traces, K parameters, M networks.

    `id` (n), `parameters`, `units`, `low`, `high` (K); `unit_true`, `unit_mean`, `unit_std`, `low90`, `high90` (n, K);
    `members` float16 (M, n, K); `score` (n), `verdict` (n) as the place in `verdicts`, `flagged` (n), `measures` (n, m)
    named by `measure_names`.
    """
    float32 = {
        "unit_true": truth,
        "unit_mean": answer.unit,
        "unit_std": answer.unit_spread,
        "low90": answer.unit_low,
        "high90": answer.unit_high,
        "score": answer.score,
        "measures": answer.measures,
    }
    verdict = np.array([VERDICTS.index(one) for one in answer.verdict], np.int8)
    return {name: np.asarray(values, np.float32) for name, values in float32.items()} | {
        "id": np.array(ids),
        "parameters": np.array([one.name for one in answer.parameters]),
        "units": np.array([one.unit for one in answer.parameters]),
        "low": np.array([one.low for one in answer.parameters]),
        "high": np.array([one.high for one in answer.parameters]),
        "members": answer.members.astype(np.float16),
        "verdict": verdict,
        "verdicts": np.array(VERDICTS),
        "flagged": verdict > 0,
        "measure_names": np.array(MEASURES),
    }
