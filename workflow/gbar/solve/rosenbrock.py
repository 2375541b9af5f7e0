"""Rodas5P, a linearly implicit Runge-Kutta (Rosenbrock-Wanner) method of order 5, each lane with its own step.

A step of size h from y solves s = 8 linear systems with one matrix,

    (I/(gamma h) - J) u_i = f(y + sum_j a_ij u_j) + sum_j c_ij u_j / h,      y_new = y + sum_j b_j u_j,

and u_8 is the difference from the embedded solution of order 4. It is stiffly accurate and L-stable: the calcium
subspace of cardiac cells (rates to 2550 /ms) is damped, not followed.

Steinebach G. Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia
Differential Equations package. BIT Numer Math 2023;63:27. doi:10.1007/s10543-023-00967-x
"""

import functools
from collections.abc import Callable
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.cell import CORE_KINDS, Cell
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.elimination import eliminate
from gbar.solve.lanes import Lanes
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
SAFETY, SHRINK, GROW = 0.9, 0.2, 6.0


def _lower_triangle(text: str) -> np.ndarray:
    table = np.zeros((STAGES, STAGES))
    for i, line in enumerate(text.splitlines(), start=1):
        table[i, :i] = [float(number) for number in line.split()]
    return table


A, C = _lower_triangle(_A), _lower_triangle(_C)


@functools.lru_cache(maxsize=8)
def advance(cell: Cell, record: tuple[int, ...], steps: int) -> Callable:
    """Return the compiled function that takes every lane at most `steps` steps further.

    It maps (lanes, scale, parameter, end_ms, rtol, max_step_ms, max_steps) to lanes and records: an array
    (steps, 1 + 2 records, lanes) of t, the recorded states and their derivatives before each step, and the number
    of its rows that were written. Rows of a rejected step and of a closed lane repeat their time.
    """
    floor = np.array([FLOOR[state.kind] for state in cell.states])[:, None]

    def run(lanes, scale, parameter, end, rtol, max_step, max_steps):
        c = cell.constants(scale, parameter)

        def step(carry):
            count, lanes, records = carry
            y, h = lanes.y, jnp.minimum(jnp.minimum(lanes.h, max_step), end - lanes.t)
            closed = lanes.closed | (lanes.t >= end)
            f, y_new, error = rodas5p(cell, c, y, jnp.where(closed, 1.0, h))
            row = jnp.stack([lanes.t, *(y[i] for i in record), *(f[i] for i in record)])
            records = jax.lax.dynamic_update_index_in_dim(records, row, count, 0)

            size = jnp.max(jnp.abs(error) / (rtol * (jnp.maximum(jnp.abs(y), jnp.abs(y_new)) + floor)), axis=0)
            size = jnp.where(jnp.isfinite(size), jnp.maximum(size, 1e-10), 1e10)
            good = (size <= 1) & ~closed
            bad = (size > 1) & ~closed
            factor = jnp.clip(SAFETY * size ** (-1 / ORDER), SHRINK, jnp.where(lanes.retrying, 1.0, GROW))
            accepted, rejected = lanes.accepted + good, lanes.rejected + bad
            lost = bad & (h * factor < SMALLEST_STEP_MS) | (~closed & (accepted + rejected >= max_steps))
            return (
                count + 1,
                Lanes(
                    t=jnp.where(good, jnp.where(h >= end - lanes.t, end, lanes.t + h), lanes.t),
                    y=jnp.where(good, y_new, y),
                    h=jnp.where(closed, lanes.h, h * factor),
                    retrying=bad,
                    accepted=accepted,
                    rejected=rejected,
                    status=jnp.where(lost, np.int8(DIVERGED), lanes.status),
                    closed=closed | lost,
                ),
                records,
            )

        def unfinished(carry):
            count, lanes, _ = carry
            return (count < steps) & ~jnp.all(lanes.closed)

        records = jnp.zeros((steps, 1 + 2 * len(record), lanes.t.shape[0]))
        count, lanes, records = jax.lax.while_loop(unfinished, step, (0, lanes, records))
        return lanes, records, count

    return jax.jit(run)


def rodas5p(cell: Cell, c: SimpleNamespace, y: jax.Array, h: jax.Array) -> tuple[list[jax.Array], jax.Array, jax.Array]:
    """Take one step of size `h` (lanes,) from states `y` (states, lanes).

    Returns:
        dy/dt at `y`, the states after the step, and their estimated error.
    """
    core = [i for i, state in enumerate(cell.states) if state.kind in CORE_KINDS]
    relaxing = [i for i, state in enumerate(cell.states) if state.kind not in CORE_KINDS]
    f, J = sparse_jacobian(lambda *y: cell.rates(y, c), list(y))
    M = {key: -entry for key, entry in J.items()}
    for i in range(len(y)):
        M[i, i] = M.get((i, i), 0.0) + 1 / (GAMMA * h)
    solve = eliminate(M, core, relaxing)
    # Rows of the next stage; the row after the last is that of the new state.
    A_next = jnp.array(np.vstack([A[1:], A[-1] + np.eye(STAGES)[-1]]))
    C_next = jnp.array(np.vstack([C[1:], np.zeros(STAGES)]))

    def combine(weights, u):
        return sum((weights[j] * u[j] for j in range(1, STAGES)), weights[0] * u[0])

    def stage(i, carry):
        u, y_i, memory = carry
        u = u.at[i].set(solve(jnp.stack(cell.rates(y_i, c)) + memory))
        return u, y + combine(A_next[i], u), combine(C_next[i], u) / h

    nothing = jnp.zeros((STAGES, *y.shape))
    u, y_new, _ = jax.lax.fori_loop(0, STAGES, stage, (nothing, y, nothing[0]))
    return f, y_new, u[-1]
