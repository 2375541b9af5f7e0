"""The course that the beats of a trace take: regular, alternans, block, afterdepolarisations ... or none.

Of a trace are told, in this order, and judged on the later half of what is there, its middle included:

    silent                    no beat
    no repolarisation         the last beat stays above `rearm_mV` for `stuck_ms` at least, to the end of the trace;
                              of a neuron: depolarisation block
    afterdepolarisations      a beat has an early afterdepolarisation
    quiescent after N beats   no beat follows for twice the longest cycle length, and for `quiet_ms` at least
                              behind a single beat; under pulses: none of them captures any more
    block P:C                 of P pulses C capture, over and over; "block irregular" where there is no such pattern
    bursting                  at least two groups of beats lie apart by three times the interval within them
    alternans                 the APDs of successive beats are long and short in turns
    single beat               there is one only
    irregular                 the intervals vary by a fifth; under pulses: beats come between them, or the APD90 varies
                              by a tenth and does not just drift
    regular
"""

from itertools import pairwise
from typing import Literal

import numpy as np

from gbar.traces.beats import APD_PERCENT, Beats
from gbar.traces.samples import Samples
from gbar.traces.settings import BeatSettings
from gbar.traces.upstrokes import Pulses

Outcome = Literal[
    "captured",
    "spontaneous",
    "failed",
    "incomplete repolarisation",
    "afterdepolarisation",
    "no repolarisation",
    "cut off",
]
LONGEST_PERIOD = 6  # pulses of a pattern of block
FEWEST = 4  # beats, or pulses, that are judged
PAUSE = 3.0  # an interval is a pause between bursts if it is so many times the median of the others
IRREGULAR_CV, IRREGULAR_APD = 0.2, 0.1


def captured(beats: Beats, pulses: Pulses) -> np.ndarray:
    """Return of each pulse whether it caused a beat, shape (pulse,)."""
    found = np.zeros(len(pulses), bool)
    found[beats.pulse[beats.pulse >= 0]] = True
    return found


def outcomes(samples: Samples, beats: Beats, pulses: Pulses, settings: BeatSettings) -> list[Outcome]:
    """Return what became of each beat."""
    found: list[Outcome] = []
    for k in range(len(beats)):
        is_last = k == len(beats) - 1
        if is_last and is_stuck(samples, beats, settings):
            found.append("no repolarisation")
        elif beats.eads[k]:
            found.append("afterdepolarisation")
        elif np.isnan(beats.apd90_ms[k]) and np.isfinite(beats.mdp_mV[k]):
            found.append("cut off" if is_last and not _pulse_follows(beats, pulses, k) else "incomplete repolarisation")
        else:
            found.append("captured" if beats.pulse[k] >= 0 else "spontaneous")
    return found


def is_stuck(samples: Samples, beats: Beats, settings: BeatSettings) -> bool:
    """Tell whether the last beat never repolarises, for long enough to say so."""
    if not len(beats) or np.isfinite(beats.apd90_ms[-1]):
        return False
    since = (beats.upstroke_ms[-1] - samples.t0_ms) / samples.dt_ms
    after = samples.V[int(since) + 1 :]
    return len(after) * samples.dt_ms >= settings.stuck_ms and bool(after.min() > settings.rearm_mV)


def course(samples: Samples, beats: Beats, pulses: Pulses, settings: BeatSettings) -> str:
    """Return the course of a trace, one of those of the module's text."""
    if not len(beats):
        return "silent"
    if is_stuck(samples, beats, settings):
        return "depolarisation block" if settings.kind == "neuron" else "no repolarisation"
    if beats.eads.any():
        return "afterdepolarisations"
    if len(pulses):
        return _paced(samples, beats, pulses, settings)
    return _spontaneous(samples, beats, settings)


def alternating(beats: Beats, settings: BeatSettings) -> dict[str, tuple[float, float]] | None:
    """Return the long and the short value of each APD, by name, of beats that alternate; None of others.

    They alternate if each second one of the beats judged is longer than its neighbours by the deepest APD that all of
    them have, and the medians of both kinds differ by `alternans_min_ms`. A value is NaN unless all beats of its kind
    have it.
    """
    judged = _later_half(beats.inner)
    if len(judged) < FEWEST:
        return None
    names = [f"apd{percent}_ms" for percent in APD_PERCENT]
    defined = [name for name in names if np.isfinite(getattr(judged, name)).all()]
    if not defined:
        return None
    apd = getattr(judged, defined[-1])
    one, other = apd[::2], apd[1::2]
    if abs(np.median(one) - np.median(other)) < settings.alternans_min_ms:
        return None
    steps = np.sign(np.diff(apd))
    if not (steps[1:] == -steps[:-1]).all() or not steps.all():
        return None
    long = slice(0, None, 2) if np.median(one) > np.median(other) else slice(1, None, 2)
    short = slice(1 - (long.start or 0), None, 2)
    return {
        name: (float(np.median(getattr(judged, name)[long])), float(np.median(getattr(judged, name)[short])))
        for name in names
    }


def _later_half(beats: Beats) -> Beats:
    return beats[-max(FEWEST, (len(beats) + 1) // 2) :]


def _paced(samples: Samples, beats: Beats, pulses: Pulses, settings: BeatSettings) -> str:
    response = captured(beats, pulses)
    until_end_ms = (len(samples.V) - 1 - pulses.start[-1]) * samples.dt_ms
    if until_end_ms < settings.latency_ms and not response[-1]:
        response = response[:-1]  # what became of it is not in the trace
    if not len(response):
        return _spontaneous(samples, beats, settings)
    judged = response[-max(FEWEST, (len(response) + 1) // 2) :]
    if not judged.any():
        return _quiescent(len(beats))
    if not judged.all():
        return f"block {_pattern(judged)}"
    from_pulse = len(response) - len(judged)
    later = beats[beats.pulse >= from_pulse]
    between = beats.upstroke_ms >= (later.upstroke_ms[0] if len(later) else np.inf)
    if (beats.pulse[between] < 0).any():
        return "irregular"
    if alternating(beats, settings):
        return "alternans"
    if len(beats) == 1:
        return "single beat"
    apd = _later_half(beats.inner).apd90_ms
    apd = apd[np.isfinite(apd)]
    steps = np.diff(apd)
    drifts = (steps >= 0).all() or (steps <= 0).all()
    return "irregular" if len(apd) and not drifts and np.ptp(apd) > IRREGULAR_APD * np.median(apd) else "regular"


def _pattern(response: np.ndarray) -> str:
    """Return the shortest pattern that pulses captured by, as P:C."""
    for period in range(2, LONGEST_PERIOD + 1):
        if len(response) >= 2 * period and (response[period:] == response[:-period]).all():
            return f"{period}:{int(response[:period].sum())}"
    return "irregular"


def _spontaneous(samples: Samples, beats: Beats, settings: BeatSettings) -> str:
    end_ms = samples.t0_ms + (len(samples.V) - 1) * samples.dt_ms
    since_ms = end_ms - beats.upstroke_ms[-1]
    intervals = beats.cycle_length_ms[1:]
    if since_ms > (2 * intervals.max() if len(intervals) else settings.quiet_ms):
        return _quiescent(len(beats))
    if len(beats) == 1:
        return "single beat"
    if _bursts(intervals):
        return "bursting"
    if alternating(beats, settings):
        return "alternans"
    judged = _later_half(beats.inner).cycle_length_ms
    judged = judged[np.isfinite(judged)]
    return "irregular" if len(judged) > 1 and np.std(judged) > IRREGULAR_CV * np.mean(judged) else "regular"


def _quiescent(n_beats: int) -> str:
    return f"quiescent after {n_beats} beat{'' if n_beats == 1 else 's'}"


def _bursts(intervals: np.ndarray) -> bool:
    """Tell whether beats come in groups, two of them with two beats at least, by the intervals between them."""
    pauses = intervals > PAUSE * np.median(intervals)
    edges = [-1, *np.flatnonzero(pauses).tolist(), len(intervals)]
    sizes = [later - earlier for earlier, later in pairwise(edges)]
    return bool(pauses.any()) and sum(size > 1 for size in sizes) > 1


def _pulse_follows(beats: Beats, pulses: Pulses, beat: int) -> bool:
    return bool(len(pulses) and beats.pulse[beat] < len(pulses) - 1)
