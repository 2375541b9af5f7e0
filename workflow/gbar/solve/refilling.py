"""Rows in lanes of an adaptive method: each lane goes its own way, and a finished one takes the next row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from gbar.solve import rosenbrock
from gbar.solve.dense import integral, on_grid
from gbar.solve.driving import Pieces, lanes_of, padded
from gbar.solve.lanes import Lanes, start
from gbar.solve.settings import OK, Solution
from gbar.solve.task import Task

# Steps between two looks at the lanes.
CHUNK = 256
# A row that takes more steps than this is given up: a beating cell needs 0.5 a ms at the default tolerance.
STEPS_PER_MS, STEPS_PER_PIECE, STEPS_AT_LEAST = 100, 20, 20_000


def solve(task: Task, solution: Solution) -> None:
    """Solve every row of a task into `solution`."""
    record = tuple(task.outputs.get(name, (name,)) for name in (*solution.traces, *solution.slow))
    method = _method(task, record)
    lane_count = lanes_of(task.cell, task.settings, len(solution.status))
    samples, slow = next(iter(solution.traces.values())).shape[1], list(solution.slow.values())
    for row, lane, steps in _finished(method, task, lane_count):
        solution.status[row] = lane.status
        solution.final_state[row] = lane.y
        solution.accepted[row] = lane.accepted
        solution.rejected[row] = lane.rejected
        t, y, dy = steps[:, 0], *np.split(steps[:, 1:], 2, axis=1)
        for k, (name, trace) in enumerate(solution.traces.items()):
            trace[row] = on_grid(t, y[:, k], dy[:, k], task.save_every_ms, samples)
            if name in task.outputs and lane.status == OK:
                solution.charges[name][row] = integral(t, y[:, k], dy[:, k], task.charged_from_ms)
        if slow:
            places = slice(-len(slow), None)
            found = on_grid(t, y[:, places], dy[:, places], task.save_every_ms * solution.slow_stride, slow[0].shape[1])
            for trace, of_state in zip(slow, found.T, strict=True):
                trace[row] = of_state


@dataclass(frozen=True)
class _Method:
    """The integrator with its settings.

    Attributes:
        fresh: one lane at t = 0.
        pieces: the stimulus of every row, or the one column that all share.
        advance: takes lanes in pieces and values further; returns lanes, records and their number.
        clamped: index of the state that the stimulus holds; None for a current.
    """

    fresh: Lanes
    pieces: Pieces
    advance: Callable[[Lanes, Pieces, Mapping[str, np.ndarray]], tuple[Any, Any, Any]]
    clamped: int | None


def _method(task: Task, record: tuple[tuple[str, ...], ...]) -> _Method:
    cell, settings, stimulus, duration_ms = task.cell, task.settings, task.stimulus, task.duration_ms
    clamped = stimulus is not None and stimulus.clamp
    starts, piece_values = padded(stimulus)
    max_steps = int(
        STEPS_AT_LEAST
        + duration_ms * (STEPS_PER_MS + 2 / settings.max_step_ms)
        + STEPS_PER_PIECE * np.isfinite(starts).sum(axis=1).max()
    )
    advance = rosenbrock.advance(cell, record, clamped, CHUNK)

    def advance_values(lanes: Lanes, pieces: Pieces, values: Mapping[str, np.ndarray]) -> tuple[Any, Any, Any]:
        scale, parameter = cell.split(values)
        with jax.enable_x64(True):
            options = (duration_ms, settings.rtol, settings.max_step_ms, max_steps)
            return jax.device_get(advance(lanes, pieces, scale, parameter, *options))

    initial = cell.initial[:, None].astype(settings.precision)
    held = cell.state_names.index("V") if clamped else None
    return _Method(start(initial), Pieces(starts.T, piece_values.T), advance_values, held)


def _finished(method: _Method, task: Task, lane_count: int) -> Iterator[tuple[int, Lanes, np.ndarray]]:
    """Solve all rows and yield each as it is finished: its number, its lane's last state, its records (steps, ...)."""
    values = task.values
    rows = len(next(iter(values.values())))
    fresh = method.fresh
    lanes = fresh._replace(**{name: np.repeat(a, lane_count, axis=-1) for name, a in fresh._asdict().items()})
    lanes.closed[:] = True
    in_lane = {name: np.full(lane_count, value[0]) for name, value in values.items()}
    each = method.pieces.start.shape[1] > 1
    pieces = Pieces(*(np.repeat(a[:, :1], lane_count, axis=1) if each else a for a in method.pieces))
    occupant: dict[int, int] = {}
    records: dict[int, list[np.ndarray]] = {}
    waiting = iter(range(rows))
    finished = 0
    while True:
        for lane in range(lane_count):
            if lane in occupant or (row := next(waiting, None)) is None:
                continue
            occupant[lane], records[lane] = row, []
            for field, first in zip(lanes, fresh, strict=True):
                field[..., lane] = first[..., 0]
            if task.initial is not None:
                lanes.y[:, lane] = task.initial[row]
            for name, value in values.items():
                in_lane[name][lane] = value[row]
            if each:
                for field, of_rows in zip(pieces, method.pieces, strict=True):
                    field[:, lane] = of_rows[:, row]
            if method.clamped is not None:
                lanes.y[method.clamped, lane] = pieces.value[0, lane if each else 0]
        if not occupant:
            return
        lanes, block, count = method.advance(lanes, pieces, in_lane)
        lanes = lanes._replace(**{name: np.array(a) for name, a in lanes._asdict().items()})
        of_lane = np.ascontiguousarray(np.moveaxis(block[:count], 2, 0))
        for lane, row in list(occupant.items()):
            records[lane].append(of_lane[lane])
            if lanes.closed[lane]:
                steps = np.concatenate(records.pop(lane))
                # A rejected step repeats its row.
                steps = steps[np.append(True, np.any(steps[1:] != steps[:-1], axis=1))]
                del occupant[lane]
                finished += 1
                yield row, lanes._replace(**{n: a[..., lane] for n, a in lanes._asdict().items()}), steps
        under_way = sum(float(lanes.t[lane]) for lane in occupant) / task.duration_ms
        task.progress((finished + under_way) / rows)
