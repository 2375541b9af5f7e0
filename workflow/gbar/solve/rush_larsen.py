"""The authors' scheme: Rush-Larsen for the gates, forward Euler for everything else, one small fixed step.

A gate relaxes, x' = (x_inf - x)/tau, and is taken along its exponential; V, concentrations and buffers along their
tangent; everything is evaluated at the old state. First order: kept for comparison, not for work.

Rush S, Larsen H. A practical algorithm for solving dynamic membrane equations. IEEE Trans Biomed Eng 1978;25:389-392.
"""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.cell import Cell
from gbar.cells.compensated import plus
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.driving import system


def step(
    cell: Cell,
    c: SimpleNamespace,
    clamped: bool,
    y: jax.Array,
    lost: jax.Array,
    stimulus: jax.Array,
    dt_ms: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Return the states (states, lanes) one step later and what rounding has kept out of them (`cells.compensated`)."""
    gate = np.array([state.kind == "gate" for state in cell.states])[:, None]
    f, J = sparse_jacobian(system(cell, c, stimulus, clamped), list(y))
    decay = jnp.stack([J.get((i, i), jnp.zeros_like(y[i])) for i in range(len(f))])
    relaxes = gate & (decay != 0)
    x = jnp.where(relaxes, decay * dt_ms, 1.0)
    return plus(y, dt_ms * jnp.stack(f) * jnp.where(relaxes, jnp.expm1(x) / x, 1.0), lost)
