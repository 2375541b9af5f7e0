"""Whether a cell has settled: what concentrations are at its last beats, and how they still change from beat to beat.

A concentration of a beat is that at its pulse, or at its upstroke where nothing paces the cell. It is read from slow
samples (`gbar.solve.settings.slow_stride`), continued along a straight line from the last two before the beat: those
behind it have the beat's own transient in them.
"""

import numpy as np

from gbar.traces.reading import Reading

# Changes from beat to beat are over the last two: of alternating beats the last and the one before differ for ever.
BEATS_COMPARED = 2


def last_beats(samples: np.ndarray, every_ms: float, reading: Reading) -> np.ndarray:
    """Return each concentration at the last beat, and its change from beat to beat, shape (concentration, 2).

    Both are NaN where there are too few beats to tell.

    Args:
        samples: concentrations, shape (concentration, time).
        every_ms: interval between samples.
        reading: of the trace.
    """
    values = np.full((len(samples), 2), np.nan)
    times = reading.pulses_ms if len(reading.pulses_ms) else reading.beats.upstroke_ms
    if len(times) > BEATS_COMPARED and samples.shape[1] > 1:
        places = times[[-1, -1 - BEATS_COMPARED]] / every_ms
        before = np.clip(np.floor(places + 1e-9).astype(int), 1, samples.shape[1] - 1)
        here = samples[:, before].astype(float)
        last, earlier = (here + (places - before) * (here - samples[:, before - 1])).T
        values[:, 0], values[:, 1] = last, (last - earlier) / BEATS_COMPARED
    return values
