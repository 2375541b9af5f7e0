"""One-dimensional convolutional networks that regress a cell's parameters from a trace of its potential.

Blocks of `repeat` convolutions, each with a bias and a leaky rectifier, and a pooling by the largest; then dense layers
with the same rectifier and a dropout, and a dense output, linear or amplitude * tanh:

    block   h <- pool(f(w_r * ... f(w_1 * h + b_1) ... + b_r)),  f(z) = z for z >= 0, 0.3 z below
    dense   h <- dropout(f(W h + b))
    output  u = 1.2 tanh(W h + b)

Convolutions see whole windows only ("valid"), at every sample; pooling drops a rest. The family follows the talk
"Characterization of neuron physiology by regression of its time-dependent response with CNN" (Balewski et al.,
Berkeley); what that leaves open is as Keras has it: the slope 0.3, weights by Glorot's uniform rule, biases zero.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.config.explain import checked
from gbar.config.invert import RegressorSection
from gbar.errors import UserError
from gbar.nets.convolution import convolve, pool
from gbar.nets.latent import Fixed

SLOPE = 0.3  # of the rectifier below zero: Keras's default at the time of the talk


class Regressor(nnx.Module):
    """A convolutional network from a trace to unit parameters.

    Attributes:
        kernels: of each convolution, (samples, channels, new channels).
        biases: of each, (new channels).
        dense: the dense layers, the output the last.
        mean: mean of the inputs it is trained on, a number; only where inputs are standardised, as is the next.
        std: their standard deviation.
    """

    def __init__(self, n_inputs: int, n_outputs: int, design: RegressorSection, *, rngs: nnx.Rngs):
        """Draw the weights.

        Args:
            n_inputs: samples of a trace.
            n_outputs: parameters.
            design: of the network.
            rngs: source of the `params` stream.

        Raises:
            UserError: nothing is left of so short a trace.
        """
        flat = design.flat_size(n_inputs)
        if not flat:
            raise UserError(
                f"network: {len(design.filters)} blocks of {design.repeat} convolutions with a kernel of"
                f" {design.kernel} and a pool of {design.pool} leave nothing of {n_inputs} samples;"
                " take fewer or smaller ones"
            )
        self.repeat, self.pool, self.last, self.amplitude = design.repeat, design.pool, design.last, design.amplitude
        draw = jax.nn.initializers.glorot_uniform()
        widths = [1, *(width for width in design.filters for _ in range(design.repeat))]
        self.kernels = nnx.List(
            nnx.Param(draw(rngs.params(), (design.kernel, *channels))) for channels in pairwise(widths)
        )
        self.biases = nnx.List(nnx.Param(jnp.zeros(width)) for width in widths[1:])
        self.dense = nnx.List(
            nnx.Linear(*units, kernel_init=draw, rngs=rngs) for units in pairwise([flat, *design.dense, n_outputs])
        )
        self.dropout = nnx.Dropout(design.dropout)
        if design.standardised:
            self.mean, self.std = Fixed(jnp.zeros(())), Fixed(jnp.ones(()))

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        """Map scaled traces, (batch, samples), to unit parameters, (batch, parameters).

        Args:
            x: X' of traces.
            rngs: source of the `dropout` stream while training; None evaluates, with nothing left out.
        """
        return self.output(self.features(x, rngs=rngs))

    def output(self, features: jax.Array) -> jax.Array:
        """Map units of the last hidden layer, (batch, units), to unit parameters, (batch, parameters)."""
        u = self.dense[-1](features)
        return self.amplitude * jnp.tanh(u) if self.last == "tanh" else u

    def features(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        """Return the units of the last hidden layer, (batch, units), for scaled traces, (batch, samples)."""
        if hasattr(self, "mean"):
            x = (x - self.mean[...]) / self.std[...]
        h = self._convolved(x)
        for layer in self.dense[:-1]:
            h = self.dropout(_rectified(layer(h)), deterministic=rngs is None, rngs=rngs)
        return h

    def _convolved(self, x: jax.Array) -> jax.Array:
        """Return what the convolutions make of traces, (batch, flat size)."""
        if jax.default_backend() != "cpu":
            return self._blocks(x)
        # One trace after the other: what the layers make of it stays in the caches of a core.
        return jax.lax.map(lambda trace: self._blocks(trace[None])[0], x)

    def _blocks(self, x: jax.Array) -> jax.Array:
        h = x[..., None]
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True), start=1):
            h = convolve(h, kernel[...])
            if number % self.repeat == 0:
                # Bias and rectifier do not change which sample is the largest: they come cheaper behind the pooling.
                h = pool(h, self.pool)
            h = _rectified(h + bias[...])
        return h.reshape(len(h), -1)


def regressor_builder(architecture: Mapping[str, Any], n_inputs: int, n_outputs: int, rngs: nnx.Rngs) -> Regressor:
    """Build a `Regressor`; the architecture is a `RegressorSection` as plain data.

    Raises:
        UserError: a key is missing or unknown, its value is out of bounds, or the trace is too short.
    """
    return Regressor(n_inputs, n_outputs, checked(RegressorSection, architecture), rngs=rngs)


def _rectified(z: jax.Array) -> jax.Array:
    return jax.nn.leaky_relu(z, SLOPE)
