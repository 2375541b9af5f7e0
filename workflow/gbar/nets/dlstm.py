"""Deep LSTM networks (DLSTM): from the conductance scalings of a cell to its whole voltage trace.

LSTM layers, one dropout, dense layers; the output of the last dense layer is the trace. The features enter as
one time step, as published, or repeated over `sequence_length` steps, of which the dense layers see the last.

An LSTM layer with gates i, f, o, candidate g and state (h, c), starting from h_0 = c_0 = 0:

    [i f g o]_t = [σ σ tanh σ](x_t W + h_(t-1) R + b)
    c_t = f_t c_(t-1) + i_t g_t
    h_t = o_t tanh(c_t)

At the first step h_0 R = 0 and f_1 c_0 = 0, whatever R and the weights of f are. That step is therefore
computed without them: the same numbers for a fraction of the work. A network of one step never uses them and
their gradient is zero, so they are `Dormant` there: counted, since they belong to the published network, but
neither trained nor saved with a checkpoint. The architecture key `pruned` leaves them out, with identical
output.

Parameters are counted as in Keras (one bias per gate): 4 (h (n + h) + h) for h units on n inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.config.emulate import LONGEST_SEQUENCE
from gbar.errors import UserError, wrong

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "linear": lambda x: x,
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "gelu": jax.nn.gelu,
    "silu": jax.nn.silu,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
}


class Dormant(nnx.Variable):
    """A weight that is part of a network but cannot act on its output: zero gradient, never trained."""


class LSTM(nnx.Module):
    """One LSTM layer over a sequence that starts from the zero state.

    Kernels of i, g and o lie side by side; those of f, which the first step does not need, apart.

    Attributes:
        kernel: W of i, g, o, (inputs, 3 units).
        bias: b of i, g, o, (3 units).
        forget_kernel: W of f, (inputs, units).
        forget_bias: b of f, (units); initially 1.
        recurrent: R of i, g, o, f, (units, 4 units).
    """

    def __init__(self, n_inputs: int, units: int, *, one_step: bool, pruned: bool, rngs: nnx.Rngs):
        """Draw the weights as Keras does: W by Glorot, R orthogonal, b zero but for the forget gate.

        Args:
            n_inputs: features of a step.
            units: width h of the layer.
            one_step: the sequences have one step, so that R and the weights of f are dormant.
            pruned: leave the dormant weights out.
            rngs: source of the `params` stream.
        """
        self.units = units
        kernel = jax.nn.initializers.glorot_uniform()(rngs.params(), (n_inputs, 4 * units))
        recurrent_key = rngs.params()
        self.kernel = nnx.Param(kernel[:, : 3 * units])
        self.bias = nnx.Param(jnp.zeros(3 * units))
        if pruned:
            return
        kind = Dormant if one_step else nnx.Param
        self.forget_kernel = kind(kernel[:, 3 * units :])
        self.forget_bias = kind(jnp.ones(units))
        self.recurrent = kind(jax.nn.initializers.orthogonal()(recurrent_key, (units, 4 * units)))

    def __call__(self, x: jax.Array) -> jax.Array:
        """Map a sequence of inputs, (step, batch, inputs), to the states h, (step, batch, units)."""
        z = x[0] @ self.kernel[...] + self.bias[...]
        i, g, o = jnp.split(z, 3, axis=-1)
        c = jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        if x.shape[0] == 1:
            return h[None]

        kernel = jnp.concatenate([self.kernel[...], self.forget_kernel[...]], axis=1)
        bias = jnp.concatenate([self.bias[...], self.forget_bias[...]])
        recurrent = self.recurrent[...]

        def step(state: tuple[jax.Array, jax.Array], z: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
            h, c = state
            i, g, o, f = jnp.split(z + h @ recurrent, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        _, later = jax.lax.scan(step, (h, c), x[1:] @ kernel + bias)
        return jnp.concatenate([h[None], later])


class DLSTM(nnx.Module):
    """LSTM layers, dropout and dense layers, the last of them linear and as wide as the trace is long."""

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        lstm_widths: Sequence[int],
        dense_widths: Sequence[int],
        activation: str = "relu",
        dropout: float = 0.0,
        sequence_length: int = 1,
        pruned: bool = False,
        rngs: nnx.Rngs,
    ):
        """Draw the weights of a network.

        Args:
            n_inputs: number of features (conductance scalings, beat time …).
            n_outputs: number of samples of the trace.
            lstm_widths: units of each LSTM layer.
            dense_widths: units of each dense layer but the last.
            activation: of the dense layers but the last, a key of `ACTIVATIONS`.
            dropout: share of the units after the LSTM layers that a training step leaves out.
            sequence_length: how often the features are repeated as time steps.
            pruned: leave out the weights that are dormant at a sequence length of 1.
            rngs: source of the `params` stream.
        """
        self.activation = activation
        self.sequence_length = sequence_length
        widths = [n_inputs, *lstm_widths]
        self.lstm = nnx.List(
            LSTM(n, units, one_step=sequence_length == 1, pruned=pruned, rngs=rngs) for n, units in pairwise(widths)
        )
        self.dropout = nnx.Dropout(dropout)
        widths = [lstm_widths[-1], *dense_widths, n_outputs]
        self.dense = nnx.List(
            nnx.Linear(n, units, kernel_init=jax.nn.initializers.glorot_uniform(), rngs=rngs)
            for n, units in pairwise(widths)
        )

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        """Map scaled features, (batch, inputs), to scaled traces, (batch, samples).

        Args:
            x: features.
            rngs: source of the `dropout` stream while training; None evaluates, with nothing left out.
        """
        h = jnp.broadcast_to(x, (self.sequence_length, *x.shape))
        for layer in self.lstm:
            h = layer(h)
        y = self.dropout(h[-1], deterministic=rngs is None, rngs=rngs)
        for layer in self.dense[:-1]:
            y = ACTIVATIONS[self.activation](layer(y))
        return self.dense[-1](y)


def dlstm_builder(n_lstm: int, n_dense: int) -> Callable[..., DLSTM]:
    """Return the builder of DLSTM networks with that many LSTM and dense layers (the output counted).

    The builder takes (architecture, n_inputs, n_outputs, rngs); keys of the architecture beside `name` are
    the keyword arguments of `DLSTM`. It raises `UserError` for an unknown key or a value out of bounds.
    """

    def build(architecture: Mapping[str, Any], n_inputs: int, n_outputs: int, rngs: nnx.Rngs) -> DLSTM:
        options = {key: value for key, value in architecture.items() if key != "name"}
        _check(options, architecture["name"], n_lstm, n_dense)
        return DLSTM(n_inputs, n_outputs, **options, rngs=rngs)

    return build


def _check(options: Mapping[str, Any], name: str, n_lstm: int, n_dense: int) -> None:
    """Raise `UserError` unless `options` describes a network of that many layers."""
    allowed = ("lstm_widths", "dense_widths", "activation", "dropout", "sequence_length", "pruned")
    for key in options:
        if key not in allowed:
            raise UserError(f"architecture: unknown key {key!r}; {name} knows {', '.join(allowed)}")
    for key, count, note in (
        ("lstm_widths", n_lstm, ""),
        ("dense_widths", n_dense - 1, " (the output layer comes after)"),
    ):
        widths = options.get(key)
        if not (
            isinstance(widths, Sequence)
            and len(widths) == count
            and all(isinstance(width, int) and width >= 1 for width in widths)
        ):
            raise wrong(f"architecture.{key}", widths, f"a list of {count} positive whole numbers for {name}{note}")
    activation = options.get("activation", "relu")
    if activation not in ACTIVATIONS:
        raise wrong("architecture.activation", activation, f"one of {', '.join(ACTIVATIONS)}")
    dropout = options.get("dropout", 0.0)
    if not 0 <= dropout < 1:
        raise wrong("architecture.dropout", dropout, "at least 0 and below 1")
    sequence_length = options.get("sequence_length", 1)
    if not (isinstance(sequence_length, int) and 1 <= sequence_length <= LONGEST_SEQUENCE):
        allowed = f"a whole number from 1 to {LONGEST_SEQUENCE}"
        raise wrong("architecture.sequence_length", sequence_length, allowed)
    if options.get("pruned") and sequence_length > 1:
        raise wrong("architecture.pruned", True, "false where sequence_length is above 1: all weights act there")
