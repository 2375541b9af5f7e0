"""Convolutional filters of a time series, from one signal to one other.

A filter maps (batch, samples) to as many samples, of any number. The published network (2, 6 and 16 filters of 11, 5
and 1 samples) pads with zeros on both sides: its output depends on samples to come. A causal filter knows the past
alone. Its output starts to depend on the input `lag` samples back, and the signal was zero before it began, in every
layer: the input is padded once, by all the samples that the layers reach back, so that hidden layers see the same
silence there as they would within a longer record.

Beside its layers a causal filter may have a linear one straight from input to output: what is nearly linear is then
left to it, and the layers add the rest.

Source of the published network: Hagen E, notebook HodkinHuxleyConvNet, version 2d5eb8d of 2019,
github.com/espenhgn/MLexperiments.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.errors import UserError, wrong
from gbar.nets.convolution import convolve
from gbar.nets.dlstm import ACTIVATIONS


class ConvFilter(nnx.Module):
    """Convolutional layers and a linear output, a weighted sum of the last layer's units at each sample.

    Attributes:
        kernels: of each layer, (samples, inputs, units).
        biases: of each layer, (units).
        output: weights of the sum, (units).
        offset: what is added to it, (1).
        linear: the filter straight from the input, the oldest sample first, (samples, 1, 1); absent without one.
    """

    def __init__(
        self,
        *,
        widths: Sequence[int],
        spans: Sequence[int],
        dilations: Sequence[int],
        activations: Sequence[str],
        causal: bool,
        lag: int,
        linear: int,
        rngs: nnx.Rngs,
    ):
        """Draw the weights: kernels by Glorot's uniform rule, the linear filter and biases zero.

        Args:
            widths: units of each layer.
            spans: samples of each layer's kernels.
            dilations: distance of the samples of each.
            activations: of each layer, a key of `gbar.nets.dlstm.ACTIVATIONS`.
            causal: whether the output knows the past alone.
            lag: samples from an input to the first output that it moves.
            linear: samples of the linear filter; 0 for none.
            rngs: source of the `params` stream.
        """
        self.causal, self.lag = causal, lag
        self.dilations, self.activations = tuple(dilations), tuple(activations)
        draw = jax.nn.initializers.glorot_uniform()
        inputs = [1, *widths[:-1]]
        self.kernels = nnx.List(
            nnx.Param(draw(rngs.params(), shape)) for shape in zip(spans, inputs, widths, strict=True)
        )
        self.biases = nnx.List(nnx.Param(jnp.zeros(width)) for width in widths)
        self.output = nnx.Param(draw(rngs.params(), (widths[-1], 1))[:, 0])
        self.offset = nnx.Param(jnp.zeros(1))
        if linear:
            self.linear = nnx.Param(jnp.zeros((linear, 1, 1)))

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        """Filter scaled signals, (batch, samples)."""
        if not self.causal:
            return self._sum(self._layers(x[..., None]))
        reach = sum((len(k[...]) - 1) * d for k, d in zip(self.kernels, self.dilations, strict=True))
        y = self._sum(self._layers(past_of(x, self.lag, reach)))
        if hasattr(self, "linear"):
            y += _convolve(past_of(x, self.lag, len(self.linear[...]) - 1), self.linear[...])[..., 0]
        return y

    def penalty(self) -> jax.Array:
        """Return the sum of the squares of all numbers of the layers, biases among them; the output is free."""
        return sum((jnp.sum(part[...] ** 2) for part in (*self.kernels, *self.biases)), jnp.zeros(()))

    def _layers(self, h: jax.Array) -> jax.Array:
        for kernel, bias, dilation, activation in zip(
            self.kernels, self.biases, self.dilations, self.activations, strict=True
        ):
            if not self.causal:
                around = (len(kernel[...]) - 1) * dilation
                h = jnp.pad(h, ((0, 0), (around // 2, around - around // 2), (0, 0)))
            h = ACTIVATIONS[activation](_convolve(h, kernel[...], dilation) + bias[...])
        return h

    def _sum(self, h: jax.Array) -> jax.Array:
        return h @ self.output[...] + self.offset[...]


def convfilter_builder(architecture: Mapping[str, Any], n_inputs: int, n_outputs: int, rngs: nnx.Rngs) -> ConvFilter:
    """Build a `ConvFilter`; keys of the architecture beside `name` are its keyword arguments.

    Raises:
        UserError: more than one signal, a key is missing or unknown, or its value is out of bounds.
    """
    per_layer = ("widths", "spans", "dilations", "activations")
    least = {"widths": 1, "spans": 1, "dilations": 1, "lag": 0, "linear": 0}
    options = filter_options(architecture, (n_inputs, n_outputs), (*per_layer, "causal", "lag", "linear"), least)
    for activation in options["activations"]:
        if activation not in ACTIVATIONS:
            raise wrong("architecture.activations", activation, f"one of {', '.join(ACTIVATIONS)}")
    if len({len(options[key]) for key in per_layer}) != 1:
        raise UserError(f"architecture: {', '.join(per_layer)} must have one entry a layer")
    if not options["causal"] and (options["lag"] or options["linear"]):
        raise UserError("architecture: lag and linear must be 0 for a filter that is not causal")
    return ConvFilter(**options, rngs=rngs)


def filter_options(
    architecture: Mapping[str, Any], signals: tuple[int, int], keys: Sequence[str], least: Mapping[str, int]
) -> dict[str, Any]:
    """Return the keys of a filter's architecture beside `name`.

    Args:
        architecture: as for `gbar.nets.build`.
        signals: number of signals in and out.
        keys: all that it must have.
        least: least value of each whole number, or of each in a list of them.

    Raises:
        UserError: more than one signal, a key is missing or unknown, or a number is none or too small.
    """
    if signals != (1, 1):
        raise wrong("signals in and out", signals, "one each")
    options = {key: value for key, value in architecture.items() if key != "name"}
    if odd := sorted(options.keys() ^ set(keys)):
        raise UserError(f"architecture: {architecture['name']} takes {', '.join(keys)}; missing or unknown: {odd}")
    for key, smallest in least.items():
        numbers = options[key] if isinstance(options[key], list | tuple) else [options[key]]
        if not numbers or not all(isinstance(one, int) and one >= smallest for one in numbers):
            raise wrong(f"architecture.{key}", options[key], f"whole numbers of at least {smallest}")
    return options


def past_of(x: jax.Array, lag: int, reach: int) -> jax.Array:
    """Return signals that begin `lag` and `reach` samples earlier, with silence, (batch, samples + reach, 1)."""
    return jnp.pad(x, ((0, 0), (lag + reach, 0)))[:, : x.shape[1] + reach, None]


def _convolve(x: jax.Array, kernel: jax.Array, dilation: int = 1) -> jax.Array:
    """Return signals (batch, samples, inputs) filtered by kernels (span, inputs, units), where these fit in whole."""
    if len(kernel) == 1:
        return x @ kernel[0]
    if dilation == 1:
        return convolve(x, kernel)
    # Every dilation-th sample is a signal of its own.
    n, samples, inputs = x.shape
    found, filled = samples - (len(kernel) - 1) * dilation, -(-samples // dilation)
    x = jnp.pad(x, ((0, 0), (0, filled * dilation - samples), (0, 0))).reshape(n, filled, dilation, inputs)
    y = convolve(x.swapaxes(1, 2).reshape(n * dilation, filled, inputs), kernel)
    return y.reshape(n, dilation, -1, y.shape[-1]).swapaxes(1, 2).reshape(n, -1, y.shape[-1])[:, :found]
