"""Linear filters by least squares, which any network must be held against."""

from dataclasses import dataclass

import numpy as np

from gbar.config.subthreshold import BaselineSection
from gbar.subthreshold.dataset import Part

PATHS_AT_ONCE = 100  # 1 s of them with 39 lags are 31 MB


@dataclass(frozen=True)
class LinearFilter:
    """V[k] = offset + sum over lags of weight[lag] current[k - lag]; before a path began its current was 0.

    Attributes:
        first: least lag.
        weights_mV_per_pA: one a lag, shape (lag,).
        offset_mV: voltage without current.
    """

    first: int
    weights_mV_per_pA: np.ndarray
    offset_mV: float

    def __call__(self, current_pA: np.ndarray) -> np.ndarray:
        """Return the voltages under currents, mV, of the same shape (path, sample)."""
        V = np.full(current_pA.shape, self.offset_mV)
        for lag, weight in enumerate(self.weights_mV_per_pA, start=self.first):
            V[:, lag:] += weight * current_pA[:, : current_pA.shape[1] - lag]
        return V


def fit(part: Part, settings: BaselineSection) -> LinearFilter:
    """Return the linear filter of least squared error on paths."""
    lags = range(settings.first, settings.last + 1)
    n = len(lags) + 1
    A, b = np.zeros((n, n)), np.zeros(n)
    for start in range(0, len(part.V_mV), PATHS_AT_ONCE):
        block = slice(start, start + PATHS_AT_ONCE)
        current, V = part.current_pA[block], part.V_mV[block].astype(float)
        regressors = np.zeros((n, *V.shape))
        regressors[0] = 1.0
        for row, lag in enumerate(lags, start=1):
            regressors[row, :, lag:] = current[:, : V.shape[1] - lag]
        flat = regressors.reshape(n, -1)
        A += flat @ flat.T
        b += flat @ V.ravel()
    offset, *weights = np.linalg.lstsq(A, b, rcond=None)[0]
    return LinearFilter(settings.first, np.array(weights), float(offset))
