"""Rows in lanes of a fixed step: a batch marches together, and the next batch follows."""

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.cell import Cell
from gbar.solve import rush_larsen
from gbar.solve.driving import Array, Pieces, constants_in, padded
from gbar.solve.settings import DIVERGED, OK, Solution, SolverSettings
from gbar.solve.stimulus import Stimulus

# Samples between two looks of the host.
CHUNK = 256


class March(NamedTuple):
    """State of a batch.

    Attributes:
        step: number of the next step.
        piece: piece of the stimulus, (lanes,) or, where all share it, a scalar.
        y: states, (states, lanes).
        lost: what rounding has kept out of the states, (states, lanes).
        samples: good samples so far, (lanes,).
        status: `OK` or `DIVERGED`, (lanes,).
    """

    step: Array
    piece: Array
    y: Array
    lost: Array
    samples: Array
    status: Array


def solve(
    cell: Cell,
    values: Mapping[str, np.ndarray],
    stimulus: Stimulus | None,
    duration_ms: float,
    save_every_ms: float,
    settings: SolverSettings,
    solution: Solution,
    progress: Callable[[float], None],
) -> None:
    """Solve every row into `solution`; arguments as of `gbar.solve.solve_rows`, checked and complete."""
    rows, samples = next(iter(solution.traces.values())).shape
    lane_count = min(settings.lanes or rows, -(-rows // 16) * 16)
    steps_per_save = settings.steps_per_save(save_every_ms)
    dt_ms = save_every_ms / steps_per_save
    first_step, piece_values = _in_steps(*padded(stimulus), dt_ms)
    record = tuple(cell.state_names.index(name) for name in solution.traces)
    clamped = stimulus is not None and stimulus.clamp
    begin, advance = _compiled(cell, record, clamped, steps_per_save, settings.precision)
    for first in range(0, rows, lane_count):
        # A batch that the rows do not fill is filled up with its first row.
        chosen = np.arange(first, first + lane_count)
        chosen[chosen >= rows] = first
        inside = slice(first, min(first + lane_count, rows))
        kept = inside.stop - first
        scale = {name: values[name][chosen] for name in cell.current_names}
        parameter = {name: values[name][chosen] for name in cell.parameter_defaults}
        shared = len(first_step) == 1
        pieces = Pieces(*((a if shared else a[chosen]).T for a in (first_step, piece_values)))
        with jax.enable_x64(True):
            march = begin(scale, parameter, () if shared else (lane_count,))
            for sample in range(0, samples, CHUNK):
                count = min(CHUNK, samples - sample)
                march, traces = advance(march, pieces, scale, parameter, dt_ms, count)
                for trace, block in zip(solution.traces.values(), np.swapaxes(np.asarray(traces), 0, 1), strict=True):
                    trace[inside, sample : sample + count] = block[:count, :kept].T
                progress((first + kept * (sample + count) / samples) / rows)
            march = jax.device_get(march)
        solution.status[inside] = march.status[:kept]
        solution.final_state[inside] = march.y[:, :kept].T
        solution.accepted[inside] = march.samples[:kept] * steps_per_save
        for trace in solution.traces.values():
            for row in np.flatnonzero(march.status[:kept] == DIVERGED):
                trace[first + row, march.samples[row] :] = np.nan


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
    cell: Cell, record: tuple[int, ...], clamped: bool, steps_per_save: int, precision: str
) -> tuple[Callable, Callable]:
    """Return two compiled functions.

    The first maps scale, parameter and the shape of `March.piece` to the batch at t = 0; the second takes a batch
    `count` samples, at most `CHUNK`, further: it maps (march, pieces, scale, parameter, dt_ms, count) to the batch and
    samples (CHUNK, records, lanes). A lane whose states are no longer finite is marked.
    """
    own_step = "backward_euler" in cell.methods
    voltage = cell.state_names.index("V")

    def begin(scale, parameter, piece_shape):
        c = constants_in(precision, cell.constants(scale, parameter))
        lanes = next(iter((scale | parameter).values())).shape[0]
        initial = cell.initial_in(c) if own_step else jnp.asarray(cell.initial, precision)[:, None]
        y = jnp.broadcast_to(initial, (len(cell.states), lanes))
        return March(
            step=jnp.zeros((), jnp.int64),
            piece=jnp.zeros(piece_shape, jnp.int32),
            y=y,
            lost=jnp.zeros_like(y),
            samples=jnp.zeros(lanes, jnp.int64),
            status=jnp.full(lanes, OK, jnp.int8),
        )

    def advance(march, pieces, scale, parameter, dt_ms, count):
        c = constants_in(precision, cell.constants(scale, parameter))
        dtype = march.y.dtype

        def drive(march):
            """Go on to the piece of the stimulus that holds during the next step."""
            piece = march.piece + (march.step >= pieces.next_start(march.piece))
            stimulus = pieces.value_in(piece).astype(dtype)
            y = march.y.at[voltage].set(jnp.broadcast_to(stimulus, march.y.shape[1:])) if clamped else march.y
            return march._replace(piece=piece, y=y), stimulus

        def step(_, march):
            march, stimulus = drive(march)
            if own_step:
                y, lost = cell.step(march.y, march.lost, c, stimulus, dt_ms.astype(dtype))
            else:
                y, lost = rush_larsen.step(cell, c, clamped, march.y, march.lost, stimulus, dt_ms.astype(dtype))
            return march._replace(step=march.step + 1, y=y, lost=lost)

        def save(carry):
            k, march, traces = carry
            march, _ = drive(march)
            traces = jax.lax.dynamic_update_index_in_dim(traces, jnp.stack([march.y[i] for i in record]), k, 0)
            after = jax.lax.fori_loop(0, steps_per_save, step, march)
            good = (march.status == OK) & jnp.all(jnp.isfinite(after.y), axis=0)
            after = after._replace(
                y=jnp.where(good, after.y, march.y),
                lost=jnp.where(good, after.lost, march.lost),
                samples=march.samples + (march.status == OK),
                status=jnp.where(good, march.status, jnp.int8(DIVERGED)),
            )
            return k + 1, after, traces

        traces = jnp.zeros((CHUNK, len(record), march.y.shape[1]), dtype)
        _, march, traces = jax.lax.while_loop(lambda carry: carry[0] < count, save, (0, march, traces))
        return march, traces

    return jax.jit(begin, static_argnums=2), jax.jit(advance)
