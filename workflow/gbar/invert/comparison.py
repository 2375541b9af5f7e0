"""How far a simulated trace is from another one: voltages, spikes, features; each at its own sampling interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gbar.invert.spikes import isi_distance, timing_error_ms
from gbar.invert.stretch import Stretch

# eFEL's features of the published comparison, and its span of a window, away from its edges.
FEATURES = ("mean_frequency", "time_to_first_spike", "mean_AP_amplitude")
FEATURE_UNITS = {"mean_frequency": "Hz", "time_to_first_spike": "ms", "mean_AP_amplitude": "mV"}
EDGE_ms = 1.0


@dataclass(frozen=True)
class Difference:
    """How far a trace is from another.

    Attributes:
        rmse_mV: root mean squared difference of the voltages, both clipped alike, at the samples of the second.
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


def difference(trace: Stretch, predicted: Stretch, clip_mV: tuple[float, float]) -> Difference:
    """Return how far a predicted trace is from another over the same window; all NaN if it diverged."""
    if not np.isfinite(predicted.window_mV).all():
        return Difference(np.nan, len(trace.spikes_ms), 0, np.nan, np.nan)
    off = np.clip(predicted.window_mV, *clip_mV).astype(float) - np.clip(trace.at(predicted.time_ms), *clip_mV)
    return Difference(
        rmse_mV=float(np.sqrt(np.mean(off**2))),
        spikes=len(trace.spikes_ms),
        spikes_predicted=len(predicted.spikes_ms),
        timing_ms=timing_error_ms(trace.spikes_ms, predicted.spikes_ms),
        isi_distance=isi_distance(trace.spikes_ms, predicted.spikes_ms, 0.0, predicted.length_ms),
    )


def features(traces: Sequence[Stretch]) -> dict[str, np.ndarray]:
    """Return eFEL's `FEATURES` of windows; NaN where undefined, as without spikes or in a trace that diverged."""
    import efel

    given, places = [], []
    for place, one in enumerate(traces):
        if np.isfinite(one.window_mV).all():
            span = {"stim_start": [EDGE_ms], "stim_end": [one.length_ms - EDGE_ms]}
            given.append({"T": one.time_ms, "V": one.window_mV.astype(float), **span})
            places.append(place)
    table = {name: np.full(len(traces), np.nan) for name in FEATURES}
    measured = efel.get_mean_feature_values(given, list(FEATURES), raise_warnings=False)
    for place, found in zip(places, measured, strict=True):
        for name in FEATURES:
            table[name][place] = np.nan if found[name] is None else found[name]
    return table
