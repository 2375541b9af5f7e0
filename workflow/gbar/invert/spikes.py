"""Action potentials of traces, and how far two trains of them are apart.

A spike is where V crosses +10 mV upwards, as in the published comparison of recorded and predicted traces. The distance
of two trains is the ISI distance of Kreuz, Haas, Morelli, Abarbanel and Politi (J Neurosci Methods 2007;165:151-161),
with the intervals at the edges as Kreuz, Mulansky and Bozanic take them (J Neurophysiol 2015;113:3432-3445).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

SPIKE_mV = 10.0
# eFEL's features of the published comparison, and its span of a window, away from its edges.
FEATURES = ("mean_frequency", "time_to_first_spike", "mean_AP_amplitude")
FEATURE_UNITS = {"mean_frequency": "Hz", "time_to_first_spike": "ms", "mean_AP_amplitude": "mV"}
EDGE_ms = 1.0


@dataclass(frozen=True)
class Difference:
    """How far a trace is from another.

    Attributes:
        rmse_mV: root mean squared difference of the voltages, both clipped alike.
        spikes: spikes of the first trace.
        spikes_predicted: spikes of the second.
        timing_ms: mean absolute difference between the times of the k-th spikes of both, over the spikes that both
            have; NaN where one has none.
        isi_distance: 0 for equal trains, at most 1.
    """

    rmse_mV: float
    spikes: int
    spikes_predicted: int
    timing_ms: float
    isi_distance: float


def difference(V: np.ndarray, predicted: np.ndarray, sample_ms: float, clip_mV: tuple[float, float]) -> Difference:
    """Return how far a predicted trace is from another, both in mV, shape (sample,); all NaN if it diverged."""
    if not np.isfinite(predicted).all():
        return Difference(np.nan, len(spike_times(V, sample_ms)), 0, np.nan, np.nan)
    times, others = spike_times(V, sample_ms), spike_times(predicted, sample_ms)
    off = np.clip(predicted, *clip_mV) - np.clip(V, *clip_mV)
    return Difference(
        rmse_mV=float(np.sqrt(np.mean(off.astype(float) ** 2))),
        spikes=len(times),
        spikes_predicted=len(others),
        timing_ms=timing_error_ms(times, others),
        isi_distance=isi_distance(times, others, 0.0, len(V) * sample_ms),
    )


def spike_times(V_mV: np.ndarray, sample_ms: float) -> np.ndarray:
    """Return the times at which a trace, shape (sample,), crosses `SPIKE_mV` upwards, ms from its first sample."""
    below = np.flatnonzero((V_mV[:-1] <= SPIKE_mV) & (V_mV[1:] > SPIKE_mV))
    rise = (SPIKE_mV - V_mV[below]) / (V_mV[below + 1] - V_mV[below])
    return (below + rise) * sample_ms


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


def features(traces: Iterable[np.ndarray], sample_ms: float) -> dict[str, np.ndarray]:
    """Return eFEL's `FEATURES` of windows, mV; NaN where one is undefined, as without spikes.

    Args:
        traces: each of shape (sample,).
        sample_ms: interval of the samples.
    """
    import efel

    given = []
    for V in traces:
        time_ms = np.arange(len(V)) * sample_ms
        span = {"stim_start": [EDGE_ms], "stim_end": [len(V) * sample_ms - EDGE_ms]}
        given.append({"T": time_ms, "V": np.asarray(V, float), **span})
    found = efel.get_mean_feature_values(given, list(FEATURES), raise_warnings=False)
    return {
        name: np.array([np.nan if one[name] is None else one[name] for one in found], dtype=float) for name in FEATURES
    }
