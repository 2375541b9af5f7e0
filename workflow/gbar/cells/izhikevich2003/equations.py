"""The scheme of Izhikevich 2003: at each step the reset, then one implicit Euler step of V and u together.

    V' = 0.04 V^2 + 5 V + 140 - u + I,   u' = a (b V - u);   where V > 30: V <- c, u <- u + d

A recorded voltage is that before the reset, so a spike's peak is the first voltage above 30 mV, up to some 38 mV.
"""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.compensated import plus
from gbar.cells.izhikevich2003 import U0, V0

Array = Any

PEAK_mV = 30.0


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return the four parameters, each (lanes,)."""
    return SimpleNamespace(a=parameter.a, b=parameter.b, c=parameter.c, d=parameter.d)


def initial(c: SimpleNamespace) -> Array:
    """Return V and u at the start, shape (2, lanes)."""
    return jnp.stack([jnp.full_like(c.a, V0), jnp.full_like(c.a, U0)])


def step(y: Array, lost: Array, c: SimpleNamespace, stimulus: Array, dt_ms: Array) -> tuple[Array, Array]:
    """Return V and u one step later, and what rounding has kept out of them (float32).

    They are NaN where V runs away within the step, which then has no solution.

    The step of u is u_new = u + g (b V_new - u) with g = a dt/(1 + a dt). Put into the step of V it leaves, for
    x = V_new - V, a quadratic equation, of which Newton's method from x = 0 finds the smaller root:

        0.04 dt x^2 - B x + dt f = 0,    x = 2 dt f/(B + sqrt(B^2 - 0.16 dt^2 f)),

    written so that nothing cancels; f = 0.04 (V + 62.5)^2 - 16.25 - u + I is the slope of V, the square completed. The
    sample at which a spike resets is the first above 30 mV: what rounding loses would move its height.
    """
    spiked = y[0] > PEAK_mV
    V, V_lost = jnp.where(spiked, c.c, y[0]), jnp.where(spiked, 0.0, lost[0])
    u, u_lost = plus(y[1], jnp.where(spiked, c.d, 0.0), lost[1])
    g = c.a * dt_ms / (1 + c.a * dt_ms)
    recovery = g * (c.b * V - u + (c.b * V_lost - u_lost))
    above_vertex = V + 62.5 + V_lost
    f = 0.04 * above_vertex * above_vertex - 16.25 - u - u_lost - recovery + stimulus
    B = 1 - dt_ms * (0.08 * V + 5 - g * c.b)
    h = dt_ms * f
    x = 2 * h / (B + jnp.sqrt(B * B - 0.16 * dt_ms * h))
    return plus(jnp.stack([V, u]), jnp.stack([x, recovery + g * c.b * x]), jnp.stack([V_lost, u_lost]))
