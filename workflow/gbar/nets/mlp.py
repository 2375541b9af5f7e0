"""Multilayer perceptrons, several of one shape side by side: an ensemble as one network.

Every weight carries a leading axis of members, so that matrix products over it train and evaluate all of them
at once.
"""

from collections.abc import Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.nets.dlstm import ACTIVATIONS


class MLPEnsemble(nnx.Module):
    """Dense networks that share inputs and outputs and differ in their initial weights.

    Attributes:
        kernels: of each layer, (members, inputs, units).
        biases: of each layer, (members, 1, units).
    """

    def __init__(
        self, n_inputs: int, n_outputs: int, *, members: int, widths: Sequence[int], activation: str, rngs: nnx.Rngs
    ):
        """Draw the weights: normal with variance 1 / inputs (LeCun), biases zero.

        Args:
            n_inputs: number of inputs.
            n_outputs: number of outputs.
            members: number of networks.
            widths: units of each hidden layer.
            activation: of the hidden layers, a key of `gbar.nets.dlstm.ACTIVATIONS`.
            rngs: source of the `params` stream.
        """
        self.activation = activation
        draw = jax.nn.initializers.variance_scaling(1.0, "fan_in", "normal", batch_axis=0)
        layers = list(pairwise([n_inputs, *widths, n_outputs]))
        self.kernels = nnx.List(nnx.Param(draw(rngs.params(), (members, n, units))) for n, units in layers)
        self.biases = nnx.List(nnx.Param(jnp.zeros((members, 1, units))) for _, units in layers)

    def __call__(self, x: jax.Array) -> jax.Array:
        """Map inputs, (batch, inputs), to what each member makes of them, (members, batch, outputs)."""
        h = x[None]
        for layer, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            if layer:
                h = ACTIVATIONS[self.activation](h)
            h = h @ kernel[...] + bias[...]
        return h
