"""The jobs that judge filters: errors on validation and test paths, and the voltages that figures show."""

from typing import Any

import numpy as np

from gbar.config.subthreshold import BaselineSection
from gbar.jobs.job import Input, Output, job
from gbar.records.files import whole
from gbar.records.metrics import write_metrics
from gbar.subthreshold.baselines import fit
from gbar.subthreshold.dataset import Currents, Part, open_currents, sample_times_ms
from gbar.subthreshold.filters import load_filter

SHOWN_PATHS = 3  # the first ones, as in the figures of the published study
SETTLING_SAMPLES = 100  # a filter without memory of the start is judged behind them, too


@job("subthreshold evaluate", jax="float32", need="subthreshold.needs.of_judging")
def evaluate_filter(model: Input, data: Input, metrics: Output, predictions: Output) -> None:
    """Judge one filter on validation and test paths.

    Args:
        model: folder of the filter.
        data: data set.
        metrics: errors to write.
        predictions: voltages predicted of the first paths to write, mV, float32: `validation` and `test`, and the
            times of their samples, `validation_time_ms` and `test_time_ms`.
    """
    currents, filtered = open_currents(data), load_filter(model)
    V = {name: filtered(part.current_pA) for name, part in _parts(currents).items()}
    training = filtered.card.training
    report = _errors(currents, V) | {
        "parameters": training["parameters"],
        "seed": training["seed"],
        "paths": training["paths"],
        "epochs": training["epochs_done"],
        "best_epoch": training["best_epoch"],
        "training_s": training["seconds"],
        "training_status": training["status"],
        "validation_loss_mV2": filtered.card.metrics["validation_loss_mV2"],
    }
    shown = {name: values[:SHOWN_PATHS] for name, values in V.items()}
    times = {f"{name}_time_ms": sample_times_ms(values.shape[1]) for name, values in V.items()}
    with whole(predictions) as made, made.open("wb") as file:
        np.savez(file, **shown, **times)  # type: ignore[arg-type]
    write_metrics(metrics, report, [predictions])


@job("subthreshold baseline", need="subthreshold.needs.of_judging")
def evaluate_baseline(data: Input, settings: BaselineSection, metrics: Output) -> None:
    """Fit a linear filter to the training paths and judge it.

    Args:
        data: data set.
        settings: its lags.
        metrics: errors to write.
    """
    currents = open_currents(data)
    linear = fit(currents.training, settings)
    V = {name: linear(part.current_pA) for name, part in _parts(currents).items()}
    report = _errors(currents, V) | {"parameters": 1 + len(linear.weights_mV_per_pA), "lags": settings.model_dump()}
    write_metrics(metrics, report)


def _parts(currents: Currents) -> dict[str, Part]:
    return {"validation": currents.validation, "test": currents.test}


def _errors(currents: Currents, V: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the errors of predicted voltages.

    `…_mse_mV2` is the mean over all samples, `…_settled_mse_mV2` that behind the start, `test_path_mse_mV2` that of
    each test path, `constant_mse_mV2` what the mean of the training voltages would give.
    """
    mean = float(currents.training.V_mV.mean(dtype=float))
    report: dict[str, Any] = {"constant_mse_mV2": float(np.mean((currents.validation.V_mV.astype(float) - mean) ** 2))}
    for name, part in _parts(currents).items():
        squared = (V[name].astype(float) - part.V_mV) ** 2
        report |= {
            f"{name}_mse_mV2": float(squared.mean()),
            f"{name}_settled_mse_mV2": float(squared[:, SETTLING_SAMPLES:].mean()),
            f"{name}_worst_mV": float(np.sqrt(squared.max())),
        }
        if name == "test":
            report["test_path_mse_mV2"] = squared.mean(axis=1).tolist()
    return report
