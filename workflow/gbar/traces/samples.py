"""What there is to measure of a trace: its samples without padding, gaps, artefacts and noise, and what was found.

A clean trace, as a simulation leaves it, passes unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from gbar.errors import wrong
from gbar.traces import noise

# So many zeros at an end, with a jump into them, are no membrane potential but filling.
PADDING_SAMPLES, PADDING_JUMP_MV = 20, 5.0
# No membrane rises AND falls so fast: what does is an artefact, if it is over soon. Spikes fall at up to 300 V/s, and
# a model that resets V falls at once, but rises at up to 450 V/s.
ARTEFACT_V_S, ARTEFACT_MS = 700.0, 5.0


@dataclass(frozen=True, eq=False)
class Samples:
    """A trace as it is measured.

    Attributes:
        V: mV, finite, shape (time,); straight across gaps, artefacts and what is blanked, smoothed where it was noisy.
        dt_ms: sampling interval.
        t0_ms: time of the first sample.
        gaps: samples without a value, as (first, end), shape (gap, 2).
        noise_mV: standard deviation of the noise; 0 where there is none to speak of.
        V_error: what smoothed voltages differ by without meaning, mV; 0 where nothing was smoothed.
        slope: dV/dt of each interval, V/s, of a noisy trace; None where differences of V do.
        slope_error: standard error of that slope.
        notes: what was found, in sentences.
    """

    V: np.ndarray
    dt_ms: float
    t0_ms: float
    gaps: np.ndarray
    noise_mV: float
    V_error: float
    slope: np.ndarray | None
    slope_error: np.ndarray | None
    notes: tuple[str, ...]

    def slopes(self, first: int, end: int) -> np.ndarray:
        """Return dV/dt between the samples `first` to `end` - 1, V/s, shape (end - first - 1,)."""
        if self.slope is not None:
            return self.slope[first : end - 1]
        return np.diff(self.V[first:end].astype(float)) / self.dt_ms


def check(V: np.ndarray, dt_ms: float) -> np.ndarray:
    """Return a trace as an array of numbers.

    Raises:
        UserError: it is empty, of more than one dimension, holds no real numbers, or the interval is not positive.
    """
    V = np.asarray(V)
    if V.ndim != 1 or not V.size:
        raise wrong("trace of shape", V.shape, "one trace of at least one sample, shape (time,)")
    if V.dtype.kind not in "fiu":
        raise wrong("trace of type", str(V.dtype), "an array of real numbers, mV")
    if not isinstance(dt_ms, Real) or not 0 < float(dt_ms) < np.inf:
        raise wrong("dt_ms", dt_ms, "a positive sampling interval, ms")
    return V if V.dtype.kind == "f" else V.astype(float)


def prepare(
    V: np.ndarray,
    dt_ms: float,
    t0_ms: float = 0.0,
    *,
    blanked_ms: Sequence[tuple[float, float]] = (),
    recorded: bool = True,
) -> Samples:
    """Return what there is to measure of a trace: no sample where it has no finite value.

    Args:
        V: membrane potential, mV, shape (time,), regularly sampled; NaN where it is not known.
        dt_ms: sampling interval.
        t0_ms: time of the first sample.
        blanked_ms: start and end of times that are cut out, such as artefacts at the edges of a known stimulus.
        recorded: whether there may be artefacts and noise; what was simulated has none, and is read as it is.

    Raises:
        UserError: as `check`.
    """
    V, notes = check(V, dt_ms), []
    start, end = without_padding(V)
    padding = len(V) - (end - start)
    if padding:
        where = "at the end" if not start else "at the beginning" if end == len(V) else "at both ends"
        notes.append(f"{padding} samples of exactly 0 {where} are padding and were left out")
    V, gaps = V[start:end], np.empty((0, 2), int)
    # A sum is finite in nearly every case that matters and costs far less than a mask of the whole trace.
    if not np.isfinite(V.sum()):
        known = np.flatnonzero(np.isfinite(V))
        first, end = (known[0], known[-1] + 1) if len(known) else (0, 0)
        start, V = start + int(first), V[first:end]
        V, gaps = _filled(V) if len(V) else (V, gaps)
        notes += [_gap_note(gaps, dt_ms, t0_ms + start * dt_ms)] if len(gaps) else []
    own_t0_ms = t0_ms + start * dt_ms
    V = _blanked(V, dt_ms, own_t0_ms, blanked_ms)
    V, artefacts = _without_artefacts(V, dt_ms) if recorded else (V, 0)
    if artefacts:
        notes.append(f"{artefacts} artefacts, which rise and fall faster than any membrane, were cut out")
    if not len(V):
        notes.append("the trace has no voltage")
    noise_mV = noise.level_mV(V, dt_ms) if recorded else 0.0
    V_error, slope, slope_error = 0.0, None, None
    if noise_mV:
        smoothed = noise.smooth(V, dt_ms, noise_mV)
        V, V_error, slope, slope_error = smoothed
        notes.append(f"noise of {noise_mV:.2g} mV was smoothed by {noise.FILTER}")
    return Samples(V, dt_ms, own_t0_ms, gaps, noise_mV, V_error, slope, slope_error, tuple(notes))


def without_padding(V: np.ndarray) -> tuple[int, int]:
    """Return the first sample and the end of a trace without runs of zeros that were put at its ends."""
    start, end = 0, len(V)
    if V[-1] == 0:
        filled = end - 1 - np.flatnonzero(V)[-1] if V.any() else 0
        if filled >= PADDING_SAMPLES and abs(V[end - 1 - filled]) > PADDING_JUMP_MV:
            end -= filled
    if V[0] == 0:
        filled = np.flatnonzero(V)[0] if V.any() else 0
        if filled >= PADDING_SAMPLES and abs(V[filled]) > PADDING_JUMP_MV:
            start = filled
    return int(start), int(end)


def _filled(V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a trace that is straight across its gaps, and the gaps."""
    known = np.isfinite(V)
    edges = np.flatnonzero(np.diff(known.astype(np.int8)))
    gaps = (edges + 1).reshape(-1, 2)  # the ends are known
    V = V.copy()
    V[~known] = np.interp(np.flatnonzero(~known), np.flatnonzero(known), V[known])
    return V, gaps


def _gap_note(gaps: np.ndarray, dt_ms: float, t0_ms: float) -> str:
    (first, end), more = gaps[0], len(gaps) - 1
    also = f", and {more} more" if more else ""
    return f"there is no voltage for {(end - first) * dt_ms:g} ms at {t0_ms + first * dt_ms:g} ms{also}"


def _blanked(V: np.ndarray, dt_ms: float, t0_ms: float, blanked_ms: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return a trace that is straight across some times."""
    if not len(blanked_ms):
        return V
    V = V.copy()
    for from_ms, to_ms in blanked_ms:
        first = max(0, int(np.ceil((from_ms - t0_ms) / dt_ms - 1e-9)) - 1)
        last = min(len(V) - 1, int(np.floor((to_ms - t0_ms) / dt_ms + 1e-9)) + 1)
        if last > first + 1:
            V[first : last + 1] = np.linspace(V[first], V[last], last - first + 1)
    return V


def _without_artefacts(V: np.ndarray, dt_ms: float) -> tuple[np.ndarray, int]:
    """Return a trace that is straight across artefacts, and their number.

    An artefact rises and falls again, within `ARTEFACT_MS`, at `ARTEFACT_V_S` or faster, or the other way round, and
    ends about where it began.
    """
    least = ARTEFACT_V_S * dt_ms
    steps = np.diff(V)
    if not len(steps) or max(steps.max(), -steps.min()) < least:
        return V, 0
    fast = np.flatnonzero(np.abs(steps) >= least)
    longest, found, V, after = int(ARTEFACT_MS / dt_ms), 0, V.copy(), -1
    for first in fast:
        if first <= after:
            continue
        back = fast[(fast > first) & (fast <= first + longest) & (np.sign(steps[fast]) != np.sign(steps[first]))]
        if not len(back):
            continue
        last = int(back[0])
        while last + 1 < len(steps) and abs(steps[last + 1]) >= least / 10 and steps[last + 1] * steps[last] > 0:
            last += 1
        while first > 0 and abs(steps[first - 1]) >= least / 10 and steps[first - 1] * steps[first] > 0:
            first -= 1
        height = np.abs(V[first + 1 : last + 1] - V[first]).max()
        if abs(V[last + 1] - V[first]) > height / 4:
            continue
        V[first : last + 2] = np.linspace(V[first], V[last + 1], last + 2 - first)
        found, after = found + 1, last
    return V, found
