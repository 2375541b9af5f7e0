"""The QA flag of a trace under the chirp23a stimulus: it rests during the reset and spikes after it.

As in the public code DL4neurons (V. Baratham and others, 2019, `run.py`, `_qa`): upward crossings of +20 mV are
counted; there must be none in the samples [4000, 5400) at 0.02 ms, while the reset holds the cell down, and 1 to 30 in
[6001, 16999), from the ramp to the end of the rest after the chirp. Here the two windows are times, so that traces
saved at another interval are judged alike.
"""

import math

import numpy as np

from gbar.config.sweep import SweepSection
from gbar.errors import wrong

STIMULUS = "chirp23a"
SPIKE_mV = 20.0
RESET_MS = (80.0, 108.0)
RESPONSE_MS = (120.02, 339.98)
FEWEST, MOST = 1, 30  # spikes of the response


def passes(V: np.ndarray, sample_ms: float) -> np.ndarray:
    """Return which traces pass, bool, shape (row,).

    Args:
        V: membrane potential from time 0 on, mV, shape (row, time).
        sample_ms: its sampling interval, ms.
    """
    spikes = crossings(V, RESPONSE_MS, sample_ms)
    return (crossings(V, RESET_MS, sample_ms) == 0) & (spikes >= FEWEST) & (spikes <= MOST)


def crossings(V: np.ndarray, window_ms: tuple[float, float], sample_ms: float) -> np.ndarray:
    """Return how often each trace crosses `SPIKE_mV` upwards, start of the window included, its end not; shape (row,).

    A crossing counts if the samples before and behind it both lie in the window.
    """
    first, last = (math.ceil(time / sample_ms - 1e-6) for time in window_ms)
    is_above = V[:, first:last] > SPIKE_mV
    return np.sum(~is_above[:, :-1] & is_above[:, 1:], axis=1)


def check_stimulus(sweep: SweepSection) -> None:
    """Raise `UserError` where the sweep's stimulus is none that the flag is made for."""
    kind = sweep.protocol.stimulus_of(sweep.cell.cell()).kind
    if kind != STIMULUS:
        raise wrong(
            "traces.checked", True, f"false: the check is made for the stimulus {STIMULUS}, and the sweep has {kind}"
        )
