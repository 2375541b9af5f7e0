"""Pacing a cell for many beats without keeping what nobody reads, with leaps over beats where its course is plain.

From beat to beat a cell changes slowly and smoothly once the transients of the first beats have died, since few modes
are slow: sodium and potassium, the load of the reticulum, CaMK, a drug that binds. The states at the ends of stretches
of some beats follow a linear recurrence in their changes d,

    d_k = c_1 d_(k-1) + ... + c_p d_(k-p),

whose coefficients a leap fits to the last changes, to add up those to come. What is linear in the states and
conserved, as the charge of a cell nearly is, is conserved by leaps too: they are sums of changes that conserve it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gbar.cells.cell import Cell
from gbar.solve.rows import solve_rows
from gbar.solve.settings import DIVERGED, OK, SolverSettings
from gbar.solve.stimulus import Stimulus

# Beats between two looks at the states: an even number, since the states of alternating beats are like every other.
STRETCH = 4
SETTLING = 5  # stretches before the first leap, in which what is fast dies away
RELAXING = 2  # stretches after a leap, in which what it excited dies away
CHANGES = 6  # that a recurrence is fitted to
MOST_TERMS = 3  # of a recurrence
LARGEST_MODE = 1.0005  # over a stretch a mode is multiplied by less; slow ones are told to 0.0005
OUTSIDE = 0.01  # by so much a gate may be below 0 or above 1: fCa of ten Tusscher et al. 2004 is 1.006 at rest
LARGEST_MOVE = 0.2  # of a concentration, as a part of it: the course of larger ones is no straight matter
MISFIT = 0.2  # a recurrence that leaves more of the changes unexplained foretells nothing
STILL = 1e-7  # changes below this part of every state are none
SMALL = 1e-6  # a state below counts as large as this where changes are compared

SAMPLE_MS = 1.0  # of the voltages that durations are told from
REPOLARISED = 0.9


@dataclass(frozen=True)
class Settled:
    """When a row has settled.

    Attributes:
        apd90_ms: its APD90 changes by no more from beat to beat.
        concentration: nor does any concentration, as a part of itself.
    """

    apd90_ms: float
    concentration: float


@dataclass(frozen=True)
class Pacing:
    """How a cell is paced before its beats are kept.

    Attributes:
        cycle_ms: from pulse to pulse.
        beats: number of beats.
        leaping: whether to leap over beats.
        settled: when a row is taken no further; None to take every row through all beats.
    """

    cycle_ms: float
    beats: int
    leaping: bool = False
    settled: Settled | None = None


@dataclass(frozen=True)
class Paced:
    """Where pacing has brought each row.

    Attributes:
        states: after the last beat, (rows, states).
        beats: number of beats that have passed, those leapt over among them, (rows,).
        simulated: number of beats that were simulated, (rows,).
        status: `OK` or `DIVERGED`, (rows,).
    """

    states: np.ndarray
    beats: np.ndarray
    simulated: np.ndarray
    status: np.ndarray


@dataclass
class _Course:
    """The way of one row so far: its states at the ends of stretches since the last leap, and where that began."""

    past: list[np.ndarray]
    wait: int = SETTLING
    before_leap: tuple[np.ndarray, int, float] | None = None
    leaps: bool = True
    beats: int = 0
    simulated: int = 0
    status: int = OK
    done: bool = False


def pace(
    cell: Cell,
    values: Mapping[str, np.ndarray],
    pacing: Pacing,
    stimulus: Callable[[int, np.ndarray], Stimulus | None],
    settings: SolverSettings,
    record: tuple[str, ...] = ("V",),
    outputs: Mapping[str, tuple[str, ...]] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Paced:
    """Pace every row from the cell's own start.

    Args:
        cell: the cell.
        values: scalings and parameters by name, each (rows,).
        pacing: how.
        stimulus: returns that of a number of beats of some rows, given by index.
        settings: how to integrate.
        record: as of `solve_rows`, as in the solve to follow: one compiled program serves both.
        outputs: likewise.
        progress: told the fraction done.
    """
    rows = len(next(iter(values.values())))
    scale, parameter = cell.split(values)
    courses = [_Course([cell.initial]) for _ in range(rows)]
    while under_way := [row for row in range(rows) if not courses[row].done and courses[row].beats < pacing.beats]:
        # Rows that have less than a stretch left wait for the others, who must not take shorter ones for their sake.
        active = [row for row in under_way if courses[row].beats + STRETCH <= pacing.beats] or under_way
        count = min(STRETCH, pacing.beats - courses[active[0]].beats)
        solution = solve_rows(
            cell,
            {name: value[active] for name, value in scale.items()},
            {name: value[active] for name, value in parameter.items()},
            count * pacing.cycle_ms,
            SAMPLE_MS,
            settings,
            stimulus=stimulus(count, np.array(active)),
            record=record,
            initial=np.array([courses[row].past[-1] for row in active]),
            outputs=outputs,
        )
        apd90_ms = durations(solution.traces["V"], count)
        for place, row in enumerate(active):
            course = courses[row]
            course.beats, course.simulated = course.beats + count, course.simulated + count
            course.past = [*course.past[-CHANGES:], solution.final_state[place]]
            course.status = int(solution.status[place])
            if course.status == DIVERGED or _has_settled(cell, course, apd90_ms[place], pacing.settled):
                course.done = True
            elif pacing.leaping and count == STRETCH:
                _go_on(cell, course, pacing.beats, beats_are_whole=bool(np.isfinite(apd90_ms[place]).all()))
        if progress:
            progress(sum(pacing.beats if one.done else one.beats for one in courses) / (rows * pacing.beats))
    return Paced(
        np.array([one.past[-1] for one in courses]),
        np.array([one.beats for one in courses]),
        np.array([one.simulated for one in courses]),
        np.array([one.status for one in courses], np.int8),
    )


def durations(V: np.ndarray, beats: int) -> np.ndarray:
    """Return the time from the start of each beat to its last fall through 90 % of repolarisation, (rows, beats), ms.

    It is NaN of a beat that does not come so far before the next begins.

    Args:
        V: membrane potential of each row every `SAMPLE_MS`, from the start of a beat on, (rows, samples).
        beats: number of beats.
    """
    samples = V.shape[1] // beats
    V = V[:, : beats * samples].reshape(-1, beats, samples)
    rest, peak = V[:, :, 0], V.max(axis=2)
    level = peak - REPOLARISED * (peak - rest)
    below = level[:, :, None] > V
    last = samples - 1 - (~below)[:, :, ::-1].argmax(axis=2)
    falls = ~below.all(axis=2) & (last < samples - 1)
    at = np.minimum(last, samples - 2)[:, :, None]
    high, low = (np.take_along_axis(V, k, 2)[:, :, 0] for k in (at, at + 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(falls, (last + (high - level) / (high - low)) * SAMPLE_MS, np.nan)


def _has_settled(cell: Cell, course: _Course, apd90_ms: np.ndarray, settled: Settled | None) -> bool:
    """Tell whether a row has settled, by its last stretch: beats are compared with the one before the last."""
    if settled is None or len(apd90_ms) < STRETCH or len(course.past) < 2:
        return False
    before, after = (state[_concentrations(cell)] for state in course.past[-2:])
    moved = np.abs(after - before) / np.maximum(np.abs(before), SMALL) / STRETCH
    return abs(apd90_ms[-1] - apd90_ms[-3]) / 2 <= settled.apd90_ms and bool(np.all(moved <= settled.concentration))


def _concentrations(cell: Cell) -> list[int]:
    return [k for k, state in enumerate(cell.states) if state.kind == "concentration"]


def _go_on(cell: Cell, course: _Course, beats: int, *, beats_are_whole: bool) -> None:
    """Leap if it is time, or back where a leap has led astray."""
    course.wait -= 1
    if course.wait > 0 or len(course.past) <= CHANGES:
        return
    recent = np.array(course.past)
    speed = _speed(recent)
    if course.before_leap is not None and not speed <= 2 * course.before_leap[2] + STILL:
        course.past, course.beats, course.leaps = [course.before_leap[0]], course.before_leap[1], False
        return
    # The slower a mode, the longer it takes to be seen: a leap at most doubles the beats that have passed.
    over = min((beats - course.beats) // STRETCH - RELAXING, course.beats // STRETCH)
    while course.leaps and beats_are_whole and over > 0:
        target = leap(recent, over)
        if target is None:
            return
        if _is_sound(cell, recent[-1], target):
            course.before_leap = (recent[-1], course.beats, speed)
            course.past, course.wait = [target], RELAXING + CHANGES
            course.beats += over * STRETCH
            return
        over //= 2


def _speed(past: np.ndarray) -> float:
    """Return by what part of itself the state that changes most has changed over the last stretch."""
    return float(np.max(np.abs(past[-1] - past[-2]) / (np.abs(past[-1]) + SMALL)))


def _is_sound(cell: Cell, before: np.ndarray, after: np.ndarray) -> bool:
    """Tell whether no concentration has moved far, and no gate further out of 0 to 1 than cells themselves go."""
    kinds = np.array([state.kind for state in cell.states])
    moved = np.abs(after - before)[kinds == "concentration"] / np.abs(before[kinds == "concentration"])
    outside = np.abs(after[kinds == "gate"] - 0.5) - 0.5
    return bool(np.all(moved <= LARGEST_MOVE) and np.all(outside <= OUTSIDE))


def leap(past: np.ndarray, over: int) -> np.ndarray | None:
    """Return the states a number of stretches later; None where their course is not plain.

    Args:
        past: states at the ends of the last stretches, (changes + 1, states).
        over: number of stretches to leap over.
    """
    changes = np.diff(past, axis=0)
    seen = changes / (np.abs(past[-1]) + SMALL)
    if np.all(np.abs(seen) < STILL):
        return past[-1]
    for terms in range(MOST_TERMS, 0, -1):
        before = np.stack([seen[terms - 1 - k : len(seen) - 1 - k].ravel() for k in range(terms)], axis=1)
        after = seen[terms:].ravel()
        c = np.linalg.lstsq(before, after)[0]
        modes = np.roots([1.0, *-c])
        is_plain = np.linalg.norm(after - before @ c) <= MISFIT * np.linalg.norm(after)
        if is_plain and np.all(modes.real > -0.5) and np.all(np.abs(modes) < LARGEST_MODE):
            recent = [changes[-1 - k] for k in range(terms)]
            total = np.zeros_like(past[-1])
            for _ in range(over):
                recent = [sum(ck * d for ck, d in zip(c, recent, strict=True)), *recent[:-1]]
                total = total + recent[0]
            return past[-1] + total
    return None
