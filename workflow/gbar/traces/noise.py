"""Noise of a recorded trace: how much there is, and a smoothing that leaves upstrokes as steep as they are.

The level is told from third differences, in which a membrane potential cancels and white noise does not. A noisy trace
is smoothed by local means, its slope by local straight lines (Savitzky and Golay, Anal Chem 1964;36:1627-1639), of a
length chosen for each sample: the longest whose confidence intervals still overlap with those of all shorter ones
(intersection of confidence intervals: Goldenshluger and Nemirovski, Math Methods Stat 1997;6:135-170; Katkovnik, IEEE
Trans Signal Process 1999;47:2567-2571). A diastole is smoothed over milliseconds, a fast upstroke hardly. Means never
overshoot: local parabolas make the diastole beside an upstroke 2.5 mV too low at 1 mV of noise.
"""

from typing import NamedTuple

import numpy as np

FILTER = "local means of up to 10 ms, shorter where V bends"
# Rounding of a store in steps of 0.01 mV is below this, the noise of any recording above.
LEAST_MV = 0.02
# Where samples are further apart than this, a spike has as few of them as noise would show.
COARSEST_MS = 0.2
LONGEST_MS = 10.0
GROWTH = 1.5  # from one length to the next
# Of the voltage and of its slope: standard errors on either side, samples whose median length each takes, and by how
# many steps shorter than the longest that agrees the fit is: a bias that hides in the errors matters in a slope.
CONFIDENCE, NEIGHBOURS, SHORTER = (3.0, 2.5), (15, 5), (0, 1)
PLAIN_ERROR = 0.02  # of a slope: a difference of samples that is as good is taken as it is
CHUNK = 200_000  # samples smoothed at a time
THIRD = 1 / np.sqrt(20.0)  # third differences of white noise have the variance 1 + 9 + 9 + 1
TO_SIGMA = 1.4826  # from a median of absolute values to a standard deviation
SEEN = 20_000  # samples that the level is told from


class Smoothed(NamedTuple):
    """A smoothed trace.

    Attributes:
        V: mV, shape (time,).
        V_error: what its values differ by without meaning, mV: four standard errors where it is smoothed most.
        slope: dV/dt in the middle of each interval, V/s, shape (time - 1,).
        slope_error: its standard error.
    """

    V: np.ndarray
    V_error: float
    slope: np.ndarray
    slope_error: np.ndarray


def level_mV(V: np.ndarray, dt_ms: float) -> float:
    """Return the standard deviation of the noise of a finite trace; 0 below `LEAST_MV`, or where it cannot be told."""
    if dt_ms > COARSEST_MS or len(V) < 50:
        return 0.0
    pieces = max(1, len(V) // SEEN)
    # Quadruples of neighbours, spread over the trace.
    seen = V[: 4 * (len(V) // 4)].reshape(-1, 4)[::pieces].astype(float)
    third = seen[:, 3] - 3 * seen[:, 2] + 3 * seen[:, 1] - seen[:, 0]
    sigma = TO_SIGMA * THIRD * float(np.median(np.abs(third)))
    return sigma if sigma >= LEAST_MV else 0.0


def smooth(V: np.ndarray, dt_ms: float, noise_mV: float) -> Smoothed:
    """Return a noisy trace smoothed, and its slope.

    Args:
        V: mV, finite, shape (time,).
        dt_ms: sampling interval.
        noise_mV: standard deviation of its noise.
    """
    V = V.astype(float)
    value, of_value = _adaptive(V, noise_mV, dt_ms, derivative=0)
    slope, error = _adaptive(V, noise_mV, dt_ms, derivative=1)
    middle, of_middle = (slope[1:] + slope[:-1]) / 2, np.maximum(error[1:], error[:-1])
    # What the noise hardly touches needs no smoothing, which would make an upstroke of a few samples less steep.
    plain, of_plain = np.diff(V) / dt_ms, noise_mV * np.sqrt(2.0) / dt_ms
    as_it_is = of_plain < PLAIN_ERROR * np.abs(plain)
    middle[as_it_is], of_middle[as_it_is] = plain[as_it_is], of_plain
    return Smoothed(value, 4 * float(of_value.min()), middle, of_middle)


def _adaptive(V: np.ndarray, noise_mV: float, dt_ms: float, derivative: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the estimate at each sample by the longest fit that agrees with all shorter ones, and its error."""
    halves = _half_lengths(len(V), dt_ms)
    margin = 2 * halves[-1] + max(NEIGHBOURS)
    parts = []
    for start in range(0, len(V), CHUNK):
        first, end = max(0, start - margin), min(len(V), start + CHUNK + margin)
        estimate, error = _of_chunk(V[first:end], noise_mV, dt_ms, derivative, halves)
        kept = slice(start - first, min(start + CHUNK, len(V)) - first)
        parts.append((estimate[kept], error[kept]))
    estimates, errors = zip(*parts, strict=True)
    return np.concatenate(estimates), np.concatenate(errors)


def _of_chunk(
    V: np.ndarray, noise_mV: float, dt_ms: float, derivative: int, halves: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    from scipy.ndimage import correlate1d, median_filter  # it takes a second to import, and most traces have no noise
    from scipy.signal import savgol_coeffs

    low, high = np.full(len(V), -np.inf), np.full(len(V), np.inf)
    longest, agree = np.zeros(len(V), np.int8), np.ones(len(V), bool)
    estimates, errors = np.empty((len(halves), len(V))), np.empty(len(halves))
    for place, half in enumerate(halves):
        weights = savgol_coeffs(2 * half + 1, derivative, deriv=derivative, delta=dt_ms, use="dot")
        estimates[place] = correlate1d(V, weights, mode="nearest")
        errors[place] = noise_mV * float(np.sqrt(np.sum(weights**2)))
        np.maximum(low, estimates[place] - CONFIDENCE[derivative] * errors[place], out=low)
        np.minimum(high, estimates[place] + CONFIDENCE[derivative] * errors[place], out=high)
        agree &= low <= high
        longest[agree] = place
    # A length that neighbours do not share was chosen by the noise.
    longest = median_filter(longest, NEIGHBOURS[derivative], mode="nearest")
    chosen = np.maximum(longest - SHORTER[derivative], 0)
    return estimates[chosen, np.arange(len(V))], errors[chosen]


def _half_lengths(samples: int, dt_ms: float) -> list[int]:
    longest = min(LONGEST_MS / dt_ms / 2, (samples - 1) / 2)
    lengths, half = [], 1.0
    while half <= longest:
        lengths.append(round(half))
        half = max(half * GROWTH, half + 1)
    return lengths
