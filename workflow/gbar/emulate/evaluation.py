"""The job that judges an emulator: predictions of the held-out windows, smoothed as validation advises, and scores."""

from time import perf_counter

import numpy as np

from gbar.config.emulate import SmoothingSection
from gbar.emulate.ensemble_scores import ensemble_scores
from gbar.emulate.model import Model, load_model
from gbar.emulate.per_window import beginning, write_scores
from gbar.emulate.scores import choose_sigma, floor, score, smooth
from gbar.emulate.split import TEST, VALIDATION
from gbar.emulate.windows import Windows
from gbar.emulate.windows_store import open_windows
from gbar.jobs.job import Input, Output, job
from gbar.records.files import whole
from gbar.records.metrics import write_metrics

TIMED_RUNS = 5


@job("evaluate", jax="float32", need="jobs.resources.of_evaluation")
def evaluate_emulator(
    model: Input,
    windows: Input,
    settings: SmoothingSection,
    metrics: Output,
    predictions: Output,
    scores: Output,
) -> None:
    """Score one emulator on its held-out windows.

    The width of the smoothing is chosen on validation windows; test windows choose nothing.

    Args:
        model: model directory.
        windows: data set.
        settings: widths of the smoothing to try.
        metrics: scores to write, .json.
        predictions: smoothed predictions of the test windows to write, .npz.
        scores: table of the test windows to write, .csv.
    """
    data, network = open_windows(windows), load_model(model)
    training = network.card.training
    if training["split"] == "window":
        data = data.split_as_published()
    validation, test = data.part(VALIDATION), data.part(TEST)
    scan = choose_sigma(network(data.inputs[validation]), data.trace[validation], settings.sigmas)
    predicted = smooth(network(data.inputs[test]), scan.sigma)
    found = score(predicted, data.trace[test], data.sample_ms)
    of_ensemble, spread_mV = ensemble_scores(network, data, test) if network.is_ensemble else ({}, None)
    early = beginning(data)
    bound = floor(data.trace, data.row, data.split)
    report = {
        "mse_mV2": found.mse_mV2,
        "rmse_mV": found.rmse_mV,
        "mae_mV": found.mae_mV,
        "mse_300_mV2": float(np.mean((predicted[:, early].astype(float) - data.trace[test][:, early]) ** 2)),
        **{f"mape_{name}_percent": value for name, value in found.apd_mape.items()},
        **{f"median_ape_{name}_percent": value for name, value in found.apd_median_ape.items()},
        "mdp_mae_mV": found.mdp_mae_mV,
        "peak_mae_mV": found.peak_mae_mV,
        "split": training["split"],
        "training_settings": training["settings"],
        "test_windows": found.n_windows,
        "test_simulations": len(np.unique(data.row[test])),
        "test_windows_measured": found.n_measured,
        "test_windows_without_predicted_ap": found.n_unmeasured,
        "drift_floor_mse_mV2": bound.unbiased_mse_mV2,
        "seen_floor_mse_mV2": bound.seen_mse_mV2,
        "sample_ms": data.sample_ms,
        "smoothing_sigma_samples": scan.sigma,
        "smoothing_scan": {"sigma": scan.sigmas, "validation_mse_mV2": scan.mse_mV2},
        "parameters": training["parameters"],
        "dormant_parameters": training["dormant_parameters"],
        "epochs": training["epochs_done"],
        "best_epoch": training["best_epoch"],
        "training_s": training["seconds"],
        "training_status": training["status"],
        "prediction_s_per_ap": _time_per_ap(network, data),
        **of_ensemble,
    }
    scalings = data.features[: data.setting_inputs.shape[1]]
    write_scores(scores, data, test, predicted, scalings, spread_mV)
    with whole(predictions) as made, made.open("wb") as file:
        np.savez(file, window=test.astype(np.int32), time_ms=data.time, trace=predicted.astype(np.float32))
    write_metrics(metrics, report, files=[predictions, scores])


def _time_per_ap(network: Model, data: Windows) -> float:
    """Return the seconds one predicted AP takes within a batch of all windows: the least of some runs, compiled."""
    network(data.inputs)
    times = []
    for _ in range(TIMED_RUNS):
        start = perf_counter()
        network(data.inputs)
        times.append(perf_counter() - start)
    return min(times) / len(data)
