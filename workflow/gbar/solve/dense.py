"""From the steps a solver took to a regular grid: cubic Hermite interpolation."""

import numpy as np


def on_grid(t: np.ndarray, y: np.ndarray, dy: np.ndarray, every_ms: float, samples: int) -> np.ndarray:
    """Return y at k * every_ms, k = 0 ... samples - 1, NaN beyond the last step.

    Args:
        t: times of the steps, rising from 0, shape (steps,), ms.
        y: values there, (steps,).
        dy: derivatives there, (steps,), per ms.
        every_ms: interval between samples.
        samples: number of samples.
    """
    # A time that is a sample's but for rounding counts as that sample's.
    first = np.minimum(np.ceil(t / every_ms - 1e-9).astype(np.int64), samples)
    per_interval = np.diff(first)
    h = np.diff(t)
    rise = np.diff(y)
    # On each interval y = y0 + x (dy0 h + x (a + x b)), x from 0 to 1.
    slope = dy[:-1] * h
    a = 3 * rise - 2 * slope - dy[1:] * h
    b = slope + dy[1:] * h - 2 * rise
    result = np.full(samples, np.nan)
    covered = first[-1]
    x = (np.arange(covered) * every_ms - np.repeat(t[:-1], per_interval)) / np.repeat(h, per_interval)
    cubic = np.repeat(b, per_interval)
    for coefficient in (a, slope, y[:-1]):
        cubic = cubic * x + np.repeat(coefficient, per_interval)
    result[:covered] = cubic
    if covered < samples and abs(t[-1] / every_ms - covered) <= 1e-9:
        result[covered] = y[-1]
    return result
