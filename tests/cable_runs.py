"""Runs of cells that bring their own step, for tests: one compiled loop over samples."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cable import step as equations
from gbar.cells import Cell


def constants(cell: Cell, lanes: int = 1, dtype: type = np.float64, **parameter: np.ndarray | float) -> SimpleNamespace:
    """Constants of a cell with some parameters set, the rest at their defaults."""
    values = cell.parameter_defaults | parameter
    arrays = {name: jnp.asarray(np.broadcast_to(value, lanes), dtype) for name, value in values.items()}
    return equations.constants(None, SimpleNamespace(**arrays), cell.tuning)


def states(cell: Cell, stimulus_nA: np.ndarray, dt_ms: float = 0.02, **options) -> np.ndarray:
    """All states before every step and after the last, shape (samples + 1, states, lanes)."""
    c = constants(cell, **options)

    @jax.jit
    def run(y, stimulus):
        def step(y, now):
            return equations.step(y, 0 * y, c, now, dt_ms)[0], y

        return jax.lax.scan(step, y, stimulus)

    last, before = run(equations.initial(c), jnp.asarray(stimulus_nA))
    return np.concatenate([np.asarray(before), np.asarray(last)[None]])


def soma(cell: Cell, stimulus_nA: np.ndarray, dt_ms: float = 0.02, **options) -> np.ndarray:
    """The soma's V (samples, lanes), mV, before every step."""
    c = constants(cell, **options)
    row = cell.tuning.tree.soma

    @jax.jit
    def run(y, stimulus):
        def step(y, now):
            return equations.step(y, 0 * y, c, now, dt_ms)[0], y[row]

        return jax.lax.scan(step, y, stimulus)[1]

    return np.asarray(run(equations.initial(c), jnp.asarray(stimulus_nA)))


def upcrossings(V: np.ndarray, level: float = 20.0) -> np.ndarray:
    """How often each lane of V (samples, lanes) crosses a level upwards."""
    return ((V[1:] > level) & (V[:-1] <= level)).sum(axis=0)
