"""The authors' scheme: Rush-Larsen for the gates, forward Euler for everything else, one small fixed step.

A gate relaxes, x' = (x_inf - x)/tau, and is taken along its exponential; V, concentrations and buffers along their
tangent; everything is evaluated at the old state. First order: kept for comparison, not for work.

Rush S, Larsen H. A practical algorithm for solving dynamic membrane equations. IEEE Trans Biomed Eng 1978;25:389-392.
"""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.cell import Cell
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.settings import DIVERGED


@functools.lru_cache(maxsize=8)
def advance(cell: Cell, record: tuple[int, ...], saves: int) -> Callable:
    """Return the compiled function that takes every lane at most `saves` samples further.

    It maps (lanes, scale, parameter, end_ms, every_ms, steps_per_save) to lanes, records and the number of rows of
    records written, as `gbar.solve.rosenbrock.advance` does; there is a record at every sample.
    """
    gate = np.array([state.kind == "gate" for state in cell.states])[:, None]

    def run(lanes, scale, parameter, end, every, steps_per_save):
        c = cell.constants(scale, parameter)
        dt = every / steps_per_save

        def step(_, y):
            f, J = sparse_jacobian(lambda *y: cell.rates(y, c), list(y))
            f = jnp.stack(f)
            decay = jnp.stack([J.get((i, i), jnp.zeros_like(y[i])) for i in range(len(f))])
            x = jnp.where(gate & (decay != 0), decay * dt, 1.0)
            return y + dt * f * jnp.where(gate & (decay != 0), jnp.expm1(x) / x, 1.0)

        def save(carry):
            count, lanes, records = carry
            f = cell.rates(lanes.y, c)
            row = jnp.stack([lanes.t, *(lanes.y[i] for i in record), *(f[i] for i in record)])
            records = jax.lax.dynamic_update_index_in_dim(records, row, count, 0)
            closed = lanes.closed | (lanes.t > end - every / 2)
            y = jax.lax.fori_loop(0, steps_per_save, step, lanes.y)
            good = ~closed & jnp.all(jnp.isfinite(y), axis=0)
            lost = ~closed & ~good
            after = lanes._replace(
                t=jnp.where(good, (jnp.round(lanes.t / every) + 1) * every, lanes.t),
                y=jnp.where(good, y, lanes.y),
                accepted=lanes.accepted + good * steps_per_save,
                status=jnp.where(lost, np.int8(DIVERGED), lanes.status),
                closed=closed | lost,
            )
            return count + 1, after, records

        def unfinished(carry):
            count, lanes, _ = carry
            return (count < saves) & ~jnp.all(lanes.closed)

        records = jnp.zeros((saves, 1 + 2 * len(record), lanes.t.shape[0]))
        count, lanes, records = jax.lax.while_loop(unfinished, save, (0, lanes, records))
        return lanes, records, count

    return jax.jit(run)
