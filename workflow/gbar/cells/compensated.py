"""Sums over millions of small steps that lose nothing to rounding."""

import jax
import jax.numpy as jnp


def plus(y: jax.Array, increment: jax.Array, lost: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return y + increment, and what rounding has kept out of it so far, which only float32 needs.

    In float32 slow states would stand still: in a step, potassium drifts by less than half a unit in the last place.

    Kahan W. Further remarks on reducing truncation errors. Commun ACM 1965;8:40. doi:10.1145/363707.363723
    """
    if y.dtype != jnp.float32:
        return y + increment, lost
    total = increment + lost
    y_new = y + total
    return y_new, total - (y_new - y)
