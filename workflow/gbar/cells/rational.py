"""Functions of the rate equations of ion channels that need care in floating point."""

import jax.numpy as jnp
from jax import Array

# Below this the series are right to 1e-14, and above it the quotients lose little even in float32.
SMALL = 0.1


def linear_over_exp(x: Array) -> Array:
    """Return x/(e^x - 1), with its limit 1 at 0, accurate to 1e-13 and differentiable everywhere."""
    small = jnp.abs(x) < SMALL
    safe = jnp.where(small, 1.0, x)
    x2 = x * x
    series = 1 - x / 2 + x2 * (1 / 12 - x2 * (1 / 720 - x2 / 30240))
    return jnp.where(small, series, safe / (jnp.exp(safe) - 1))


def slope_of_linear_over_exp(x: Array) -> Array:
    """Return the derivative of `linear_over_exp`, -1/2 at 0."""
    small = jnp.abs(x) < SMALL
    safe = jnp.where(small, 1.0, x)
    x2 = x * x
    series = -0.5 + x * (1 / 6 - x2 * (1 / 180 - x2 * (1 / 5040 - x2 / 151200)))
    over = 1 / (jnp.exp(safe) - 1)
    value = safe * over
    # value (1 - value)/x - value, without the quotient
    return jnp.where(small, series, over * (1 - value) - value)
