"""What a comparison of traces looks at; independent of gbar's own biomarkers. Traces are regular, mV and ms."""

import numpy as np


def upstrokes_ms(V_mV: np.ndarray, every_ms: float, level_mV: float = -20.0) -> np.ndarray:
    """Return when V crosses a level upwards, interpolated linearly."""
    return crossings_ms(np.arange(len(V_mV)) * every_ms, V_mV, level_mV)


def crossings_ms(t_ms: np.ndarray, V_mV: np.ndarray, level_mV: float = -20.0) -> np.ndarray:
    """Return when V, sampled at any times, crosses a level upwards, interpolated linearly."""
    before = np.flatnonzero((V_mV[:-1] < level_mV) & (V_mV[1:] >= level_mV))
    rise = V_mV[before + 1] - V_mV[before]
    return t_ms[before] + (level_mV - V_mV[before]) / rise * (t_ms[before + 1] - t_ms[before])


def apd90_ms(t_ms: np.ndarray, V_mV: np.ndarray, cycle_length_ms: float) -> np.ndarray:
    """Return the APD90 of each beat of a paced cell, NaN where it does not repolarise by 90 % before the next.

    From the crossing of -40 mV upwards to that of the level which lies 10 % of the way from the potential before the
    beat (the first sample of the cycle) to the peak.
    """
    found = []
    for start_ms in np.arange(0.0, t_ms[-1], cycle_length_ms):
        inside = slice(*np.searchsorted(t_ms, [start_ms - 1e-9, start_ms + cycle_length_ms - 1e-9]))
        t, V = t_ms[inside], V_mV[inside]
        peak = int(np.argmax(V))
        up = crossings_ms(t[: peak + 1], V[: peak + 1], -40.0)
        level_mV = V[0] + 0.1 * (V[peak] - V[0])
        down = crossings_ms(t[peak:], -V[peak:], -level_mV)
        found.append(down[0] - up[-1] if len(up) and len(down) else np.nan)
    return np.array(found)


def spikes(V_mV: np.ndarray, level_mV: float = 20.0) -> np.ndarray:
    """Return the number of upward crossings of a level of each row of (rows, samples)."""
    return ((V_mV[:, :-1] < level_mV) & (V_mV[:, 1:] >= level_mV)).sum(axis=1)


def rmse(difference: np.ndarray) -> np.ndarray:
    """Return the root mean square of each row."""
    return np.sqrt((difference**2).mean(axis=1))
