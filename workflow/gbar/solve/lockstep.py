"""Rows in lanes of a fixed step: a batch marches together, and the next batch follows."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

from gbar.cells.cell import Cell
from gbar.solve import rush_larsen
from gbar.solve.driving import Array, Pieces, constants_in, lanes_of, padded
from gbar.solve.kept import kept
from gbar.solve.settings import DIVERGED, OK, Solution
from gbar.solve.task import Task

# Samples between two looks of the host.
CHUNK = 256


class March(NamedTuple):
    """State of a batch.

    Attributes:
        step: number of the next step.
        piece: piece of the stimulus, (lanes,) or, where all share it, a scalar.
        y: states, (states, lanes).
        lost: what rounding has kept out of them, of the same shape; without rows in float64, which has no need.
        status: `OK` or `DIVERGED`, (lanes,).
    """

    step: Array
    piece: Array
    y: Array
    lost: Array
    status: Array


export.register_namedtuple_serialization(March, serialized_name="gbar.solve.lockstep.March")


def solve(task: Task, solution: Solution) -> None:
    """Solve every row of a task into `solution`."""
    cell, settings, stimulus, save_every_ms = task.cell, task.settings, task.stimulus, task.save_every_ms
    rows = len(solution.status)
    lane_count = lanes_of(cell, settings, rows)
    dt_ms = save_every_ms / settings.steps_per_save(save_every_ms)
    first_step, piece_values = _in_steps(*padded(stimulus), dt_ms)
    shared = len(first_step) == 1
    begin, advance = _compiled(
        cell,
        tuple(cell.state_names.index(name) for name in (*solution.traces, *solution.slow)),
        stimulus is not None and stimulus.clamp,
        settings.steps_per_save(save_every_ms),
        settings.precision,
        next(iter(solution.traces.values())).dtype,
    )
    for first in range(0, rows, lane_count):
        # A batch that the rows do not fill is filled up with its first row.
        chosen = np.arange(first, first + lane_count)
        chosen[chosen >= rows] = first
        scale, parameter = cell.split({name: value[chosen] for name, value in task.values.items()})
        pieces = Pieces(*((a if shared else a[chosen]).T for a in (first_step, piece_values)))
        with jax.enable_x64(True):
            march = begin(scale, parameter, () if shared else (lane_count,))
            _march(march, functools.partial(advance, pieces, scale, parameter, dt_ms), first, solution, task.progress)


def _march(
    march: March,
    advance: Callable[[March, int], tuple[March, jax.Array]],
    first: int,
    solution: Solution,
    progress: Callable[[float], None],
) -> None:
    """Take one batch, whose first row is row `first`, to the end and write it into `solution`."""
    rows, samples = next(iter(solution.traces.values())).shape
    inside = slice(first, min(first + march.y.shape[1], rows))
    kept = inside.stop - first
    good = np.full(kept, samples)  # samples before a row diverged
    stride = solution.slow_stride
    for sample in range(0, samples, CHUNK):
        count = min(CHUNK, samples - sample)
        march, block = advance(march, count)
        block = np.asarray(block)
        fast, slow = block[: len(solution.traces)], block[len(solution.traces) :]
        for trace, of_chunk in zip(solution.traces.values(), fast, strict=True):
            trace[inside, sample : sample + count] = of_chunk[:kept, :count]
        next_slow = -(-sample // stride)
        for trace, of_chunk in zip(solution.slow.values(), slow, strict=True):
            chosen = of_chunk[:kept, next_slow * stride - sample : count : stride]
            trace[inside, next_slow : next_slow + chosen.shape[1]] = chosen
        lost = (np.asarray(march.status)[:kept] == DIVERGED) & (good == samples)
        for row in np.flatnonzero(lost):
            bad = ~np.isfinite(block[:, row, :count]).all(axis=0)
            good[row] = sample + (int(bad.argmax()) if bad.any() else count)
        progress((first + kept * (sample + count) / samples) / rows)
    march = jax.device_get(march)
    for row in np.flatnonzero(good < samples):
        for trace in solution.traces.values():
            trace[first + row, good[row] :] = np.nan
        for trace in solution.slow.values():
            trace[first + row, -(-good[row] // stride) :] = np.nan
    solution.status[inside] = march.status[:kept]
    solution.final_state[inside] = march.y[:, :kept].T
    solution.accepted[inside] = good * (int(march.step) // samples)


def _in_steps(start_ms: np.ndarray, value: np.ndarray, dt_ms: float) -> tuple[np.ndarray, np.ndarray]:
    """Return pieces that start at whole steps, at the first that is not before them; of several, the last counts."""
    never = np.iinfo(np.int64).max
    known = np.isfinite(start_ms)
    step = np.where(known, np.ceil(np.where(known, start_ms, 0.0) / dt_ms - 1e-6), 0).astype(np.int64)
    step[~known] = never
    overtaken = np.append(step[:, 1:] == step[:, :-1], np.zeros((len(step), 1), bool), axis=1) & known
    if overtaken.any():
        for row in range(len(step)):
            keep = ~overtaken[row]
            step[row] = np.append(step[row, keep], np.full((~keep).sum(), never))
            value[row] = np.append(value[row, keep], np.zeros((~keep).sum()))
    return step, value


@functools.lru_cache(maxsize=8)
def _compiled(
    cell: Cell,
    record: tuple[int, ...],
    clamped: bool,
    steps_per_save: int,
    precision: str,
    saved: np.dtype,
) -> tuple[Callable, Callable]:
    """Return two compiled functions.

    The first maps scale, parameter and the shape of `March.piece` to the batch at t = 0. The second maps pieces, scale,
    parameter, dt_ms, a batch and a count of at most `CHUNK` to the batch that many samples later, and to the samples,
    (records, lanes, CHUNK). A lane whose states are then not finite is marked and goes back to where it was before.
    """
    own_step = "backward_euler" in cell.methods
    voltage = cell.state_names.index("V")
    compensated = precision == "float32"

    def begin(scale, parameter, piece_shape):
        c = constants_in(precision, cell.constants(scale, parameter))
        lanes = next(iter((scale | parameter).values())).shape[0]
        initial = cell.initial_in(c) if own_step else jnp.asarray(cell.initial, precision)[:, None]
        y = jnp.broadcast_to(initial, (len(cell.states), lanes))
        if y.dtype != precision:
            raise TypeError(f"the states of {cell.name} start as {y.dtype}, not {precision}")
        return March(
            step=jnp.zeros((), jnp.int64),
            piece=jnp.zeros(piece_shape, jnp.int32),
            y=y,
            lost=jnp.zeros_like(y) if compensated else jnp.zeros((0, lanes)),
            status=jnp.full(lanes, OK, jnp.int8),
        )

    def advance(pieces, scale, parameter, dt_ms, march, count):
        c = constants_in(precision, cell.constants(scale, parameter))
        dtype = march.y.dtype
        dt = dt_ms.astype(dtype)

        def drive(march):
            """Go on to the piece of the stimulus that holds during the next step."""
            piece = march.piece + (march.step >= pieces.next_start(march.piece))
            stimulus = pieces.value_in(piece).astype(dtype)
            y = march.y.at[voltage].set(jnp.broadcast_to(stimulus, march.y.shape[1:])) if clamped else march.y
            return march._replace(piece=piece, y=y), stimulus

        def step(march, stimulus):
            lost = march.lost if compensated else jnp.zeros_like(march.y)
            if own_step:
                y, lost = cell.step(march.y, lost, c, stimulus, dt)
            else:
                y, lost = rush_larsen.step(cell, c, clamped, march.y, lost, stimulus, dt)
            return march._replace(step=march.step + 1, y=y, lost=lost if compensated else march.lost)

        def save(carry):
            k, march, traces = carry
            march, stimulus = drive(march)
            sample = jnp.stack([march.y[i] for i in record])
            traces = jax.lax.dynamic_update_index_in_dim(traces, sample, k, 0)
            march = step(march, stimulus)
            if steps_per_save > 1:
                march = jax.lax.fori_loop(1, steps_per_save, lambda _, march: step(*drive(march)), march)
            return k + 1, march, traces

        traces = jnp.zeros((CHUNK, len(record), march.y.shape[1]), dtype)
        _, after, traces = jax.lax.while_loop(lambda carry: carry[0] < count, save, (0, march, traces))
        good = (march.status == OK) & jnp.all(jnp.isfinite(after.y), axis=0)
        after = after._replace(
            y=jnp.where(good, after.y, march.y),
            lost=jnp.where(good, after.lost, march.lost),
            status=jnp.where(good, march.status, jnp.int8(DIVERGED)),
        )
        return after, jnp.transpose(traces, (1, 2, 0)).astype(saved)

    kept_advance = kept(advance, cell, record, clamped, steps_per_save, precision, saved)
    return jax.jit(begin, static_argnums=2), kept_advance
