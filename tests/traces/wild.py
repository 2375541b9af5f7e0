"""Traces with the troubles that users of other tools report, each built so that the right answer is known.

An action potential rises in 1 ms from -80 to 30 mV and falls in a straight line: APDx is 0.5 + x times the fall.
"""

from collections.abc import Sequence

import numpy as np

DT_MS = 0.05
REST_MV, PEAK_MV, RISE_MS, FALL_MS = -80.0, 30.0, 1.0, 200.0
UPSTROKES_MS = (500.0, 1500.0, 2500.0, 3500.0)
HUMP = ([-1e9, -0.5, 0.5, 136.7, 176.7, 367.0], [-80.0, -80.0, 30.0, -45.0, -5.0, -80.0])


def time_ms(duration_ms: float) -> np.ndarray:
    return np.arange(round(duration_ms / DT_MS)) * DT_MS


def action_potentials(
    upstrokes_ms: Sequence[float] = UPSTROKES_MS,
    duration_ms: float = 4500.0,
    *,
    fall_ms: float | Sequence[float] = FALL_MS,
    rise_ms: float = RISE_MS,
    rest_mV: float = REST_MV,
    peak_mV: float = PEAK_MV,
) -> np.ndarray:
    """Action potentials whose rises, straight lines, have their middle at the times given."""
    t = time_ms(duration_ms)
    V = np.full(len(t), rest_mV)
    falls = [fall_ms] * len(upstrokes_ms) if isinstance(fall_ms, float | int) else fall_ms
    for upstroke, fall in zip(upstrokes_ms, falls, strict=True):
        points = [-1e9, -rise_ms / 2, rise_ms / 2, rise_ms / 2 + fall]
        V = np.maximum(V, np.interp(t - upstroke, points, [rest_mV, rest_mV, peak_mV, rest_mV]))
    return V


def smooth_action_potentials(rise_ms: float, duration_ms: float = 4500.0) -> np.ndarray:
    """The same, but each rise is half a cosine, steepest in its middle."""
    t = time_ms(duration_ms)
    V = action_potentials(duration_ms=duration_ms, rise_ms=rise_ms)
    for upstroke in UPSTROKES_MS:
        rising = (t >= upstroke - rise_ms / 2) & (t < upstroke + rise_ms / 2)
        phase = np.pi * (t[rising] - upstroke + rise_ms / 2) / rise_ms
        V[rising] = REST_MV + (PEAK_MV - REST_MV) * (1 - np.cos(phase)) / 2
    return V


def triangles(period_ms: float, trough_mV: float, peak_mV: float, duration_ms: float) -> np.ndarray:
    """Spikes that rise in a quarter of the period, one behind the other."""
    return np.interp(time_ms(duration_ms) % period_ms, [0, period_ms / 4, period_ms], [trough_mV, peak_mV, trough_mV])
