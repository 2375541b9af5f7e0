"""Where a trace has upstrokes: rises through a level that are high, fast and long enough, and the cell's own.

A rise is looked at where V crosses `level_mV` upwards, having been `hysteresis_mV` below it since the last crossing,
and where it begins above that and is high enough: a spike on a depolarised baseline. It is an upstroke if

1. its height, from the lowest V since the last crossing to its peak, is at least `amplitude_min_mV`;
2. its steepest dV/dt, between the last sample at or below `rearm_mV` and the peak, is at least `dvdt_min_V_s`; where V
   has not come down to `rearm_mV`, between the lowest sample and the peak, and at least `fast_V_s`;
3. V is above the level for `width_min_ms` at least, or to the end of the trace;
4. its peak is inside the trace: a rise that the end cuts off is none yet.

Under a known train of pulses, dV/dt is the cell's own: inside a pulse, what the pulse does to a passive membrane is
taken off, which is the slope of the first whole sampling interval of the pulse less the slope before it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gbar.traces.rises import next_spike
from gbar.traces.samples import Samples
from gbar.traces.settings import BeatSettings

ROUNDING = 1e-6  # of times, in samples
# Slopes of such a share of the largest are as steep as it: their middle counts; under noise their mean time.
AS_STEEP, NOISY_LEVEL = 1 - 1e-6, 0.85
# Of maxima that differ by less than this share the first counts: which is the largest is up to the sampling.
TIE = 1e-2


@dataclass(frozen=True, eq=False)
class Upstroke:
    """An upstroke.

    Attributes:
        crossing: sample at which V crosses the level.
        foot: sample from which its slope was looked at.
        time: of the steepest own dV/dt, in samples.
        trough: the lowest sample since the last crossing.
        in_pulse: the steepest own dV/dt lies inside a pulse.
        peak_from: the sample from which its peak is looked for: the crossing, or the end of the pulse it lies in.
        dvdt_V_s: the largest slope outside of pulses; -inf where all of it lies in one.
        dvdt_interval: the sample that the interval of this slope begins at.
        lowest_mV: the lowest V since the upstroke before.
    """

    crossing: int
    foot: int
    time: float
    trough: int
    in_pulse: bool
    peak_from: int
    dvdt_V_s: float
    dvdt_interval: int
    lowest_mV: float


@dataclass(frozen=True, eq=False)
class Pulses:
    """The pulses of a stimulus, on the samples of a trace.

    Attributes:
        before: the last sample that each has not acted on, shape (pulse,).
        end: the first sample at or after its end, shape (pulse,).
        start: its start in samples from the first, shape (pulse,).
        stop: its end in samples.
        rate_V_s: what it does to a passive membrane, shape (pulse,); NaN where samples are too far apart to tell.
    """

    before: np.ndarray
    end: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    rate_V_s: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    def between(self, first: int, end: int) -> range:
        """Return the numbers of the pulses before which the last sample is one from `first` to `end` - 1."""
        return range(*np.searchsorted(self.before, [first, end]).tolist()) if len(self) else range(0)

    def end_of_pulse_at(self, sample: int) -> int:
        """Return the end of the pulse that acts on a sample, or the sample itself where none does."""
        last = int(np.searchsorted(self.start, sample)) - 1 if len(self) else -1
        return max(sample, int(self.end[last])) if last >= 0 else sample

    def own(self, slope: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the slopes that are the cell's own, and the share of each interval that lies inside a pulse.

        An interval inside a pulse whose effect cannot be told has no slope: it is -inf.

        Args:
            slope: dV/dt of consecutive intervals, V/s.
            first: the sample that the first of them begins at.
        """
        inside = np.zeros(len(slope))
        if not len(self):
            return slope, inside
        touching = range(*np.searchsorted(self.stop, [first, np.inf]).tolist())
        for pulse in touching:
            if self.start[pulse] >= first + len(slope):
                break
            left = np.arange(first, first + len(slope))
            share = np.clip(np.minimum(left + 1, self.stop[pulse]) - np.maximum(left, self.start[pulse]), 0, 1)
            rate = self.rate_V_s[pulse]
            slope = np.where(share > ROUNDING, slope - share * rate if np.isfinite(rate) else -np.inf, slope)
            inside += share
        return slope, inside


def place_pulses(samples: Samples, pulses_ms: np.ndarray) -> Pulses:
    """Return where the pulses that begin inside a trace lie on its samples, and what they do to a passive membrane.

    Args:
        samples: the trace.
        pulses_ms: start and end of each, rising, shape (pulse, 2).
    """
    at = (np.asarray(pulses_ms, float).reshape(-1, 2) - samples.t0_ms) / samples.dt_ms
    at = at[(at[:, 0] >= 0) & (at[:, 0] < len(samples.V) - 1)]
    # Times that were added up fall short of a sample by rounding.
    before, end = np.floor(at[:, 0] + ROUNDING).astype(int), np.ceil(at[:, 1] - ROUNDING).astype(int)
    rates = [_rate(samples, *pulse) for pulse in zip(before.tolist(), *at.T.tolist(), strict=True)]
    return Pulses(before, end, at[:, 0], at[:, 1], np.array(rates, float))


def _rate(samples: Samples, before: int, start: float, stop: float) -> float:
    first = int(np.ceil(start - ROUNDING))
    if first + 1 > stop + ROUNDING or first + 1 >= len(samples.V):
        return np.nan
    (inside,) = samples.slopes(first, first + 2)
    return float(inside - samples.slopes(before - 1, before + 1)[0]) if before > 0 else float(inside)


def find_upstrokes(samples: Samples, pulses: Pulses, settings: BeatSettings) -> list[Upstroke]:
    """Return the upstrokes of a trace, in order."""
    V, found, last, lowest_mV = samples.V, [], 0, np.inf
    candidates = _candidates(V, samples.dt_ms, settings)
    ends = [*(crossing for crossing, _ in candidates[1:]), len(V)]
    for (crossing, after), end in zip(candidates, ends, strict=False):
        since = last if after is None else after
        trough = since + int(V[since:crossing].argmin())
        lowest_mV = min(lowest_mV, float(V[trough]))
        one = _upstroke(samples, pulses, settings, trough, crossing, end, lowest_mV)
        # Two rises within one pulse, whose end the peaks of both are looked for from, are one.
        if one is not None and (not found or one.time > found[-1].time):
            found.append(one)
            lowest_mV = np.inf
        last = crossing
    return found


def _candidates(V: np.ndarray, dt_ms: float, settings: BeatSettings) -> list[tuple[int, int | None]]:
    """Return the samples at which V crosses the level, and the middles of the rises that begin above it.

    With each comes the sample behind which it takes off; None for as far back as the candidate before.
    """
    found: list[tuple[int, int | None]] = []
    low_mV = settings.level_mV - settings.hysteresis_mV
    for first, end in pairwise([*_crossings(V, settings).tolist(), len(V)]):
        found.append((first, None))
        above = V[first : first + _length_above(V[first:end], low_mV)]
        start = 0
        while (spike := next_spike(above[start:], settings.amplitude_min_mV, dt_ms)) is not None:
            peak, middle = spike
            found.append((first + start + middle, first + start + peak))
            start += middle
    return found


def _crossings(V: np.ndarray, settings: BeatSettings) -> np.ndarray:
    """Return the first samples at or above the level, of rises from far enough below it."""
    above = V >= settings.level_mV  # noqa: SIM300 (an array)
    crossings = np.flatnonzero(above[1:] & ~above[:-1]) + 1
    if len(crossings) == 0:
        return crossings
    lowest_before = np.minimum.reduceat(V, np.append(0, crossings))[:-1]
    return crossings[lowest_before <= settings.level_mV - settings.hysteresis_mV]


def _upstroke(
    samples: Samples,
    pulses: Pulses,
    settings: BeatSettings,
    trough: int,
    crossing: int,
    end: int,
    lowest_mV: float,
) -> Upstroke | None:
    """Return the upstroke that crosses the level at a sample, None where it is none.

    Args:
        samples: the trace.
        pulses: of its stimulus.
        settings: what counts as an upstroke.
        trough: the lowest sample since the crossing before.
        crossing: sample of this one.
        end: sample of the next, or the length of the trace.
        lowest_mV: the lowest V since the upstroke before.
    """
    V = samples.V
    later = pulses.between(crossing, end)
    until = int(pulses.before[later.start]) + 1 if later else end
    peak_from = min(pulses.end_of_pulse_at(crossing), until - 1)
    peak = peak_from + int(V[peak_from:until].argmax())
    if peak == len(V) - 1 or V[peak] - V[trough] < settings.amplitude_min_mV:
        return None
    is_rearmed = V[trough] <= settings.rearm_mV
    foot = trough
    if is_rearmed:
        foot = trough + int(np.flatnonzero(V[trough:crossing] <= settings.rearm_mV)[-1])
    # One interval more at each end, so that the parabola has neighbours.
    first = max(foot - 1, 0)
    plain = samples.slopes(first, peak + 2)
    slope, inside = pulses.own(plain, first)
    own = slice(foot - first, peak - first)
    steepest = own.start + _first_largest(slope[own])
    if slope[steepest] < (settings.dvdt_min_V_s if is_rearmed else settings.fast_V_s):
        return None
    width = _length_above(V[crossing:end], settings.level_mV)
    if width * samples.dt_ms < settings.width_min_ms and crossing + width < end:
        return None
    outside = np.where(inside > ROUNDING, -np.inf, plain) if len(pulses) else plain
    fastest = own.start + int(outside[own].argmax())
    return Upstroke(
        crossing=crossing,
        foot=foot,
        time=_time(samples, pulses, max(trough, 2 * foot - peak), first, slope, steepest),
        trough=trough,
        in_pulse=bool(inside[steepest] > ROUNDING),
        peak_from=peak_from,
        dvdt_V_s=float(outside[fastest]),
        dvdt_interval=first + fastest,
        lowest_mV=lowest_mV,
    )


def _first_largest(slope: np.ndarray) -> int:
    """Return the first local maximum of slopes that is as large as the largest but for `TIE`."""
    largest = int(slope.argmax())
    if largest < 2 or not (slope[: largest - 1] >= (1 - TIE) * slope[largest]).any():
        return largest
    high = slope[: largest + 1] >= (1 - TIE) * slope[largest]
    is_peak = np.append(slope[:largest] >= slope[1 : largest + 1], True) & np.append(
        True, slope[1 : largest + 1] > slope[:largest]
    )
    return int((high & is_peak).argmax())


def _time(samples: Samples, pulses: Pulses, wide: int, first: int, slope: np.ndarray, steepest: int) -> float:
    """Return when the slope of an upstroke is largest, in samples.

    Args:
        samples: the trace.
        pulses: of its stimulus.
        wide: a sample before its foot.
        first: the sample that its first slope begins at.
        slope: its own slopes, V/s.
        steepest: the largest of them.
    """
    if not samples.noise_mV and steepest > 0 and slope[steepest - 1] < AS_STEEP * slope[steepest]:
        return first + 0.5 + _steepest(slope, steepest)
    # From further back than it is looked for: the middle of slopes that are as steep would lean to one side.
    slope, _ = pulses.own(samples.slopes(wide, first + len(slope) + 1), wide)
    steepest += first - wide
    if samples.noise_mV:
        return wide + 0.5 + float(np.flatnonzero(slope >= NOISY_LEVEL * slope[steepest]).mean())
    return wide + 0.5 + _steepest(slope, steepest)


def _length_above(V: np.ndarray, level_mV: float) -> int:
    """Return the number of samples before the first below a level."""
    below = level_mV > V
    first = int(below.argmax())
    return first if below[first] else len(V)


def _steepest(slope: np.ndarray, k: int) -> float:
    """Return where slopes are largest, in intervals: slope k is the largest of all.

    It is the middle of those around it that are as large, or where the parabola through slopes k - 1, k, k + 1 peaks if
    it stands alone.
    """
    as_large = slope >= AS_STEEP * slope[k]
    first = k - int((~as_large[k::-1]).argmax()) + 1 if not as_large[: k + 1].all() else 0
    end = k + int((~as_large[k:]).argmax()) if not as_large[k:].all() else len(slope)
    if end - first > 1:
        return (first + end - 1) / 2
    if not 0 < k < len(slope) - 1 or not np.isfinite(slope[k - 1 : k + 2]).all():
        return float(k)
    left, middle, right = slope[k - 1 : k + 2]
    curvature = left - 2 * middle + right
    return k + (0.5 * (left - right) / curvature if curvature < 0 else 0.0)
