"""Biomarkers: where the beats of a voltage trace are, and what each looks like.

A *beat* is counted where, reading a regularly sampled trace from left to right,

1. V has been at or below `rearm_mV` (-40) and then rises through `level_mV` (-20): the cell has repolarised
   since the last beat, so that ripple around the level, notches and domes start no beat of their own;
2. the steepest rise between the last sample at or below `rearm_mV` and the peak is at least `dvdt_min_V_s`
   (2 V/s);
3. peak minus MDP is at least `amplitude_min_mV` (40);
4. the peak is inside the trace: a rise that the end of the trace cuts off is no beat yet.

Of each beat are measured:

- *upstroke time*: the middle of the sampling interval of steepest rise, refined by the parabola through the
  slopes of this interval and its neighbours;
- *dV/dt max*: the slope of that interval, V/s (= mV/ms), as sampled: at intervals above 0.05 ms it is too
  low;
- *peak*: the largest V from the upstroke to the next beat;
- *MDP* (maximum diastolic potential): the lowest V between the beat before and this one (`reference`
  "before"), or between this one and the next ("after"; for windows that open shortly before an upstroke);
- *amplitude*: peak minus MDP;
- *APDx*: the time from the upstroke to the first crossing, after the peak, of peak - x/100 * amplitude,
  linear between samples; undefined (NaN) where the trace ends or the next beat begins before that level is
  reached;
- *cycle length*: the time from the upstroke of the beat before; undefined for the first beat.

A trace is summed up by medians over its inner beats, those with a beat before and after them: the first
starts from the initial state and has no MDP of its own, the last may be cut off. Of one or two beats all are
used. Times are in ms, voltages in mV.
"""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from gbar.errors import wrong

APD_PERCENT = (30, 50, 75, 90)


@dataclass(frozen=True)
class BeatSettings:
    """What counts as a beat and from which diastole it is measured; see the module's text.

    Attributes:
        level_mV: the level an upstroke crosses.
        rearm_mV: the level V must have been at or below before.
        dvdt_min_V_s: smallest steepest rise.
        amplitude_min_mV: smallest amplitude.
        reference: the diastole that gives the MDP, "before" or "after" the beat.
    """

    level_mV: float = -20.0
    rearm_mV: float = -40.0
    dvdt_min_V_s: float = 2.0
    amplitude_min_mV: float = 40.0
    reference: Literal["before", "after"] = "before"

    def __post_init__(self) -> None:
        if not self.rearm_mV < self.level_mV:
            raise wrong("rearm_mV", self.rearm_mV, f"below level_mV ({self.level_mV})")


DEFAULT = BeatSettings()


@dataclass(frozen=True)
class Beats:
    """The measures of each beat of one trace, arrays of shape (beat,); NaN where a measure is undefined."""

    upstroke_ms: np.ndarray
    cycle_length_ms: np.ndarray
    apd30_ms: np.ndarray
    apd50_ms: np.ndarray
    apd75_ms: np.ndarray
    apd90_ms: np.ndarray
    mdp_mV: np.ndarray
    peak_mV: np.ndarray
    amplitude_mV: np.ndarray
    dvdt_max_V_s: np.ndarray

    def __len__(self) -> int:
        return len(self.upstroke_ms)

    def __getitem__(self, which: slice | np.ndarray) -> "Beats":
        """Return the beats that a slice, mask or index array picks."""
        return Beats(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    @property
    def inner(self) -> "Beats":
        """The beats with a beat before and after them; all of them where there are fewer than three."""
        return self[1:-1] if len(self) > 2 else self


@dataclass(frozen=True)
class Biomarkers:
    """The measures of one trace: beats, medians over the inner ones, extremes; NaN where undefined."""

    n_beats: int
    cycle_length_ms: float
    rate_per_min: float
    apd30_ms: float
    apd50_ms: float
    apd75_ms: float
    apd90_ms: float
    mdp_mV: float
    peak_mV: float
    amplitude_mV: float
    dvdt_max_V_s: float
    v_min_mV: float
    v_max_mV: float


def find_beats(v: np.ndarray, dt_ms: float, *, t0_ms: float = 0.0, settings: BeatSettings = DEFAULT) -> Beats:
    """Find the beats of one trace and measure them.

    Args:
        v: membrane potential, mV, shape (time,), regularly sampled; it counts as ended where a value is not
            finite.
        dt_ms: sampling interval.
        t0_ms: time of the first sample.
        settings: what counts as a beat.
    """
    v = _until_not_finite(np.asarray(v))
    crossings = _armed_crossings(v, settings)
    if len(crossings) == 0:
        return _stack([])
    ends = np.append(crossings[1:], len(v))
    # Lowest V before the first beat, between beats, after the last: entry k is before beat k, k + 1 after it.
    lowest = np.minimum.reduceat(v, np.append(0, crossings)).astype(float)
    measured = []
    start = 0
    for k, (crossing, end) in enumerate(zip(crossings, ends, strict=True)):
        mdp = lowest[k + 1] if settings.reference == "after" else lowest[k]
        beat = _measure(v, start, crossing, end, mdp, dt_ms, settings)
        if beat is not None:
            measured.append(beat)
        start = crossing
    return _stack(measured, t0_ms)


def summarise(v: np.ndarray, beats: Beats) -> Biomarkers:
    """Sum up one trace.

    Args:
        v: the trace the beats were found in, mV, shape (time,).
        beats: its beats.
    """
    inner = beats.inner
    medians = {field.name: _median(getattr(inner, field.name)) for field in fields(Beats)[1:]}
    v = np.asarray(v)
    return Biomarkers(
        n_beats=len(beats),
        rate_per_min=60_000.0 / medians["cycle_length_ms"] if len(beats) else 0.0,
        v_min_mV=float(v.min()),
        v_max_mV=float(v.max()),
        **medians,
    )


def measure(v: np.ndarray, dt_ms: float, settings: BeatSettings = DEFAULT) -> Biomarkers:
    """Return the biomarkers of one trace: `find_beats`, then `summarise`."""
    return summarise(v, find_beats(v, dt_ms, settings=settings))


def undefined() -> Biomarkers:
    """Return the biomarkers of a row that was not solved: no beats, everything else NaN."""
    return Biomarkers(0, *[np.nan] * (len(fields(Biomarkers)) - 1))


def _until_not_finite(v: np.ndarray) -> np.ndarray:
    # A sum is finite in nearly every case that matters and costs far less than a mask of the whole trace.
    if np.isfinite(v.sum()):
        return v
    bad = np.flatnonzero(~np.isfinite(v))
    return v[: bad[0]] if len(bad) else v


def _armed_crossings(v: np.ndarray, settings: BeatSettings) -> np.ndarray:
    """Return the first samples at or above the level, of rises that began at or below the re-arming level."""
    above = v >= settings.level_mV
    crossings = np.flatnonzero(above[1:] & ~above[:-1]) + 1
    if len(crossings) == 0:
        return crossings
    lowest_before = np.minimum.reduceat(v, np.append(0, crossings))[:-1]
    return crossings[lowest_before <= settings.rearm_mV]


def _measure(
    v: np.ndarray, start: int, crossing: int, end: int, mdp: float, dt_ms: float, settings: BeatSettings
) -> tuple[float, ...] | None:
    """Measure the beat that crosses the level at sample `crossing`, or return None where it is no beat.

    Args:
        v: the trace, mV.
        start: a sample before the diastole that leads to the beat.
        crossing: the sample at which V crosses the level.
        end: the sample at which the next beat crosses it, or the length of the trace.
        mdp: the beat's maximum diastolic potential, mV.
        dt_ms: sampling interval.
        settings: what counts as a beat.

    Returns:
        upstroke time from the first sample (ms), the APDs (ms), MDP, peak, amplitude (mV), dV/dt max (V/s).
    """
    i_peak = crossing + int(v[crossing:end].argmax())
    peak = float(v[i_peak])
    amplitude = peak - mdp
    if i_peak == len(v) - 1 or amplitude < settings.amplitude_min_mV:
        return None
    foot = start + int(np.flatnonzero(v[start:crossing] <= settings.rearm_mV)[-1])
    # One interval more at each end, so that the parabola has neighbours.
    first = max(foot - 1, 0)
    slope = np.diff(v[first : i_peak + 2].astype(float)) / dt_ms
    steepest = int(slope.argmax())
    if slope[steepest] < settings.dvdt_min_V_s:
        return None
    upstroke = (first + steepest + 0.5 + _vertex(slope, steepest)) * dt_ms
    levels = [peak - percent / 100 * amplitude for percent in APD_PERCENT]
    apds = [_first_crossing(v, i_peak, end, level) * dt_ms - upstroke for level in levels]
    return upstroke, *apds, mdp, peak, amplitude, float(slope[steepest])


def _vertex(slope: np.ndarray, k: int) -> float:
    """Return where the parabola through slopes k - 1, k, k + 1 peaks, in intervals from k."""
    if not 0 < k < len(slope) - 1:
        return 0.0
    left, middle, right = slope[k - 1 : k + 2]
    curvature = left - 2 * middle + right
    return 0.5 * (left - right) / curvature if curvature < 0 else 0.0


def _first_crossing(v: np.ndarray, i_peak: int, end: int, level: float) -> float:
    """Return the fractional sample at which V comes down to `level` after its peak; NaN if not before `end`."""
    reached = v[i_peak:end] <= level
    k = int(reached.argmax())
    if not reached[k]:
        return np.nan
    k += i_peak
    above, below = float(v[k - 1]), float(v[k])
    return k - 1 + (above - level) / (above - below)


def _stack(measured: list[tuple[float, ...]], t0_ms: float = 0.0) -> Beats:
    columns = np.array(measured, dtype=float).reshape(len(measured), 5 + len(APD_PERCENT)).T
    upstroke, *rest = columns
    cycle_length = np.diff(upstroke, prepend=np.nan)
    return Beats(t0_ms + upstroke, cycle_length, *rest)


def _median(values: np.ndarray) -> float:
    defined = values[~np.isnan(values)]
    return float(np.median(defined)) if len(defined) else np.nan
