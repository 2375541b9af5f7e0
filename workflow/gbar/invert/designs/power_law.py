"""The power law of accuracy against the number of training traces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gbar.errors import wrong

REFERENCE = 100_000  # training traces of the first published point


@dataclass(frozen=True)
class PowerLaw:
    """MSE = coefficient (N / `REFERENCE`)^exponent, with the standard errors of both; NaN from only two points."""

    coefficient: float
    exponent: float
    coefficient_error: float
    exponent_error: float

    def __call__(self, sizes: ArrayLike) -> np.ndarray:
        """Return the MSE at numbers of training traces."""
        return self.coefficient * (np.asarray(sizes) / REFERENCE) ** self.exponent


def fit_power_law(sizes: ArrayLike, mse: ArrayLike) -> PowerLaw:
    """Return the line of least squares through log MSE against log N.

    Args:
        sizes: numbers of training traces; one may come several times.
        mse: the errors they gave.

    Raises:
        UserError: fewer than two different sizes, or an error that is not positive and finite.
    """
    x, y = np.log(np.asarray(sizes, float) / REFERENCE), np.asarray(mse, float)
    if len(np.unique(x)) < 2:
        raise wrong("sizes", np.asarray(sizes).tolist(), "at least two different numbers of training traces")
    if not (np.isfinite(y) & (y > 0)).all():
        raise wrong("mse", np.asarray(mse).tolist(), "positive numbers")
    y = np.log(y)
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    intercept = float(y.mean() - slope * x.mean())
    free = len(x) - 2
    variance = float(np.sum((y - intercept - slope * x) ** 2) / free) if free else np.nan
    slope_error = np.sqrt(variance / (away @ away))
    intercept_error = np.sqrt(variance * (1 / len(x) + x.mean() ** 2 / (away @ away)))
    coefficient = float(np.exp(intercept))
    return PowerLaw(coefficient, slope, float(coefficient * intercept_error), float(slope_error))
