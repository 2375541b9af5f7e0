"""The equations with curves x_inf(V) and tau(V) of some gates read from tables, in place of the paper's.

Between the voltages of a table both are linear, beyond them they stay at their last values. Their slope jumps at each
of these voltages, which the paper's does at -40 mV only: an adaptive solver takes somewhat smaller steps.
"""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.tentusscher2004 import equations

Array = Any

currents = equations.currents


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return the constants of the paper's equations, and the tables under `curves`."""
    c = equations.constants(scale, parameter, tuning)
    c.curves = {
        curve.gate: SimpleNamespace(
            lowest_mV=curve.lowest_mV,
            step_mV=curve.step_mV,
            x_inf=jnp.array(curve.x_inf, float),
            tau_ms=jnp.array(curve.tau_ms, float),
        )
        for curve in tuning.curves
    }
    return c


def rates(y: Any, c: SimpleNamespace, stimulus: Array = 0.0) -> dict[str, Array]:
    """Return dy/dt of the 17 states per ms; that of a gate with a table by its table."""
    read = {gate: _read(curve, y.V) for gate, curve in c.curves.items()}
    return equations.rates(y, c, stimulus) | {
        gate: (x_inf - getattr(y, gate)) / tau_ms for gate, (x_inf, tau_ms) in read.items()
    }


def _read(curve: SimpleNamespace, V: Array) -> tuple[Array, Array]:
    """Return x_inf and tau, ms, at a voltage."""
    last = len(curve.x_inf) - 1
    at = jnp.clip((V - curve.lowest_mV) / curve.step_mV, 0, last)
    below = jnp.minimum(at.astype(int), last - 1)
    share = at - below

    def between(table: Array) -> Array:
        left, right = (jnp.take(table, k, mode="clip") for k in (below, below + 1))
        return left + share * (right - left)

    return between(curve.x_inf), between(curve.tau_ms)
