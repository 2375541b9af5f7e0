"""The beats of a trace, and what each looks like. docs/biomarkers.md has the definitions, with a figure.

Of each beat, which `gbar.traces.upstrokes` finds, are measured:

- *upstroke time*: of the steepest dV/dt that is the cell's own;
- *dV/dt max*: the largest slope between two samples of the upstroke, outside of pulses; undefined where V does not
  rise there, and where noise makes it uncertain by more than `SLOPE_ERROR`. At sampling intervals above 0.05 ms it is
  too low;
- *peak*: the largest V from the upstroke to the next pulse or beat, outside of pulses;
- *MDP* (maximum diastolic potential): the lowest V between the beat before and this one (`reference` "before"), or
  between this one and the next ("after"; for windows that open shortly before an upstroke). Undefined where the trace
  opens amid the upstroke;
- *amplitude*: peak minus MDP;
- *APDx*: the time from the upstroke to where V comes down through peak - x/100 * amplitude to stay: up to the 90 %
  level, the next pulse or the next beat, whichever is first. Undefined where V does not come down so far before the
  trace ends, the next beat begins, or a pulse finds the cell below `rearm_mV`, and where noise makes it uncertain by
  more than 1 ms;
- *cycle length*: the time from the upstroke of the beat before; undefined for the first beat;
- *early afterdepolarisations*: rises of at least `ead_min_mV` that take off later than `notch_ms` after the upstroke
  and before 90 % of repolarisation, outside of pulses: their number, height and take-off potential of the highest.

Times are in ms, voltages in mV.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from gbar.traces.afterdepolarisations import afterdepolarisations
from gbar.traces.noise import PLAIN_ERROR
from gbar.traces.samples import Samples
from gbar.traces.settings import BeatSettings
from gbar.traces.upstrokes import Pulses, Upstroke

APD_PERCENT = (30, 40, 50, 75, 90)
# At 20 kHz an APD is off by 0.2 times the noise over the slope of the fall, with a spread of 0.2 times (36 traces of
# four APs that rise in 1 to 10 ms): where that ratio is 1 ms, by less than 1 ms.
NOISE_PER_FALL_MS = 1.0
SETTLES_MV = 1.0  # a trace that falls by more before its first upstroke opens in a transient of its own
FALL_MS = 2.0  # on either side of a crossing: what the slope of the fall is told from
RISE_SAMPLES = 5  # from the trough to the level, at the steepest slope: fewer are flattened by a tenth when smoothed
SLOPE_ERROR = 0.04  # standard errors of dV/dt max that are more of it make it undefined


@dataclass(frozen=True)
class Beats:
    """The measures of each beat of one trace, arrays of shape (beat,); NaN where a measure is undefined.

    `pulse` is the number of the pulse that caused the beat, from 0; -1 of a spontaneous one.
    """

    upstroke_ms: np.ndarray
    cycle_length_ms: np.ndarray
    apd30_ms: np.ndarray
    apd40_ms: np.ndarray
    apd50_ms: np.ndarray
    apd75_ms: np.ndarray
    apd90_ms: np.ndarray
    mdp_mV: np.ndarray
    peak_mV: np.ndarray
    amplitude_mV: np.ndarray
    dvdt_max_V_s: np.ndarray
    eads: np.ndarray
    ead_height_mV: np.ndarray
    ead_takeoff_mV: np.ndarray
    pulse: np.ndarray

    def __len__(self) -> int:
        return len(self.upstroke_ms)

    def __getitem__(self, which: slice | np.ndarray) -> "Beats":
        """Return the beats that a slice, mask or index array picks."""
        return Beats(*(getattr(self, name)[which] for name in NAMES))

    @property
    def inner(self) -> "Beats":
        """The beats with a beat before and after them; all of them where there are fewer than three."""
        return self[1:-1] if len(self) > 2 else self


NAMES = tuple(one.name for one in fields(Beats))
# What is measured of a beat by itself, in this order.
MEASURED = tuple(name for name in NAMES if name not in ("upstroke_ms", "cycle_length_ms", "pulse"))


def measure_beats(samples: Samples, upstrokes: Sequence[Upstroke], pulses: Pulses, settings: BeatSettings) -> Beats:
    """Measure the beats of a trace that begin with some upstrokes."""
    lowest = _lowest(samples, upstrokes)
    gap_ends = samples.gaps[:, 1]
    measured = []
    for k, one in enumerate(upstrokes):
        end = upstrokes[k + 1].trough + 1 if k + 1 < len(upstrokes) else len(samples.V)
        mdp = lowest[k + 1] if settings.reference == "after" else lowest[k]
        if settings.reference == "before" and k == 0 and _opens_amid(samples, pulses, one, settings):
            mdp = np.nan
        span = _Span(samples, one, end, pulses, settings, is_last=k + 1 == len(upstrokes))
        gap = gap_ends[(gap_ends > one.foot) & (gap_ends <= end)]
        measured.append(span.measures(mdp, None if not len(gap) else int(gap[0])))
    return _stack(measured, upstrokes, samples, pulses, settings)


def _lowest(samples: Samples, upstrokes: Sequence[Upstroke]) -> list[float]:
    """Return the lowest V before the first upstroke, between each and the next, and after the last.

    Of a noisy trace it is the mean of what cannot be told from the lowest sample: the lowest itself is too low.
    """
    V = samples.V
    if not samples.noise_mV:
        last = [float(V[upstrokes[-1].crossing :].min())] if upstrokes else []
        return [one.lowest_mV for one in upstrokes] + last
    pieces = np.split(V, [one.crossing for one in upstrokes])
    return [float(piece[piece <= piece.min() + samples.V_error].mean()) for piece in pieces if len(piece)]


def _opens_amid(samples: Samples, pulses: Pulses, one: Upstroke, settings: BeatSettings) -> bool:
    """Tell whether a trace opens amid its first upstroke, so that no diastole before it is known."""
    if len(samples.V) < 2 or one.trough != 0:
        return False
    own, _ = pulses.own(samples.slopes(0, 2), 0)
    before = samples.V[: one.crossing]
    falls_mV = float((np.maximum.accumulate(before) - before).max())
    return float(own[0]) >= settings.dvdt_min_V_s and falls_mV <= max(SETTLES_MV, samples.V_error)


@dataclass(frozen=True, eq=False)
class _Span:
    """A beat and the samples up to `end`, where the diastole before the next is lowest, or the trace ends."""

    samples: Samples
    upstroke: Upstroke
    end: int
    pulses: Pulses
    settings: BeatSettings
    is_last: bool

    def measures(self, mdp: float, gap_end: int | None) -> tuple[float, ...]:
        """Return what is `MEASURED`.

        Args:
            mdp: the maximum diastolic potential, NaN where it is not known.
            gap_end: the end of the first gap in the voltage from the upstroke on; nothing is told of what is behind.
        """
        V, one = self.samples.V, self.upstroke
        end = self.end if gap_end is None else min(self.end, gap_end)
        later = self.pulses.between(one.crossing + 1, end)
        cuts = [int(self.pulses.before[k]) for k in later]
        until = max(one.peak_from + 1, cuts[0] + 1 if cuts else end)
        peak_at = one.peak_from + int(V[one.peak_from : until].argmax())
        peak = float(V[peak_at])
        amplitude = peak - mdp
        pieces = list(self._pieces(peak_at, cuts, end))
        # In the precision of the trace: a sample is at or below a level in one comparison as in the next.
        levels = np.array([peak - percent / 100 * amplitude for percent in APD_PERCENT], V.dtype)
        repolarised = _first_below(V, pieces, levels[-1])
        if repolarised is not None:
            pieces = [(first, min(last, repolarised)) for first, last in pieces if first <= repolarised]
        crossings = _stay_below(V, pieces, levels, at_lowest=repolarised is None and not self.is_last)
        apds = [(self._if_certain(crossing) - one.time) * self.samples.dt_ms for crossing in crossings]
        dome_ends = one.time + self.settings.notch_ms / self.samples.dt_ms
        least_mV = self.settings.ead_min_mV
        found = afterdepolarisations(V, self.samples.dt_ms, pieces, dome_ends, least_mV, self._pulse_end)
        height, takeoff = max(found, default=(np.nan, np.nan))
        return (*apds, mdp, peak, amplitude, self._dvdt_max(), len(found), height, takeoff)

    def _pieces(self, peak_at: int, cuts: list[int], end: int) -> Iterator[tuple[int, int]]:
        """Yield the first and last sample of the stretches between pulses, from the peak on.

        They end with the pulse that finds the cell re-armed: it starts a response of its own, whether or not it is a
        beat.
        """
        first = peak_at
        for cut in cuts:
            yield first, cut
            if self.samples.V[cut] <= self.settings.rearm_mV:
                return
            first = cut
        if first < end:  # else a gap hides what is behind the upstroke
            yield first, end - 1

    def _pulse_end(self, sample: int) -> int:
        """Return the end of the pulse that begins behind a sample, or the sample itself where none does."""
        which = self.pulses.between(sample, sample + 1)
        return int(self.pulses.end[which.start]) if which else sample

    def _if_certain(self, crossing: float) -> float:
        """Return where V comes down to a level, NaN where noise makes that uncertain by more than a millisecond."""
        if not self.samples.noise_mV or np.isnan(crossing):
            return crossing
        V, dt_ms = self.samples.V, self.samples.dt_ms
        around = max(1, round(FALL_MS / dt_ms))
        first, last = max(int(crossing) - around, self.upstroke.crossing), min(int(crossing) + around, len(V) - 1)
        fall_V_s = float(V[first] - V[last]) / ((last - first) * dt_ms)
        return crossing if self.samples.noise_mV < NOISE_PER_FALL_MS * fall_V_s else np.nan

    def _dvdt_max(self) -> float:
        """Return the largest slope of the upstroke outside of pulses, V/s; NaN where there is none to be told."""
        found, interval = self.upstroke.dvdt_V_s, self.upstroke.dvdt_interval
        if not found > 0 or (self.samples.slope_error is not None and not self._is_certain(interval, found)):
            return np.nan
        return found

    def _is_certain(self, interval: int, slope_V_s: float) -> bool:
        """Tell whether noise leaves a slope as it is: its error is small, and smoothing cannot have flattened it."""
        assert self.samples.slope_error is not None
        error = float(self.samples.slope_error[interval])
        rise_ms = float(self.samples.V[self.upstroke.peak_from] - self.samples.V[self.upstroke.trough]) / slope_V_s
        is_smoothed = error > PLAIN_ERROR * slope_V_s
        return error <= SLOPE_ERROR * slope_V_s and not (is_smoothed and rise_ms < RISE_SAMPLES * self.samples.dt_ms)


def _first_below(V: np.ndarray, pieces: Sequence[tuple[int, int]], level: np.floating) -> int | None:
    """Return the first sample at or below a level, or None."""
    for first, last in pieces:
        reached = V[first : last + 1] <= level
        k = int(reached.argmax())
        if reached[k]:
            return first + k
    return None


def _stay_below(V: np.ndarray, pieces: Sequence[tuple[int, int]], levels: np.ndarray, at_lowest: bool) -> list[float]:
    """Return the fractional samples at which V comes down to levels for good, in the first piece that ends below each.

    Args:
        V: the trace, mV.
        pieces: first and last sample of each stretch between pulses.
        levels: mV; NaN gives NaN.
        at_lowest: the last piece ends with its lowest sample, since the next beat begins behind it.
    """
    found = [np.nan] * len(levels)
    for first, last in pieces:
        piece = V[first : last + 1]
        if at_lowest and (first, last) == pieces[-1]:
            piece = piece[: int(piece.argmin()) + 1]
        waiting = [place for place, level in enumerate(levels) if np.isnan(found[place]) and piece[-1] <= level]
        if not waiting:
            continue
        # The largest V from each sample to the end, read backwards.
        climbing = np.maximum.accumulate(piece[::-1])
        below = np.searchsorted(climbing, levels[waiting], side="right").tolist()
        for place, count in zip(waiting, below, strict=True):
            found[place] = float(first)
            if count < len(piece):
                k = len(piece) - 1 - count
                over, under = float(piece[k]), float(piece[k + 1])
                found[place] = first + k + (over - float(levels[place])) / (over - under)
    return found


def _stack(
    measured: list[tuple[float, ...]],
    upstrokes: Sequence[Upstroke],
    samples: Samples,
    pulses: Pulses,
    settings: BeatSettings,
) -> Beats:
    time = np.array([one.time for one in upstrokes], float)
    upstroke_ms = samples.t0_ms + time * samples.dt_ms
    columns = np.array(measured, dtype=float).reshape(len(measured), len(MEASURED)).T
    values = dict(zip(MEASURED, columns, strict=True))
    values["eads"] = values["eads"].astype(int)
    return Beats(
        upstroke_ms=upstroke_ms,
        cycle_length_ms=np.diff(upstroke_ms, prepend=np.nan),
        pulse=_causes(time, pulses, settings.latency_ms / samples.dt_ms),
        **values,
    )


def _causes(time: np.ndarray, pulses: Pulses, latency: float) -> np.ndarray:
    """Return the number of the pulse that each upstroke follows soon enough and first, -1 where there is none."""
    last = np.searchsorted(pulses.start, time, side="right") - 1
    caused = (last >= 0) & (time - pulses.start[last] <= latency) if len(pulses) else np.zeros(len(time), bool)
    repeated = np.append(False, np.diff(last) == 0) if len(time) else caused
    return np.where(caused & ~(repeated & np.append(False, caused[:-1])), last, -1)
