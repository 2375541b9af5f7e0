"""Trains of spikes, and how far two of them are apart.

A spike is a beat of a neuron as `gbar.traces` finds it. Its time is that at which V crosses the level of an upstroke:
unlike that of the steepest slope it hardly depends on the sampling interval. (The published comparison of recorded and
predicted traces takes every crossing of +10 mV, which the samples of a short spike may miss.)

The distance of two trains is the ISI distance of Kreuz, Haas, Morelli, Abarbanel and Politi (J Neurosci Methods
2007;165:151-161), with the intervals at the edges as Kreuz, Mulansky and Bozanic take them (J Neurophysiol
2015;113:3432-3445).
"""

import numpy as np

from gbar.traces.reading import find_beats
from gbar.traces.settings import of_kind

NEURON = of_kind("neuron")


def spike_times(V_mV: np.ndarray, sample_ms: float) -> np.ndarray:
    """Return the times of the spikes of a trace, shape (sample,), ms from its first sample."""
    level = NEURON.level_mV
    upstrokes = find_beats(V_mV, sample_ms, NEURON).upstroke_ms
    below = np.flatnonzero((V_mV[:-1] < level) & (V_mV[1:] >= level))
    crossings = (below + (level - V_mV[below]) / (V_mV[below + 1] - V_mV[below])) * sample_ms
    return crossings[np.abs(upstrokes[:, None] - crossings).argmin(axis=1)] if len(crossings) else upstrokes


def timing_error_ms(times: np.ndarray, others: np.ndarray) -> float:
    """Return the mean absolute difference between the k-th times of both, as many as both have; NaN for none."""
    common = min(len(times), len(others))
    return float(np.mean(np.abs(times[:common] - others[:common]))) if common else np.nan


def isi_distance(times: np.ndarray, others: np.ndarray, start_ms: float, end_ms: float) -> float:
    """Return the ISI distance of two trains of spikes between two times.

    It is the mean over time of 1 - min(x, y) / max(x, y), x and y being the intervals between spikes in which a time
    lies. At the edges an interval lasts from the edge to the spike, or as long as its neighbour if that is longer; a
    train without spikes has one interval.
    """
    edges = np.unique(np.concatenate([[start_ms, end_ms], times, others]))
    middle, length = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    x, y = (_intervals(train, start_ms, end_ms)[np.searchsorted(train, middle)] for train in (times, others))
    return float(np.sum((1 - np.minimum(x, y) / np.maximum(x, y)) * length) / (end_ms - start_ms))


def _intervals(train: np.ndarray, start_ms: float, end_ms: float) -> np.ndarray:
    """Return the interval before each spike and behind the last, ms, shape (spikes + 1,)."""
    intervals = np.diff(np.concatenate([[start_ms], train, [end_ms]]))
    if len(train) > 1:
        intervals[0] = max(intervals[0], intervals[1])
        intervals[-1] = max(intervals[-1], intervals[-2])
    return intervals
