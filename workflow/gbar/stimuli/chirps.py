"""The "reset and chirp" currents that conductances are inferred from, by their closed forms.

They are the stimuli of the public code DL4neurons (V. Baratham and others, 2019, `stims/`), sampled at 50 kHz and of
unit height: a reset to a low potential, then a sine of rising frequency and amplitude. A chirp sweeps

    sin(2 pi (10 t + 1750 t^2))        10 + 3500 t Hz, t in s

over 7000 samples, 0.14 s, from 10 to 500 Hz, while its amplitude grows from 0.5 to 2.
"""

from typing import ClassVar

import numpy as np

from gbar.errors import UserError
from gbar.stimuli.waveform import Pieces, Waveform, brief, merged

SAMPLE_MS = 0.02
SWEEP = 7000  # samples of the sweep from its lowest to its highest frequency
REST = 300  # samples of zero on either side of the sweeps without a reset


class Chirp(Waveform):
    """A sampled waveform of unit height and definite length."""

    unit_height = True
    length_ms: ClassVar[float]
    samples: ClassVar[np.ndarray]

    def check_run(self, duration_ms: float) -> None:
        """Raise UserError unless the run is as long as the waveform, to half a sample."""
        if abs(duration_ms - self.length_ms) > SAMPLE_MS / 2:
            raise UserError(
                f"the stimulus {self.kind} lasts {brief(self.length_ms)} ms; "
                f"duration_ms must be {brief(self.length_ms)}, not {brief(duration_ms)}"
            )

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the samples; a long constant stretch is one piece."""
        return merged(Pieces(np.arange(len(self.samples)) * SAMPLE_MS, self.samples))


def _phase(seconds: np.ndarray, rise_Hz: float) -> np.ndarray:
    """Return the phase of a sweep from 10 Hz that rises by `rise_Hz` in the 0.14 s of 7000 samples."""
    return 2 * np.pi * (10 * seconds + rise_Hz / 0.28 * seconds**2)


def _sweep(sample: np.ndarray) -> np.ndarray:
    """Return the sweep 10 to 500 Hz, amplitude 0.5 to 2, at its samples 0 to 6999."""
    amplitude = 0.5 + 1.5 * sample / (SWEEP - 1)
    return amplitude * np.sin(_phase((sample + 1) * SAMPLE_MS * 1e-3, 490))


def _ramp_and_chirp() -> np.ndarray:
    """Return 500 samples of ramp from 0 to 0.75, then the sweep's samples 221 to 6388 (25 to 457 Hz) on an offset."""
    ramp = 0.75 * np.arange(500) / 499
    return np.concatenate([ramp, 0.488656752941 + _sweep(np.arange(221, 6389))])


def _constant(samples: int, value: float) -> np.ndarray:
    return np.full(samples, value)


def _between_rests(samples: np.ndarray) -> np.ndarray:
    return np.concatenate([_constant(REST, 0.0), samples, _constant(REST, 0.0)])


def _with_resets(reset: int, pause: int, end: int) -> np.ndarray:
    """Return ramp and chirp between two resets of so many samples, with zero before, between and after."""
    before = [_constant(200, 0.0), _constant(reset, -1.0)]
    after = [_constant(pause, 0.0), _constant(reset, -1.0), _constant(end, 0.0)]
    return np.concatenate([*before, _ramp_and_chirp(), *after])


class Chirp23a(Chirp):
    """Reset from 4 to 120 ms, ramp to 130, chirp to 253.36, zero to 340, reset to 456, zero to 460 ms."""

    kind = "chirp23a"
    samples = _with_resets(5800, pause=4332, end=200)
    length_ms = 460.0


class Chirp16a(Chirp):
    """The same ramp and chirp from 70 to 203.36 ms, with shorter resets (4 to 70 and 249.36 to 315.36 ms), 320 ms."""

    kind = "chirp16a"
    samples = _with_resets(3300, pause=2300, end=232)
    length_ms = 320.0


class Chirp05(Chirp):
    """A sweep 10 to 200 Hz of constant amplitude about 0.5, from 6 to 146 of 152 ms; no reset."""

    kind = "chirp_05"
    samples = _between_rests(0.5 - np.sin(_phase(np.arange(1, SWEEP + 1) * SAMPLE_MS * 1e-3, 190)))
    length_ms = 152.0


class ChirpDamp(Chirp):
    """The whole sweep 10 to 500 Hz of growing amplitude, negative, about 0.5, from 6 to 146 of 152 ms; no reset."""

    kind = "chirp_damp"
    samples = _between_rests(0.5 - _sweep(np.arange(SWEEP)))
    length_ms = 152.0
