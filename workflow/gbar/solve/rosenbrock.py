"""Rodas5P, a linearly implicit Runge-Kutta (Rosenbrock-Wanner) method of order 5, each lane with its own step.

A step of size h from y solves s = 8 linear systems with one matrix,

    (I/(gamma h) - J) u_i = f(y + sum_j a_ij u_j) + sum_j c_ij u_j / h,      y_new = y + sum_j b_j u_j,

and u_8 is the difference from the embedded solution of order 4. It is stiffly accurate and L-stable: the calcium
subspace of cardiac cells (rates to 2550 /ms) is damped, not followed.

Steinebach G. Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia
Differential Equations package. BIT Numer Math 2023;63:27. doi:10.1007/s10543-023-00967-x
"""

import functools
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.cell import Cell
from gbar.cells.compensated import plus
from gbar.solve.driving import constants_in, linearised, system
from gbar.solve.elimination import Entries, eliminate
from gbar.solve.kept import kept
from gbar.solve.lanes import Lanes
from gbar.solve.sections import in_sections, separate
from gbar.solve.settings import DIVERGED

STAGES = 8
ORDER = 5
GAMMA = 0.21193756319429014
_A = """3.0
2.849394379747939 0.45842242204463923
-6.954028509809101 2.489845061869568 -10.358996098473584
2.8029986275628964 0.5072464736228206 -0.3988312541770524 -0.04721187230404641
-7.502846399306121 2.561846144803919 -11.627539656261098 -0.18268767659942256 0.030198172008377946
-7.502846399306121 2.561846144803919 -11.627539656261098 -0.18268767659942256 0.030198172008377946 1
-7.502846399306121 2.561846144803919 -11.627539656261098 -0.18268767659942256 0.030198172008377946 1 1"""
_C = """-14.155112264123755
-17.97296035885952 -2.859693295451294
147.12150275711716 -1.41221402718213 71.68940251302358
165.43517024871676 -0.4592823456491126 42.90938336958603 -5.961986721573306
24.854864614690072 -3.0009227002832186 47.4931110020768 5.5814197821558125 -0.6610691825249471
30.91273214028599 -3.1208243349937974 77.79954646070892 34.28646028294783 -19.097331116725623 -28.087943162872662
37.80277123390563 -3.2571969029072276 112.26918849496327 66.9347231244047 -40.06618937091002 -54.66780262877968 \
-9.48861652309627"""

# Below these magnitudes the error of a state is taken as absolute: mV, mM, fraction of open gates or bound buffer.
FLOOR = {"voltage": 1.0, "concentration": 1e-4, "gate": 1e-3, "buffer": 1e-3}
SMALLEST_STEP_MS = 1e-10
# A change below this part of a state, or of its floor, is none: so small a step is taken whatever its error. Where the
# right-hand side jumps, as gates that only close do, no step is small enough for the tightest tolerances.
NEGLIGIBLE = 1e-6
SAFETY, SHRINK, GROW = 0.9, 0.2, 6.0
# The first step after a change of the stimulus may move the voltage by this much at its new slope.
RESTART_mV = 1.0


class _Step(NamedTuple):
    """What a step of all lanes starts from, but for its matrix.

    Attributes:
        stimulus: what acts during the step.
        closed: whether nothing is left to do.
        switching: whether the stimulus changes here, a step of no length.
        stop: when the next edge or the end is, ms.
        h: length of the step, ms.
        used: the same in the precision of the states, for idle lanes 1.
    """

    stimulus: jax.Array
    closed: jax.Array
    switching: jax.Array
    stop: jax.Array
    h: jax.Array
    used: jax.Array


def _lower_triangle(text: str) -> np.ndarray:
    table = np.zeros((STAGES, STAGES))
    for i, line in enumerate(text.splitlines(), start=1):
        table[i, :i] = [float(number) for number in line.split()]
    return table


A, C = _lower_triangle(_A), _lower_triangle(_C)


@functools.lru_cache(maxsize=8)
def advance(cell: Cell, record: tuple[tuple[str, ...], ...], clamped: bool, steps: int) -> Callable:
    """Return the compiled function that takes every lane at most `steps` steps further.

    It maps (lanes, pieces, scale, parameter, end_ms, rtol, max_step_ms, max_steps) to lanes and records: an array
    (steps, 1 + 2 records, lanes) of t, what is recorded and its derivatives before each step, and the number of its
    rows that were written. Rows of a rejected step and of a closed lane repeat the row before. Where the
    stimulus changes, a lane takes a step of no length: one row with the derivatives before, one with those after.

    Args:
        cell: the cell.
        record: of each quantity that is recorded, the state that it is or the currents that it is the sum of.
        clamped: the stimulus is the membrane potential.
        steps: steps between two looks of the host.
    """
    floor = np.array([FLOOR[state.kind] if state.floor is None else state.floor for state in cell.states])[:, None]
    voltage = cell.state_names.index("V")

    def run(lanes, pieces, scale, parameter, end, rtol, max_step, max_steps):
        dtype = lanes.y.dtype
        c = constants_in(dtype, cell.constants(scale, parameter))

        def begun(lanes):
            """Return what a step starts from."""
            y, edge = lanes.y, pieces.next_start(lanes.piece)
            stimulus = pieces.value_in(lanes.piece).astype(dtype)
            closed = lanes.closed | (lanes.t >= end)
            switching = ~closed & (lanes.t >= edge)
            idle = closed | switching
            f, J = linearised(cell, c, stimulus, clamped, list(y))
            stop = jnp.minimum(edge, end)
            restart = jnp.where(lanes.restarting, RESTART_mV / jnp.abs(f[voltage]), jnp.inf)
            h = jnp.minimum(jnp.minimum(jnp.minimum(lanes.h, restart), max_step), stop - lanes.t)
            used = jnp.where(idle, 1.0, h).astype(dtype)
            values, slopes = recorded(cell, record, c, list(y), f)
            row = jnp.stack([lanes.t, *values, *slopes])
            return _Step(stimulus, closed, switching, stop, h, used), J, row

        def ended(lanes, step, increment, error):
            """Return the lanes after a step."""
            y, h, stop, switching, closed = lanes.y, step.h, step.stop, step.switching, step.closed
            idle = closed | switching
            y_new, lost = plus(y, increment, lanes.lost)

            magnitude = jnp.maximum(jnp.abs(y), jnp.abs(y_new)) + floor
            size = _largest(jnp.abs(error) / (rtol * magnitude))
            size = jnp.where(jnp.isfinite(size), jnp.maximum(size, 1e-10), 1e10)
            changed = _largest(jnp.abs(increment) / magnitude)
            negligible = (h < SMALLEST_STEP_MS / SHRINK) & (changed < NEGLIGIBLE)
            size = jnp.where(negligible, jnp.minimum(size, 1.0), size)
            good = (size <= 1) & ~idle
            bad = (size > 1) & ~idle
            factor = jnp.clip(SAFETY * size ** (-1 / ORDER), SHRINK, jnp.where(lanes.retrying, 1.0, GROW))
            # A step cut short at an edge says little against the one before it.
            h_next = jnp.where(good & (h >= stop - lanes.t), jnp.maximum(h * factor, lanes.h), h * factor)
            accepted, rejected = lanes.accepted + good, lanes.rejected + bad
            lost_lane = bad & (h * factor < SMALLEST_STEP_MS) | (~closed & (accepted + rejected >= max_steps))
            piece = lanes.piece + switching
            y_next = jnp.where(good, y_new, y)
            if clamped:
                commanded = jnp.where(switching, pieces.value_in(piece).astype(dtype), y_next[voltage])
                y_next = y_next.at[voltage].set(commanded)
            return Lanes(
                t=jnp.where(good, jnp.where(h >= stop - lanes.t, stop, lanes.t + h), lanes.t),
                y=y_next,
                lost=jnp.where(good, lost, lanes.lost),
                h=jnp.where(idle, lanes.h, h_next),
                retrying=bad,
                restarting=switching | (lanes.restarting & bad),
                piece=piece,
                accepted=accepted,
                rejected=rejected,
                status=jnp.where(lost_lane, np.int8(DIVERGED), lanes.status),
                closed=closed | lost_lane,
            )

        def step(carry):
            count, lanes, records = carry
            step, J, row = in_sections(begun, lanes)
            records = jax.lax.dynamic_update_index_in_dim(records, row, count, 0)
            rates = system(cell, c, step.stimulus, clamped)
            increment, error = rodas5p(cell, rates, J, lanes.y, step.used)
            return separate(count) + 1, in_sections(ended, lanes, step, increment, error), records

        def unfinished(carry):
            count, lanes, _ = carry
            return (count < steps) & ~jnp.all(lanes.closed)

        records = jnp.zeros((steps, 1 + 2 * len(record), lanes.t.shape[0]))
        count, lanes, records = jax.lax.while_loop(unfinished, step, (0, lanes, records))
        return lanes, records, count

    return kept(run, cell, record, clamped, steps)


def recorded(
    cell: Cell, record: Sequence[tuple[str, ...]], c: SimpleNamespace, y: list[jax.Array], f: list[jax.Array]
) -> tuple[list[jax.Array], list[jax.Array]]:
    """Return what is recorded, and its derivatives in time, at states `y` whose rates are `f`."""
    place = {name: k for k, name in enumerate(cell.state_names)}
    summed = [names for names in record if names[0] not in place]
    currents, slopes = {}, {}
    if summed:

        def sums(*y):
            found = cell.currents_of(y, c)
            return [jnp.broadcast_to(sum(found[name] for name in names), y[0].shape) for names in summed]

        values, rates = jax.jvp(sums, y, f)
        currents, slopes = dict(zip(summed, values, strict=True)), dict(zip(summed, rates, strict=True))
    return (
        [currents[names] if names in currents else y[place[names[0]]] for names in record],
        [slopes[names] if names in slopes else f[place[names[0]]] for names in record],
    )


def _largest(x: jax.Array) -> jax.Array:
    """Return the maximum over the states, by halves: XLA has a kernel of its own for what is written as a maximum."""
    while len(x) > 1:
        half = len(x) // 2
        x = jnp.concatenate([jnp.maximum(x[:half], x[half : 2 * half]), x[2 * half :]])
    return x[0]


def rodas5p(
    cell: Cell, rates: Callable[..., list[jax.Array]], J: Entries, y: jax.Array, h: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Take one step of size `h` (lanes,) from states `y` (states, lanes), where the Jacobian is `J`.

    Returns:
        the change of the states, and its estimated error.
    """

    def factorised(J, h):
        M = {key: -entry for key, entry in J.items()}
        for i in range(len(y)):
            M[i, i] = M.get((i, i), 0.0) + 1 / (GAMMA * h)
        core = [i for i, state in enumerate(cell.states) if state.is_core]
        return eliminate(M, core, [i for i, state in enumerate(cell.states) if not state.is_core])

    solve = in_sections(factorised, J, h)
    # Rows of the next stage; the row after the last is that of the new state.
    A_next = jnp.array(np.vstack([A[1:], A[-1] + np.eye(STAGES)[-1]]), y.dtype)
    C_next = jnp.array(np.vstack([C[1:], np.zeros(STAGES)]), y.dtype)

    def combine(weights, u):
        return sum((weights[j] * u[j] for j in range(1, STAGES)), weights[0] * u[0])

    def stage(i, carry):
        u, increment, memory = carry
        right = [f + m for f, m in zip(rates(*(y + increment)), memory, strict=True)]
        u = u.at[i].set(jnp.stack(solve(right)))
        return u, combine(A_next[i], u), combine(C_next[i], u) / h

    def sectioned(i, carry):
        return in_sections(stage, i, carry)

    nothing = jnp.zeros((STAGES, *y.shape), y.dtype)
    u, increment, _ = jax.lax.fori_loop(0, STAGES, sectioned, (nothing, nothing[0], nothing[0]))
    return increment, u[-1]
