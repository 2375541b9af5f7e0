"""Calcium transients, or those of any concentration: what one looks like over a beat.

Of the last beat of a trace, from its pulse (or upstroke) to the next or to the end, are measured

- *diastolic*: the concentration at the pulse;
- *peak*: the largest after it;
- *amplitude*: peak minus diastolic;
- *time to peak*: from the pulse;
- *duration CTDx*: from the rise through 10 % of the amplitude to the last fall through peak - x/100 * amplitude;
  undefined of a transient that does not come so far before the next beat.

The FDA's program counts durations from the rise through 90 %, that of Tomek et al. from the level of the fall.
"""

import numpy as np

from gbar.traces.reading import Reading

RISEN = 0.1
DURATIONS = (50, 90)
MEASURES = ("diastolic", "peak", "amplitude", "time_to_peak", *(f"duration{percent}" for percent in DURATIONS))


def transient(trace: np.ndarray, dt_ms: float, reading: Reading) -> np.ndarray:
    """Return the measures of the last transient, in the order of `MEASURES`; NaN where undefined.

    Args:
        trace: the concentration, shape (time,).
        dt_ms: sampling interval.
        reading: of the voltage.
    """
    starts_ms = reading.pulses_ms if len(reading.pulses_ms) else reading.beats.upstroke_ms
    if not len(starts_ms) or not np.all(np.isfinite(trace)):
        return np.full(len(MEASURES), np.nan)
    first = int(np.ceil(starts_ms[-1] / dt_ms - 1e-9))
    beat = trace[first:].astype(float)
    if len(beat) < 2:
        return np.full(len(MEASURES), np.nan)
    top = int(beat.argmax())
    diastolic, peak = beat[0], beat[top]
    amplitude = peak - diastolic
    rise = _crossing(beat[: top + 1], diastolic + RISEN * amplitude)
    falls = [_last_fall(beat, top, peak - percent / 100 * amplitude) for percent in DURATIONS]
    return np.array([diastolic, peak, amplitude, top * dt_ms, *((fall - rise) * dt_ms for fall in falls)])


def _crossing(rising: np.ndarray, level: float) -> float:
    """Return where values come through a level for the last time, as a number of samples."""
    below = np.flatnonzero(rising < level)
    if not len(below) or below[-1] + 1 >= len(rising):
        return np.nan
    k = int(below[-1])
    return k + (level - rising[k]) / (rising[k + 1] - rising[k])


def _last_fall(beat: np.ndarray, top: int, level: float) -> float:
    above = np.flatnonzero(beat[top:] >= level)
    k = top + int(above[-1]) if len(above) else top
    if k + 1 >= len(beat):
        return np.nan
    return k + (beat[k] - level) / (beat[k] - beat[k + 1])
