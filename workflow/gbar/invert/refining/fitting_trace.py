"""Unit parameters fitted to a trace by Levenberg-Marquardt steps through the solver, on a growing part of the trace.

A spike that comes a little late makes the whole trace behind it wrong, so that the misfit of a long trace has many
valleys. Its beginning has few: the fit begins with a short part of the window and takes in more and more of it, by
which time the spikes so far are in place. What is fitted is X' = log10(clip(V) + offset), as the network sees it,
averaged over bins and smoothed by a Gaussian: spikes that miss each other still attract. Parameters that the part of
the trace does not tell are held by the inverter's own estimate: the misfit has the term `TRUSTS` times the mean square
of (u - u0) / error. Close to the trace it all but goes, and the derivatives become fine (`polished`).

The derivatives are forward differences: the solver takes all rows of them, of all starts and cells, side by side.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from gbar.invert.resimulate import Simulator
from gbar.invert.traces import scaled

SMOOTHING_ms = 0.3  # standard deviation
BIN_ms = 0.15
# A trace that is off by the root of it (in X') weighs as much as parameters that are off by their error. Starts take
# turns: little trust finds the way out of a poor estimate, more of it keeps parameters that show late from straying.
TRUSTS = (3e-4, 3e-5)
LEAST_ERROR = 0.02  # of a unit parameter: no estimate is trusted further
POLISHING_TRUST = 3e-9
# How far aside forward differences look, unit parameters: far at first, since spikes move by whole samples.
COARSE, FINE = 1e-2, 1e-3
LONGEST_STEP = 0.3  # of a unit parameter
# Dampings tried at each step, as multiples of the last one that was best; between limits.
DAMPINGS = np.array([0.1, 1.0, 10.0, 1000.0])
FIRST_DAMPING, LEAST_DAMPING, LARGEST_DAMPING = 1e-2, 1e-7, 1e3


@dataclass(frozen=True)
class Fit:
    """Traces to fit, one a row.

    Attributes:
        simulator: of the cell.
        wanted: X' of each trace in bins, (rows, bins).
        centre: the inverter's estimate of the unit parameters, (rows, parameters).
        weight: of the squared distance from it, of the same shape.
    """

    simulator: Simulator
    wanted: np.ndarray
    centre: np.ndarray
    weight: np.ndarray

    def step(self, unit: np.ndarray, damping: np.ndarray, bins: int, aside: float) -> tuple[np.ndarray, np.ndarray]:
        """Take one step of each row where it lowers the misfit.

        Args:
            unit: unit parameters of each row, (rows, parameters).
            damping: of each row, (rows,).
            bins: the first so many are fitted.
            aside: how far aside the derivatives look, unit parameters.

        Returns:
            Unit parameters and dampings to go on with.
        """
        rows, K = unit.shape
        moved = np.where(unit + aside > 1, -aside, aside)
        around = np.concatenate([unit[:, None], unit[:, None] + moved[:, None] * np.eye(K)], axis=1)
        y = self._seen(around, bins)
        wanted = smoothed(self.wanted[:, :bins], self.simulator) / self._norm
        r = y[:, 0] - wanted
        J = (y[:, 1:] - y[:, :1]) / moved[:, :, None]
        JJ = np.einsum("rim,rjm->rij", J, J) + self.weight[:, None] * np.eye(K)
        gradient = np.einsum("rim,rm->ri", J, r) + self.weight * (unit - self.centre)
        scale = np.einsum("rii->r", JJ) / K
        tried = np.empty((rows, len(DAMPINGS), K))
        for k, factor in enumerate(DAMPINGS):
            damped = JJ + (damping * factor * scale)[:, None, None] * np.eye(K)
            step = -np.linalg.solve(damped, gradient[..., None])[..., 0]
            tried[:, k] = np.clip(unit + np.clip(step, -LONGEST_STEP, LONGEST_STEP), -1, 1)
        off = self._seen(tried, bins) - wanted[:, None]
        misfit = np.sum(off**2, axis=-1) + self._distance(tried)
        best = misfit.argmin(axis=1)
        chosen = np.arange(rows), best
        better = misfit[chosen] < np.sum(r**2, axis=-1) + self._distance(unit[:, None])[:, 0]
        damping = np.clip(damping * np.where(better, DAMPINGS[best], 10.0), LEAST_DAMPING, LARGEST_DAMPING)
        return np.where(better[:, None], tried[chosen], unit), damping

    @property
    def _norm(self) -> float:
        """What X' is divided by, so that the misfit of the whole window is a mean square."""
        return float(np.sqrt(self.wanted.shape[1]))

    def _seen(self, unit: np.ndarray, bins: int) -> np.ndarray:
        """Return what the misfit compares of simulated traces, (rows, ..., bins) for unit (rows, ..., parameters)."""
        flat = unit.reshape(-1, unit.shape[-1])
        V = self.simulator.windows(flat, samples=bins * bin_samples(self.simulator))
        bins_of_rows = smoothed(binned(V, self.simulator), self.simulator)
        return (bins_of_rows / self._norm).reshape(*unit.shape[:-1], bins)

    def _distance(self, unit: np.ndarray) -> np.ndarray:
        """Return the term of the misfit that holds unit parameters, (rows, tries, parameters), to the estimate."""
        return np.sum(self.weight[:, None] * (unit - self.centre[:, None]) ** 2, axis=-1)


def fitted(
    simulator: Simulator, V: np.ndarray, starts: np.ndarray, error: np.ndarray, horizons: int, steps: int
) -> np.ndarray:
    """Return the unit parameters that each start leads to, (cells, starts, parameters).

    Args:
        simulator: of the cell.
        V: traces, mV, (cells, samples).
        starts: unit parameters, (cells, starts, parameters); the first is the inverter's estimate.
        error: of the estimate, unit parameters, (cells, parameters).
        horizons: number of lengths of the trace that are fitted one after the other.
        steps: at each of them.
    """
    cells, n_starts, K = starts.shape
    wanted = np.repeat(binned(V, simulator), n_starts, axis=0)
    trust = np.resize(TRUSTS, n_starts)[:, None]
    weight = (trust / (K * np.maximum(error, LEAST_ERROR) ** 2)[:, None]).reshape(-1, K)
    fit = Fit(simulator, wanted, np.repeat(np.clip(starts[:, 0], -1, 1), n_starts, axis=0), weight)
    unit, damping = np.clip(starts, -1, 1).reshape(-1, K), np.full(cells * n_starts, FIRST_DAMPING)
    for horizon in range(1, horizons + 1):
        bins = max(1, round(horizon / horizons * wanted.shape[1]))
        for _ in range(steps):
            unit, damping = fit.step(unit, damping, bins, COARSE)
    return unit.reshape(cells, n_starts, K)


def polished(
    simulator: Simulator, V: np.ndarray, unit: np.ndarray, estimate: np.ndarray, error: np.ndarray, steps: int
) -> np.ndarray:
    """Return unit parameters, (cells, parameters), after steps on the whole trace with fine derivatives.

    Args:
        simulator: of the cell.
        V: traces, mV, (cells, samples).
        unit: to go on from, close to the trace already.
        estimate: the inverter's.
        error: of the estimate.
        steps: number of them.
    """
    weight = POLISHING_TRUST / (unit.shape[1] * np.maximum(error, LEAST_ERROR) ** 2)
    fit = Fit(simulator, binned(V, simulator), np.clip(estimate, -1, 1), weight)
    damping = np.full(len(unit), FIRST_DAMPING)
    for _ in range(steps):
        unit, damping = fit.step(unit, damping, fit.wanted.shape[1], FINE)
    return unit


def trace_error(V: np.ndarray, simulated: np.ndarray, simulator: Simulator) -> np.ndarray:
    """Return the root mean squared difference of X' of traces in mV, (..., samples); a diverged one is at the top."""
    off = _as_seen(simulated, simulator) - _as_seen(V, simulator)
    return np.sqrt(np.mean(off.astype(float) ** 2, axis=-1))


def bin_samples(simulator: Simulator) -> int:
    """Return the samples of a bin."""
    return max(1, round(BIN_ms / simulator.view.sample_ms))


def binned(V: np.ndarray, simulator: Simulator) -> np.ndarray:
    """Return X' of traces, (rows, samples), averaged over whole bins, (rows, bins)."""
    size = bin_samples(simulator)
    bins = V.shape[1] // size
    return _as_seen(V[:, : bins * size], simulator).reshape(len(V), bins, size).mean(axis=-1, dtype=float)


def smoothed(bins: np.ndarray, simulator: Simulator) -> np.ndarray:
    """Return traces in bins, (rows, bins), smoothed by a Gaussian."""
    width = SMOOTHING_ms / (bin_samples(simulator) * simulator.view.sample_ms)
    return gaussian_filter1d(bins, width, axis=-1, mode="nearest")


def _as_seen(V: np.ndarray, simulator: Simulator) -> np.ndarray:
    clip_mV = simulator.window.clip_mV
    return scaled(np.nan_to_num(np.asarray(V), nan=clip_mV[1]), clip_mV)
