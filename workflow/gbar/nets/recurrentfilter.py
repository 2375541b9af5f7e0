"""A recurrent filter of a time series, from one signal to one other: a few states carry what is known of the past.

The neuron itself is of this kind: its voltage and gates at one sample, and the current until the next, decide those at
the next.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.nets.convfilter import filter_options, past_of

UNROLL = 4  # steps in one turn of the loop over samples: less overhead for a little more to compile


class GRUFilter(nnx.Module):
    """One layer of gated recurrent units on the signal, and a linear output.

        r = σ(x W_r + s U_r + b_r),  z = σ(x W_z + s U_z + b_z)
        n = tanh(x W_n + b_n + r (s U_n + c)),  s <- (1 - z) n + z s

    Cho K et al. Learning phrase representations using RNN encoder-decoder. EMNLP 2014, arXiv:1406.1078.

    Attributes:
        kernel: W of r, z, n, (3 units).
        recurrent: U of r, z, n, (units, 3 units).
        bias: b of r, z, n, (3 units).
        candidate_bias: c, (units).
        output: weights of the output, (units).
        offset: what is added to it, (1).
    """

    def __init__(self, *, width: int, lag: int, rngs: nnx.Rngs):
        """Draw the weights: W by Glorot's uniform rule, U orthogonal, biases zero.

        Args:
            width: units of the layer.
            lag: samples from an input to the first output that it moves.
            rngs: source of the `params` stream.
        """
        self.lag = lag
        draw = jax.nn.initializers.glorot_uniform()
        self.kernel = nnx.Param(draw(rngs.params(), (1, 3 * width))[0])
        self.recurrent = nnx.Param(jax.nn.initializers.orthogonal()(rngs.params(), (width, 3 * width)))
        self.bias = nnx.Param(jnp.zeros(3 * width))
        self.candidate_bias = nnx.Param(jnp.zeros(width))
        self.output = nnx.Param(draw(rngs.params(), (width, 1))[:, 0])
        self.offset = nnx.Param(jnp.zeros(1))

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        """Filter scaled signals, (batch, samples)."""
        W, U, b, c = (part[...] for part in (self.kernel, self.recurrent, self.bias, self.candidate_bias))
        width = len(c)

        def step(s: jax.Array, now: jax.Array) -> tuple[jax.Array, jax.Array]:
            driven, recalled = now * W + b, s @ U
            r, z = jnp.split(jax.nn.sigmoid(driven[:, : 2 * width] + recalled[:, : 2 * width]), 2, axis=1)
            n = jnp.tanh(driven[:, 2 * width :] + r * (recalled[:, 2 * width :] + c))
            s = (1 - z) * n + z * s
            return s, s

        silent = jnp.zeros((len(x), width), x.dtype)
        _, s = jax.lax.scan(step, silent, past_of(x, self.lag, 0).swapaxes(0, 1), unroll=UNROLL)
        return (s @ self.output[...]).T + self.offset[...]


def grufilter_builder(architecture: Mapping[str, Any], n_inputs: int, n_outputs: int, rngs: nnx.Rngs) -> GRUFilter:
    """Build a `GRUFilter`; keys of the architecture beside `name` are its keyword arguments.

    Raises:
        UserError: more than one signal, a key is missing or unknown, or its value is out of bounds.
    """
    options = filter_options(architecture, (n_inputs, n_outputs), ("width", "lag"), {"width": 1, "lag": 0})
    return GRUFilter(**options, rngs=rngs)
