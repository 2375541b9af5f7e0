"""Beats of a paced cell: whether each stimulus starts one, how long they last, and the runs that all is judged on."""

import numpy as np

from gbar.config.gating import SAMPLE_MS, PacedSection
from gbar.gating.data import Paced, split
from gbar.traces.reading import find_beats
from gbar.traces.settings import of_kind

PULSE_MS = (10.0, 11.0)  # of the stimulus, from the start of each cycle
# No rise is as fast: a ventricular cell has upstrokes from below `rearm_mV` alone.
FROM_REST = of_kind("cardiac", {"fast_V_s": 1e6})
RESTED_mV = -75.0  # a beat follows the stimulus one to one where the cell is below this before each


def follows_one_to_one(V_mV: np.ndarray, cycle_length_ms: np.ndarray, first_ms: float) -> np.ndarray:
    """Return of each run whether the cell is at rest before every stimulus, (run) of bool.

    Args:
        V_mV: (run, sample), sample k at k ms.
        cycle_length_ms: (run).
        first_ms: stimuli from here on count.
    """
    found = []
    for V, cycle in zip(V_mV, cycle_length_ms, strict=True):
        before = np.round(_stimuli_ms(cycle, first_ms, len(V) * SAMPLE_MS)).astype(int) - 2
        found.append(bool(np.all(V[before] < RESTED_mV)))
    return np.array(found)


def apd90_ms(V_mV: np.ndarray, cycle_length_ms: np.ndarray, first_ms: float) -> np.ndarray:
    """Return the mean APD90 of each run over the cycles that begin and end behind a time, (run).

    Undefined (NaN) of a run in which a stimulus starts no beat, or a beat does not repolarise by 90 % before the next,
    and of one too short for a cycle. Beats are those of `gbar.traces`; a sample
    every millisecond is too coarse to tell what a pulse of one does.

    Arguments are those of `follows_one_to_one`.
    """
    found = []
    for V, cycle in zip(V_mV, cycle_length_ms, strict=True):
        stimuli_ms = _stimuli_ms(cycle, first_ms, len(V) * SAMPLE_MS)
        beats = find_beats(V, SAMPLE_MS, FROM_REST, recorded=False)
        # Cycles need not begin on a sample.
        after = np.searchsorted(stimuli_ms - SAMPLE_MS, beats.upstroke_ms, side="right") - 1
        counted = (after >= 0) & (after < len(stimuli_ms) - 1)
        each = beats.apd90_ms[counted]
        complete = len(each) > 0 and np.array_equal(after[counted], np.arange(len(stimuli_ms) - 1))
        found.append(float(each.mean()) if complete else np.nan)
    return np.array(found)


def held_out_runs(control: Paced, altered: Paced, paced: PacedSection) -> np.ndarray:
    """Return the numbers of the validation runs in which both cells follow one to one, by rising cycle length."""
    validation = np.sort(split(paced)[1])
    good = np.ones(len(validation), bool)
    for cell in (control, altered):
        (V,) = cell.of(("V",))
        good &= follows_one_to_one(V[validation], cell.cycle_length_ms[validation], paced.first_ms)
    return validation[good]


def spread(runs: np.ndarray, count: int) -> np.ndarray:
    """Return at most so many of some runs, spread evenly over them, both ends among them."""
    return runs[np.unique(np.linspace(0, len(runs) - 1, min(count, len(runs))).round().astype(int))]


def _stimuli_ms(cycle_length_ms: float, first_ms: float, until_ms: float) -> np.ndarray:
    """Return when stimuli begin, from one time on and before another."""
    first, end = (np.ceil((time - PULSE_MS[0]) / cycle_length_ms) for time in (first_ms, until_ms))
    return PULSE_MS[0] + np.arange(first, end) * cycle_length_ms
