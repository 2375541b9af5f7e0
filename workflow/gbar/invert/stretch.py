"""A trace around the window that an inverter sees, at its own sampling interval: where spikes are counted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gbar.invert.spikes import spike_times

MARGIN_ms = 5.0  # kept beside a window where there is more: a spike at its edge is seen whole
ROUNDING = 1e-6  # of a sample


@dataclass(frozen=True, eq=False)
class Stretch:
    """A trace around a window.

    Attributes:
        V_mV: membrane potential, (samples,).
        sample_ms: interval of the samples.
        begin_ms: time of the first one from the start of the window, below 0 where there is more of the trace.
        length_ms: from the start of the window to its end.
    """

    V_mV: np.ndarray
    sample_ms: float
    begin_ms: float
    length_ms: float

    @property
    def _inside(self) -> slice:
        first = np.ceil(-self.begin_ms / self.sample_ms - ROUNDING)
        last = np.floor((self.length_ms - self.begin_ms) / self.sample_ms + ROUNDING)
        return slice(max(int(first), 0), int(last) + 1)

    @property
    def time_ms(self) -> np.ndarray:
        """Times of the samples in the window, ms from its start."""
        return self.begin_ms + np.arange(len(self.V_mV))[self._inside] * self.sample_ms

    @property
    def window_mV(self) -> np.ndarray:
        """The samples in the window."""
        return self.V_mV[self._inside]

    @cached_property
    def spikes_ms(self) -> np.ndarray:
        """Times of the spikes in the window, ms from its start."""
        times = self.begin_ms + spike_times(self.V_mV, self.sample_ms)
        return times[(times >= 0) & (times < self.length_ms)]

    def at(self, time_ms: np.ndarray) -> np.ndarray:
        """Return the voltage at times from the start of the window, straight between samples."""
        return np.interp(time_ms, self.begin_ms + np.arange(len(self.V_mV)) * self.sample_ms, self.V_mV)


def stretch(V_mV: np.ndarray, sample_ms: float, start_ms: float, length_ms: float) -> Stretch:
    """Return the part of a trace around a window, no further than the next missing voltage on either side.

    Args:
        V_mV: the trace, (samples,), its first sample at 0 ms.
        sample_ms: interval of its samples.
        start_ms: where the window starts.
        length_ms: how long it is.
    """
    first = max(0, int(np.floor((start_ms - MARGIN_ms) / sample_ms)))
    V = V_mV[first : int(np.ceil((start_ms + length_ms + MARGIN_ms) / sample_ms)) + 1]
    missing = first + np.flatnonzero(~np.isfinite(V))
    before = missing[missing < start_ms / sample_ms - ROUNDING]
    behind = missing[missing > (start_ms + length_ms) / sample_ms + ROUNDING]
    begin = int(before[-1]) + 1 if len(before) else first
    end = int(behind[0]) if len(behind) else first + len(V)
    return Stretch(V_mV[begin:end], sample_ms, begin * sample_ms - start_ms, length_ms)
