"""From the steps a solver took to a regular grid, or to an integral: cubic Hermite interpolation."""

import numpy as np


def on_grid(t: np.ndarray, y: np.ndarray, dy: np.ndarray, every_ms: float, samples: int) -> np.ndarray:
    """Return y at k * every_ms, k = 0 ... samples - 1, NaN beyond the last step.

    Args:
        t: times of the steps, rising from 0, shape (steps,), ms.
        y: values there, (steps,) or, of several at once, (steps, n).
        dy: derivatives there, as y, per ms.
        every_ms: interval between samples.
        samples: number of samples.
    """
    # A time that is a sample's but for rounding counts as that sample's.
    first = np.minimum(np.ceil(t / every_ms - 1e-9).astype(np.int64), samples)
    per_interval = np.diff(first)
    used = np.flatnonzero(per_interval)  # few of them where samples are far apart
    per_interval = per_interval[used]
    each = (-1, *[1] * (y.ndim - 1))
    h = (t[used + 1] - t[used]).reshape(each)
    y0, dy0, dy1 = y[used], dy[used], dy[used + 1]
    rise = y[used + 1] - y0
    # On each interval y = y0 + x (dy0 h + x (a + x b)), x from 0 to 1.
    slope = dy0 * h
    a = 3 * rise - 2 * slope - dy1 * h
    b = slope + dy1 * h - 2 * rise
    covered = first[-1]
    x = np.arange(covered) * every_ms
    x -= np.repeat(t[used], per_interval)
    x = x.reshape(each)
    x /= np.repeat(h, per_interval, axis=0)
    result = np.empty((samples, *y.shape[1:]))
    result[covered:] = np.nan
    cubic = result[:covered]
    cubic[:] = np.repeat(b, per_interval, axis=0)
    for coefficient in (a, slope, y0):
        cubic *= x
        cubic += np.repeat(coefficient, per_interval, axis=0)
    if covered < samples and abs(t[-1] / every_ms - covered) <= 1e-9:
        result[covered] = y[-1]
    return result


def integral(t: np.ndarray, y: np.ndarray, dy: np.ndarray, from_ms: float) -> float:
    """Return the integral of y over time, from a time on to the last step.

    Args:
        t: times of the steps, rising from 0, shape (steps,), ms.
        y: values there, (steps,).
        dy: derivatives there, per ms.
        from_ms: where the integral begins.
    """
    h = np.diff(t)
    whole = h * (y[1:] + y[:-1]) / 2 + h**2 * (dy[:-1] - dy[1:]) / 12
    first = min(int(np.searchsorted(t, from_ms, side="right")) - 1, len(h) - 1)
    x = (from_ms - t[first]) / h[first] if h[first] > 0 else 0.0
    rise, slope, end_slope = y[first + 1] - y[first], dy[first] * h[first], dy[first + 1] * h[first]
    a, b = 3 * rise - 2 * slope - end_slope, slope + end_slope - 2 * rise
    before = h[first] * x * (y[first] + x * (slope / 2 + x * (a / 3 + x * b / 4)))
    return float(whole[first:].sum() - before)
