"""What a network sees of a trace: one preprocessing, for training traces, recordings and simulations alike.

A window spans `spanned` samples at the interval at which the simulator saves, and a network sees a value every so many
of them. With `every` 1, as published, the values are the samples. Else, T being the interval of the values, each is

    y_k = V(kT - T/2) / 4 + V(kT) / 2 + V((k + 1/2) T) / 4,

of the clipped trace, which is taken as straight between its samples; beyond the ends of the window its first and last
voltages are held. The gain at a frequency f is cos^2(pi f T / 2), with a double zero at 1 / T, whose folding onto slow
voltages would be worst; what is left at 2 / T (5 kHz for 0.4 ms) amplifiers take off. docs/inverter.md has the accuracy
of this, of plain samples and of a mean under a triangle.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from gbar.config.invert import TracesSection

AVERAGED = "1/4, 1/2, 1/4 of the clipped trace, half an interval apart"
ROUNDING = 1e-6  # of times, in samples: those that were added up fall beside a sample by so much


@dataclass(frozen=True)
class View:
    """A window of a trace and the values that a network sees of it.

    Attributes:
        spanned: samples of the simulator that the window spans.
        every: samples from one value to the next.
        save_every_ms: interval of the simulator's samples.
        clip_mV: low and high that voltages are clipped to.
    """

    spanned: int
    every: int
    save_every_ms: float
    clip_mV: tuple[float, float]

    @classmethod
    def of(cls, window: TracesSection, save_every_ms: float) -> Self:
        """Return the view of a section of the configuration."""
        return cls(window.samples, window.every, save_every_ms, window.clip_mV)

    @property
    def samples(self) -> int:
        """Number of values seen."""
        return len(range(0, self.spanned, self.every))

    @property
    def sample_ms(self) -> float:
        """Interval of the values, ms."""
        return self.save_every_ms * self.every

    @property
    def length_ms(self) -> float:
        """Time from the first to the last sample that the window spans, ms."""
        return (self.spanned - 1) * self.save_every_ms

    @property
    def preprocessing(self) -> str | None:
        """What is done beside clipping, part of a data set's identity and of a model card; None where nothing is."""
        return AVERAGED if self.every > 1 else None

    def see(self, V_mV: np.ndarray, sample_ms: float | None = None, begin_ms: float = 0.0) -> np.ndarray:
        """Return what a network sees of traces, mV, float32, (rows, samples); NaN where a voltage in reach is.

        Args:
            V_mV: traces that cover the window, (rows, any number of samples).
            sample_ms: their interval; the simulator's when None.
            begin_ms: time of their first sample from the start of the window, 0 or below.
        """
        own_ms = sample_ms or self.save_every_ms
        times_ms, half_ms = np.arange(self.samples) * self.sample_ms, self.sample_ms / 2
        if self.every == 1:
            return self._at(V_mV, times_ms, own_ms, begin_ms).astype(np.float32)
        before, at, behind = (self._at(V_mV, times_ms + side * half_ms, own_ms, begin_ms) for side in (-1, 0, 1))
        return (0.25 * before + 0.5 * at + 0.25 * behind).astype(np.float32)

    def _at(self, V_mV: np.ndarray, times_ms: np.ndarray, own_ms: float, begin_ms: float) -> np.ndarray:
        """Return clipped traces at times of the window, (rows, times)."""
        place = (np.clip(times_ms, 0.0, self.length_ms) - begin_ms) / own_ms
        whole = np.rint(place)
        place = np.clip(np.where(np.abs(place - whole) < ROUNDING, whole, place), 0, V_mV.shape[1] - 1)
        before = place.astype(int)
        behind, along = np.minimum(before + 1, V_mV.shape[1] - 1), place - before
        low, high = (np.clip(V_mV[:, samples], *self.clip_mV) for samples in (before, behind))
        return np.where(along > 0, low + along * (high - low), low)
