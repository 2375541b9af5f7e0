"""Scores: how far predicted windows are from the simulated ones, and what smoothing and drift do to that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import dct
from scipy.ndimage import gaussian_filter1d

from gbar.emulate.measures import APDS, first_beats
from gbar.emulate.split import TEST, TRAIN
from gbar.traces.beats import Beats
from gbar.traces.settings import BeatSettings

SIGMAS = (0.0, *np.round(np.arange(1.0, 7.05, 0.1), 1).tolist())
TRUNCATE = 4.0  # standard deviations at which the Gaussian kernel ends, scipy's default


@dataclass(frozen=True)
class Scores:
    """How predicted windows compare with the simulated ones.

    Attributes:
        n_windows: number of windows compared.
        n_measured: windows whose APDs are all defined in both; only these enter the errors of the action
            potential.
        n_unmeasured: windows where the prediction has no AP, or one whose APD50, 75 or 90 is undefined.
        mse_mV2: mean squared error over all samples of all windows, mV squared.
        rmse_mV: its root.
        mae_mV: mean absolute error, mV.
        apd_mape: mean absolute percentage error of APD50, APD75, APD90, and of all three ("apd_all").
        apd_median_ape: the median in place of the mean.
        mdp_mae_mV: mean absolute error of the MDP after the AP, mV.
        peak_mae_mV: mean absolute error of the peak, mV.
    """

    n_windows: int
    n_measured: int
    n_unmeasured: int
    mse_mV2: float
    rmse_mV: float
    mae_mV: float
    apd_mape: dict[str, float]
    apd_median_ape: dict[str, float]
    mdp_mae_mV: float
    peak_mae_mV: float


@dataclass(frozen=True)
class SigmaScan:
    """The error on validation windows over the width of the smoothing.

    Attributes:
        sigma: the width with the least error, in samples.
        sigmas: the widths tried.
        mse_mV2: the error of each, mV squared.
    """

    sigma: float
    sigmas: tuple[float, ...]
    mse_mV2: tuple[float, ...]


@dataclass(frozen=True)
class Floor:
    """The error left to a network that sees the scalings alone: windows of one simulation differ too.

    Attributes:
        spread_mse_mV2: mean squared difference of windows from the mean of their simulation, over all
            windows.
        unbiased_mse_mV2: the same corrected for the number n of windows of each simulation, n / (n - 1): the
            error of a network that knew each simulation's mean exactly.
        seen_mse_mV2: error, over the test windows, of predicting the mean of the same simulation's training
            windows: the floor where the split is by window, given the number seen in training; NaN where the
            simulations of the test windows have no training windows.
        n_seen: number of test windows it is over.
    """

    spread_mse_mV2: float
    unbiased_mse_mV2: float
    seen_mse_mV2: float
    n_seen: int


def smooth(traces: np.ndarray, sigma: float) -> np.ndarray:
    """Smooth traces, shape (window, sample), with a Gaussian of `sigma` samples (0: not at all)."""
    return traces if sigma == 0 else np.asarray(gaussian_filter1d(traces, sigma, axis=-1, truncate=TRUNCATE))


def score(predicted: np.ndarray, simulated: np.ndarray, sample_ms: float, beats: BeatSettings) -> Scores:
    """Compare predicted with simulated windows.

    Args:
        predicted: mV, shape (window, sample).
        simulated: mV, same shape.
        sample_ms: sampling interval.
        beats: what counts as a beat of the cell.
    """
    error = predicted.astype(float) - simulated
    mse = float(np.mean(error**2))
    ours, theirs = (first_beats(traces, sample_ms, beats) for traces in (predicted, simulated))
    has_ap, is_measured = _complete(ours), _complete(ours) & _complete(theirs)
    ours, theirs = ours[is_measured], theirs[is_measured]
    ape = {name: 100 * np.abs(_apd(ours, name) / _apd(theirs, name) - 1) for name in APDS}
    ape["apd_all"] = np.concatenate(list(ape.values()))
    return Scores(
        n_windows=len(error),
        n_measured=int(is_measured.sum()),
        n_unmeasured=int((~has_ap).sum()),
        mse_mV2=mse,
        rmse_mV=float(np.sqrt(mse)),
        mae_mV=float(np.mean(np.abs(error))),
        apd_mape={name: _mean(values) for name, values in ape.items()},
        apd_median_ape={name: _median(values) for name, values in ape.items()},
        mdp_mae_mV=_mean(np.abs(ours.mdp_mV - theirs.mdp_mV)),
        peak_mae_mV=_mean(np.abs(ours.peak_mV - theirs.peak_mV)),
    )


def choose_sigma(predicted: np.ndarray, simulated: np.ndarray, sigmas: Sequence[float] = SIGMAS) -> SigmaScan:
    """Choose the width of the smoothing on validation windows.

    Smoothing with reflection at the ends, as `smooth` does, is a product in the cosine transform (DCT-II):
    with P and T the transforms of a predicted and a simulated trace and H that of the kernel, the squared
    error is the sum of H^2 P^2 - 2 H P T + T^2 over frequencies. So one transform serves all widths.

    Args:
        predicted: predictions of the validation windows, mV, shape (window, sample).
        simulated: the validation windows, mV, same shape.
        sigmas: widths to try, in samples; 0 is no smoothing.
    """
    n = predicted.shape[1]
    P = np.asarray(dct(predicted.astype(float), axis=1, norm="ortho"))
    T = np.asarray(dct(simulated.astype(float), axis=1, norm="ortho"))
    PP, PT, TT = ((a * b).mean(axis=0) for a, b in ((P, P), (P, T), (T, T)))
    mse = []
    for sigma in sigmas:
        H = _kernel_response(sigma, n)
        mse.append(float(np.sum(H * H * PP - 2 * H * PT + TT) / n))
    return SigmaScan(float(sigmas[int(np.argmin(mse))]), tuple(map(float, sigmas)), tuple(mse))


def floor(trace: np.ndarray, row: np.ndarray, split: np.ndarray) -> Floor:
    """Return the error that no network fed with the scalings alone gets below.

    Args:
        trace: windows, mV, shape (window, sample).
        row: the simulation of each, shape (window,).
        split: the part of each, shape (window,).
    """
    squares = unbiased = seen = 0.0
    n_repeated = n_seen = 0
    for one in np.unique(row):
        which = np.flatnonzero(row == one)
        windows, part = trace[which].astype(float), split[which]
        n = len(windows)
        from_mean = float(((windows - windows.mean(axis=0)) ** 2).mean(axis=1).sum())
        squares += from_mean
        if n > 1:
            unbiased += from_mean * n / (n - 1)
            n_repeated += n
        train, test = windows[part == TRAIN], windows[part == TEST]
        if len(train) and len(test):
            seen += float(((test - train.mean(axis=0)) ** 2).mean(axis=1).sum())
            n_seen += len(test)
    return Floor(
        spread_mse_mV2=squares / len(trace),
        unbiased_mse_mV2=unbiased / n_repeated if n_repeated else np.nan,
        seen_mse_mV2=seen / n_seen if n_seen else np.nan,
        n_seen=n_seen,
    )


def _kernel_response(sigma: float, n: int) -> np.ndarray:
    """Return the factor of each of the n cosine frequencies under `smooth`."""
    if sigma == 0:
        return np.ones(n)
    radius = int(TRUNCATE * sigma + 0.5)
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    return np.cos(np.pi * np.outer(np.arange(n), offsets) / n) @ kernel


def _apd(beats: Beats, name: str) -> np.ndarray:
    return getattr(beats, f"{name}_ms")


def _complete(beats: Beats) -> np.ndarray:
    return np.all(np.isfinite([_apd(beats, name) for name in APDS]), axis=0)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else np.nan
