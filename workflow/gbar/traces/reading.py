"""What there is to say of one trace: its beats, the course they take, and their measures in one line."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gbar.traces.beats import APD_PERCENT, Beats, measure_beats
from gbar.traces.course import Outcome, alternating, captured, course, outcomes
from gbar.traces.samples import Samples, prepare
from gbar.traces.settings import BeatSettings
from gbar.traces.upstrokes import Upstroke, find_upstrokes, place_pulses

CARDIAC = BeatSettings()
NO_PULSES = np.empty((0, 2))
MEDIANS = (
    *(f"apd{percent}_ms" for percent in APD_PERCENT),
    "mdp_mV",
    "peak_mV",
    "amplitude_mV",
    "dvdt_max_V_s",
)


@dataclass(frozen=True)
class Biomarkers:
    """The measures of one trace; NaN where undefined.

    Those of beats are medians over the inner ones, those with a beat before and after them, and undefined unless all of
    these have them; of beats that alternate the APDs have a long and a short value instead. `triangulation_ms` is APD90
    less APD40. `rate_per_min` is the
    number of beats over the time from the first to the last, undefined of a cell that no longer repolarises;
    `cv_interval` the standard deviation of the intervals over their mean; `apd90_drift_ms` the change of APD90 from
    beat to beat, over the last two; `eads` the number of early afterdepolarisations, with height and take-off of the
    highest; `v_end_mV` the last voltage. It and the extremes are those of the trace without padding and artefacts.
    """

    n_beats: int
    cycle_length_ms: float
    rate_per_min: float
    apd30_ms: float
    apd40_ms: float
    apd50_ms: float
    apd75_ms: float
    apd90_ms: float
    triangulation_ms: float
    mdp_mV: float
    peak_mV: float
    amplitude_mV: float
    dvdt_max_V_s: float
    v_min_mV: float
    v_max_mV: float
    v_end_mV: float
    cv_interval: float
    apd50_long_ms: float
    apd50_short_ms: float
    apd90_long_ms: float
    apd90_short_ms: float
    apd90_drift_ms: float
    eads: int
    ead_height_mV: float
    ead_takeoff_mV: float
    n_pulses: int
    n_captured: int


@dataclass(frozen=True, eq=False)
class Reading:
    """What there is to say of one trace.

    Attributes:
        beats: its beats.
        outcomes: what became of each.
        pulses_ms: start of each pulse of its stimulus.
        captured: of each pulse whether it caused a beat.
        course: of the beats, as of `gbar.traces.course`.
        biomarkers: its measures.
        notes: what to bear in mind, in sentences.
    """

    beats: Beats
    outcomes: list[Outcome]
    pulses_ms: np.ndarray
    captured: np.ndarray
    course: str
    biomarkers: Biomarkers
    notes: tuple[str, ...]


def read_trace(
    V: np.ndarray,
    dt_ms: float,
    settings: BeatSettings = CARDIAC,
    *,
    pulses_ms: np.ndarray = NO_PULSES,
    blanked_ms: Sequence[tuple[float, float]] = (),
    t0_ms: float = 0.0,
    recorded: bool = True,
) -> Reading:
    """Find the beats of one trace, measure them, and say what course they take.

    Args:
        V: membrane potential, mV, shape (time,), regularly sampled; NaN where it is not known.
        dt_ms: sampling interval.
        settings: what counts as a beat.
        pulses_ms: start and end of each pulse that the cell was paced with, shape (pulse, 2).
        blanked_ms: start and end of times that are cut out, such as artefacts at the edges of a known stimulus.
        t0_ms: time of the first sample.
        recorded: whether there may be artefacts and noise; what was simulated has none, and is read as it is.

    Raises:
        UserError: the trace is no single trace of real numbers, or the interval not positive.
    """
    samples = prepare(V, dt_ms, t0_ms, blanked_ms=blanked_ms, recorded=recorded)
    pulses = place_pulses(samples, pulses_ms)
    upstrokes = find_upstrokes(samples, pulses, settings)
    beats = measure_beats(samples, upstrokes, pulses, settings)
    response, told = captured(beats, pulses), course(samples, beats, pulses, settings)
    return Reading(
        beats=beats,
        outcomes=outcomes(samples, beats, pulses, settings),
        pulses_ms=samples.t0_ms + pulses.start * dt_ms,
        captured=response,
        course=told,
        biomarkers=_summarise(samples, beats, response, told, settings),
        notes=(*samples.notes, *_notes(samples, upstrokes, beats, settings)),
    )


def find_beats(
    V: np.ndarray,
    dt_ms: float,
    settings: BeatSettings = CARDIAC,
    *,
    pulses_ms: np.ndarray = NO_PULSES,
    t0_ms: float = 0.0,
    recorded: bool = True,
) -> Beats:
    """Return the beats of one trace; arguments as of `read_trace`."""
    samples = prepare(V, dt_ms, t0_ms, recorded=recorded)
    pulses = place_pulses(samples, pulses_ms)
    return measure_beats(samples, find_upstrokes(samples, pulses, settings), pulses, settings)


def undefined() -> Biomarkers:
    """Return the biomarkers of a row that was not solved: no beats, everything else NaN."""
    values: dict[str, Any] = {field.name: 0 if field.type is int else np.nan for field in fields(Biomarkers)}
    return Biomarkers(**values)


def _summarise(samples: Samples, beats: Beats, response: np.ndarray, told: str, settings: BeatSettings) -> Biomarkers:
    inner = beats.inner
    measures = _medians(inner)
    pairs = alternating(beats, settings) if told == "alternans" else None
    if pairs is not None:
        measures |= dict.fromkeys(pairs, np.nan)
    measures["triangulation_ms"] = measures["apd90_ms"] - measures["apd40_ms"]
    of_pairs = {
        f"{name.removesuffix('_ms')}_{which}_ms": np.nan if pairs is None else pairs[name][place]
        for name in ("apd50_ms", "apd90_ms")
        for place, which in enumerate(("long", "short"))
    }
    V = samples.V  # without padding and artefacts, which are no extremes of a cell
    intervals = beats.cycle_length_ms[1:]
    highest = int(np.nan_to_num(beats.ead_height_mV).argmax()) if len(beats) else 0
    return Biomarkers(
        n_beats=len(beats),
        rate_per_min=_rate(beats, told),
        v_min_mV=float(V.min()) if len(V) else np.nan,
        v_max_mV=float(V.max()) if len(V) else np.nan,
        v_end_mV=float(V[-1]) if len(V) else np.nan,
        cv_interval=float(np.std(intervals) / np.mean(intervals)) if len(intervals) > 1 else np.nan,
        apd90_drift_ms=float(inner.apd90_ms[-1] - inner.apd90_ms[-3]) / 2 if len(inner) > 2 else np.nan,
        eads=int(beats.eads.sum()),
        ead_height_mV=float(beats.ead_height_mV[highest]) if len(beats) else np.nan,
        ead_takeoff_mV=float(beats.ead_takeoff_mV[highest]) if len(beats) else np.nan,
        n_pulses=len(response),
        n_captured=int(response.sum()),
        **measures,
        **of_pairs,
    )


def _rate(beats: Beats, told: str) -> float:
    """Return beats a minute from the first to the last; 0 without beats, undefined where there is no interval."""
    if not len(beats):
        return 0.0
    if len(beats) == 1 or told in ("no repolarisation", "depolarisation block"):
        return np.nan
    return 60_000.0 * (len(beats) - 1) / float(beats.upstroke_ms[-1] - beats.upstroke_ms[0])


def _medians(inner: Beats) -> dict[str, float]:
    """Return the medians over beats, undefined unless every beat has a value: no two are of different beats."""
    if not len(inner):
        return dict.fromkeys(("cycle_length_ms", *MEDIANS), np.nan)
    found = np.median([getattr(inner, name) for name in MEDIANS], axis=1).tolist()
    intervals = inner.cycle_length_ms[np.isfinite(inner.cycle_length_ms)]  # the first beat has none
    cycle_length_ms = float(np.median(intervals)) if len(intervals) else np.nan
    return {"cycle_length_ms": cycle_length_ms, **dict(zip(MEDIANS, found, strict=True))}


def _notes(samples: Samples, upstrokes: list[Upstroke], beats: Beats, settings: BeatSettings) -> list[str]:
    notes = []
    if len(samples.V) and samples.V[0] >= settings.level_mV:
        notes.append("the trace opens in an action potential, which is not counted")
    if len(beats) and np.isnan(beats.mdp_mV[0]):
        notes.append("the trace opens amid an upstroke; the first beat is incomplete, its APDs are undefined")
    if len(samples.gaps) and np.isnan(beats.apd90_ms).any():
        notes.append("APDs that would be behind a gap are undefined")
    if any(one.in_pulse for one in upstrokes):
        notes.append("the steepest rise falls into a pulse; dV/dt max is that outside of the pulses")
    return notes
