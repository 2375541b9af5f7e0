"""A second reader of paced cardiac action potentials, to check `gbar.traces` against.

It was written from docs/biomarkers.md alone, without a look at `gbar.traces`, and takes each sentence of it as
literally as it can: scans over all samples, loops over pulses and beats, no shortcut. Since it was first compared the
text says more of ties between slopes and of afterdepolarisations that a pulse cuts off, and so does this. It reads
simulated traces of the kind `cardiac` under pulses, without settings, notes or anything that recordings need, and
imports nothing of gbar.

Times are in ms, potentials in mV, slopes in mV/ms, which is V/s. Sample i of a trace is at i x dt_ms; interval i lies
between the samples i and i + 1.
"""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

LEVEL_MV, HYSTERESIS_MV, REARM_MV = -20.0, 10.0, -40.0
DVDT_MIN_V_S, FAST_V_S, AMPLITUDE_MIN_MV, WIDTH_MIN_MS = 2.0, 10.0, 40.0, 2.0
LATENCY_MS, NOTCH_MS, EAD_MIN_MV = 100.0, 100.0, 3.0
ALTERNANS_MIN_MS, STUCK_MS = 5.0, 1000.0
DEPTHS = (30, 40, 50, 75, 90)
# A pulse's edge that close to a sample, as a part of the sampling interval, is at the sample.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Reading:
    """What is told of a trace: the class; of each beat the upstroke time and APDs (NaN: undefined); of each pulse
    whether it captured."""

    course: str
    upstroke_ms: np.ndarray
    apd30_ms: np.ndarray
    apd40_ms: np.ndarray
    apd50_ms: np.ndarray
    apd75_ms: np.ndarray
    apd90_ms: np.ndarray
    captured: np.ndarray


def read(V: np.ndarray, dt_ms: float, pulses_ms: np.ndarray) -> Reading:
    """Read a trace `V` (mV, finite, one every `dt_ms` from 0 ms on) under pulses (n, 2): start and end of each, in ms,
    in order."""
    # The last sample at or before the start of each pulse, and the first at or after its end.
    pulses = [(floor(start / dt_ms + ROUNDING), ceil(end / dt_ms - ROUNDING)) for start, end in pulses_ms]
    upstrokes_ms = _upstrokes(V, dt_ms, _own_slopes(V, dt_ms, pulses_ms, pulses))
    nexts_ms = [*(start for start, _ in pulses_ms[1:]), np.inf]
    caused = [_caused_by(start, next_ms, upstrokes_ms) for (start, _), next_ms in zip(pulses_ms, nexts_ms, strict=True)]
    apds, afterdepolarised = np.full((len(upstrokes_ms), len(DEPTHS)), np.nan), False
    for i, upstroke_ms in enumerate(upstrokes_ms):
        before_ms = upstrokes_ms[i - 1] if i else 0.0
        next_ms = upstrokes_ms[i + 1] if i + 1 < len(upstrokes_ms) else None
        mdp = V[floor(before_ms / dt_ms) : floor(upstroke_ms / dt_ms) + 1].min()
        apds[i], any_rise = _repolarisation(V, dt_ms, pulses, upstroke_ms, next_ms, mdp)
        afterdepolarised |= any_rise
    course = _course(V, dt_ms, pulses_ms, upstrokes_ms, caused, apds, afterdepolarised)
    return Reading(course, np.array(upstrokes_ms), *apds.T, np.array([beat is not None for beat in caused]))


def _own_slopes(V, dt_ms, pulses_ms, pulses) -> np.ndarray:
    """dV/dt of each interval, less what each pulse does to a passive membrane."""
    slopes = np.diff(V) / dt_ms
    own = slopes.copy()
    for (start_ms, end_ms), (first, end) in zip(pulses_ms, pulses, strict=True):
        within = ceil(start_ms / dt_ms - ROUNDING)
        if within + 1 > end_ms / dt_ms + ROUNDING or within >= len(slopes):
            continue  # no interval lies wholly within the pulse
        passive = slopes[within] - (slopes[first - 1] if first else 0.0)
        for i in range(first, min(end, len(slopes))):
            covered_ms = min((i + 1) * dt_ms, end_ms) - max(i * dt_ms, start_ms)
            own[i] -= passive * covered_ms / dt_ms
    return own


def _looked_at(V) -> list[tuple[int, int]]:
    """Where a rise begins and where, from there on, V is at or above the level: of each rise that is looked at."""
    found = []
    values = V.tolist()
    # Whether V was low enough, whether it climbs to the peak of a rise that is looked at; the lowest sample since that
    # peak, or since a higher one; that peak. So a notch on the way to the peak of a plateau begins no rise of its own.
    armed, climbing, low, high = True, False, 0, values[0]
    for i in range(1, len(values)):
        v, before = values[i], values[i - 1]
        if v < before and (climbing or before >= high):
            climbing, low, high = False, i, before
        elif v < values[low]:
            low = i
        if before <= LEVEL_MV - HYSTERESIS_MV:
            armed = True
        if armed and before < LEVEL_MV <= v:
            found.append((low, i))
            armed, climbing = False, True
        elif not climbing and values[low] > LEVEL_MV - HYSTERESIS_MV and v >= values[low] + AMPLITUDE_MIN_MV:
            found.append((low, low + int(np.argmax(V[low:] >= LEVEL_MV))))
            climbing = True
    return found


def _upstrokes(V, dt_ms, own) -> list[float]:
    """The upstroke times.

    "Since the crossing before" is taken as since the peak of the rise before: the lowest V before a rise that begins on
    a plateau would otherwise be that crossing, and its steepest dV/dt the upstroke before.
    """
    looked_at = _looked_at(V)
    upstrokes_ms, peak = [], 0
    for (_, crossing), (next_begins, _) in zip(looked_at, [*looked_at[1:], (len(V), 0)], strict=True):
        since = peak  # of the rise before
        below = np.flatnonzero(V[crossing:] < LEVEL_MV)
        falls = crossing + below[0] if len(below) else len(V)
        peak = crossing + int(np.argmax(V[crossing : max(min(falls, next_begins), crossing + 1)]))
        lowest = since + int(np.argmin(V[since : crossing + 1]))
        rearmed = np.flatnonzero(V[since:peak] <= REARM_MV)
        begins = since + rearmed[-1] if len(rearmed) else lowest
        steepest = _steepest(own, begins, max(peak, begins + 1))
        tall = V[peak] - V[lowest] >= AMPLITUDE_MIN_MV
        fast = own[steepest] >= (DVDT_MIN_V_S if len(rearmed) else FAST_V_S)
        wide = falls == len(V) or (falls - crossing) * dt_ms >= WIDTH_MIN_MS
        if tall and fast and wide and peak < len(V) - 1:
            left, here, right = own[steepest - 1 : steepest + 2]
            vertex = 0.5 * (left - right) / (left - 2 * here + right) if here > max(left, right) else 0.0
            upstrokes_ms.append((steepest + 0.5 + vertex) * dt_ms)
    return upstrokes_ms


def _steepest(own, begins, ends) -> int:
    """The first local maximum of the slopes of some intervals that is within 1 % of the largest."""
    largest = own[begins:ends].max()
    for i in range(begins, ends):
        falls_next = i + 1 == len(own) or own[i] >= own[i + 1]
        if own[i] >= 0.99 * largest and falls_next and (i == begins or own[i] > own[i - 1]):
            return i
    return begins + int(np.argmax(own[begins:ends]))


def _caused_by(start_ms, next_ms, upstrokes_ms) -> int | None:
    """The beat that a pulse caused, the first within the latency and before the next pulse; None if it failed."""
    until_ms = min(start_ms + LATENCY_MS, next_ms)
    follow = [i for i, upstroke_ms in enumerate(upstrokes_ms) if start_ms <= upstroke_ms < until_ms]
    return follow[0] if follow else None


def _repolarisation(V, dt_ms, pulses, upstroke_ms, next_ms, mdp) -> tuple[list[float], bool]:
    """APD30 to 90 of a beat (NaN: undefined), and whether it has an afterdepolarisation."""
    limit = len(V) if next_ms is None else floor(next_ms / dt_ms) + 1
    outside = np.ones(len(V), bool)
    for start, end in pulses:
        outside[start + 1 : end] = False
    later = [pulse for pulse in pulses if pulse[0] * dt_ms >= upstroke_ms and pulse[0] < limit]
    to_next = min([limit, *(pulse[0] + 1 for pulse in later)])
    begins = ceil(upstroke_ms / dt_ms)
    peak = begins + int(np.argmax(np.where(outside, V, -np.inf)[begins:to_next]))
    levels = [V[peak] - depth / 100 * (V[peak] - mdp) for depth in DEPTHS]

    ends = len(V) - 1 if next_ms is None else peak + int(np.argmin(V[peak:limit]))
    ends = min([ends, *(peak + np.flatnonzero(V[peak : ends + 1] <= levels[-1])[:1])])
    ends = min([ends, *(start for start, _ in later if V[start] <= REARM_MV)])

    cuts = [pulse for pulse in later if pulse[0] < ends]
    lasts = [*(start for start, _ in cuts), ends]
    pieces = list(zip([peak, *(start for start, _ in cuts)], lasts, strict=True))
    unpaced = zip([peak, *(end for _, end in cuts)], lasts, strict=True)
    apds = [_comes_down(V, dt_ms, pieces, level) - upstroke_ms for level in levels]
    return apds, any(_rises(V, dt_ms, first, last, upstroke_ms) for first, last in unpaced)


def _comes_down(V, dt_ms, pieces, level) -> float:
    """When V comes down through the level for good: the last crossing in the first piece that ends at or below it."""
    for first, last in pieces:
        if V[last] <= level:
            i = first + np.flatnonzero((V[first:last] > level) & (V[first + 1 : last + 1] <= level))[-1]
            return (i + (V[i] - level) / (V[i] - V[i + 1])) * dt_ms
    return np.nan


def _rises(V, dt_ms, first, last, upstroke_ms) -> bool:
    """Whether between two samples V rises late enough, by enough, above its lowest so far, and is not still rising."""
    takeoff = highest = first
    for i, v in enumerate([*V[first : last + 1].tolist(), -np.inf], first):
        if v < V[takeoff]:
            high_enough = V[highest] - V[takeoff] >= EAD_MIN_MV and highest < last
            if high_enough and takeoff * dt_ms - upstroke_ms > NOTCH_MS:
                return True
            takeoff = highest = i
        elif v > V[highest]:
            highest = i
    return False


def _judged(items: list) -> list:
    """The later half, but at least four where there are so many."""
    return items[-max(len(items) - len(items) // 2, 4) :]


def _course(V, dt_ms, pulses_ms, upstrokes_ms, caused, apds, afterdepolarised) -> str:
    """The class of the trace: the first that fits."""
    beats, end_ms = len(upstrokes_ms), (len(V) - 1) * dt_ms
    if not beats:
        return "silent"
    low = np.flatnonzero(V <= REARM_MV)
    stuck_from_ms = max(upstrokes_ms[-1], low[-1] * dt_ms if len(low) else 0.0)
    if end_ms - stuck_from_ms >= STUCK_MS:
        return "no repolarisation"
    if afterdepolarised:
        return "afterdepolarisations"
    outcomes = [beat is not None for beat in caused]
    if outcomes and not outcomes[-1] and end_ms - pulses_ms[-1][0] < LATENCY_MS:
        outcomes.pop()
    outcomes = _judged(outcomes)
    if not any(outcomes):
        return f"quiescent after {beats} beats"
    if not all(outcomes):
        for period in range(2, 7):
            repeats = all(a == b for a, b in zip(outcomes, outcomes[period:], strict=False))
            if repeats and len(outcomes) >= 2 * period:
                return f"block {period}:{sum(outcomes[-period:])}"
        return "block irregular"
    judged = _judged(list(range(beats)) if beats <= 2 else list(range(1, beats - 1)))
    if _alternates(apds[judged]):
        return "alternans"
    if beats == 1:
        return "single beat"
    apd90 = apds[judged, DEPTHS.index(90)]
    change = np.diff(apd90)
    wanders = not (np.all(change >= 0) or np.all(change <= 0)) and np.ptp(apd90) > 0.1 * np.median(apd90)
    spontaneous = any(beat not in caused for beat in judged)
    return "irregular" if spontaneous or (wanders and not np.isnan(apd90).any()) else "regular"


def _alternates(apds: np.ndarray) -> bool:
    """Whether of four beats or more (beats, 4) each second is longer, by the deepest APD that all of them have."""
    shared = [apd for apd in apds.T if not np.isnan(apd).any()]
    if len(apds) < 4 or not shared:
        return False
    change_ms, apart_ms = np.diff(shared[-1]), np.median(shared[-1][::2]) - np.median(shared[-1][1::2])
    return bool(np.all(change_ms[1:] * change_ms[:-1] < 0) and abs(apart_ms) >= ALTERNANS_MIN_MS)
