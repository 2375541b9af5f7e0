"""The gating network: a voltage and a calcium trace in, the gates of a cell and its other states out.

The layer GNN has the form of Hodgkin and Huxley's gates. Its steady state and what it retains over one step are
functions of its input u,

    a = σ(W_s u + b_s),   q = σ(W_t u + b_t) = exp(-Δt/τ),   h <- q h + (1 - q) a

so that the time constant τ = -Δt/ln q is never a parameter of its own. An encoder of two dense layers makes u of the
observables, and a decoder with an LSTM makes the other states of observables and gates.

Source: Iravanian S. arXiv:2011.07388 (2020), and its program, github.com/shahriariravanian/gnn.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx


class GatingState(NamedTuple):
    """What a gating network carries from one sample to the next.

    Attributes:
        gates: h, (batch, gates).
        lstm: output and memory cell of the decoder's LSTM, each (batch, others).
    """

    gates: jax.Array
    lstm: tuple[jax.Array, jax.Array]


class GNN(nnx.Module):
    """The layer of gates.

    Attributes:
        steady: W_s, (inputs, gates).
        steady_bias: b_s, (gates).
        retention: W_t, (inputs, gates).
        retention_bias: b_t, (gates).
        start: h before the first sample, (gates).
    """

    def __init__(self, n_inputs: int, n_gates: int, *, rngs: nnx.Rngs):
        """Draw all numbers, biases and start among them, by Glorot's uniform rule."""
        self.steady = nnx.Param(_glorot(rngs, n_inputs, n_gates))
        self.steady_bias = nnx.Param(_glorot(rngs, 1, n_gates)[0])
        self.retention = nnx.Param(_glorot(rngs, n_inputs, n_gates))
        self.retention_bias = nnx.Param(_glorot(rngs, 1, n_gates)[0])
        self.start = nnx.Param(_glorot(rngs, 1, n_gates)[0])

    def curves(self, u: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return steady states a and retentions q under inputs (…, inputs), each (…, gates)."""
        a = jax.nn.sigmoid(u @ self.steady[...] + self.steady_bias[...])
        q = jax.nn.sigmoid(u @ self.retention[...] + self.retention_bias[...])
        return a, q

    def __call__(self, h: jax.Array, u: jax.Array) -> jax.Array:
        """Return the gates (batch, gates) one step after `h` under inputs (batch, inputs)."""
        a, q = self.curves(u)
        return q * h + (1 - q) * a


class Dense(nnx.Module):
    """A dense layer: weights by Glorot's uniform rule, bias zero."""

    def __init__(self, n_inputs: int, n_outputs: int, *, rngs: nnx.Rngs):
        self.kernel = nnx.Param(_glorot(rngs, n_inputs, n_outputs))
        self.bias = nnx.Param(jnp.zeros(n_outputs))

    def __call__(self, x: jax.Array) -> jax.Array:
        """Map (…, inputs) to (…, outputs)."""
        return x @ self.kernel[...] + self.bias[...]


class LSTM(nnx.Module):
    """One LSTM layer, stepped from outside; the bias of its forget gate starts at 1.

    Attributes:
        kernel: W of input, forget, candidate and output, (inputs, 4 units).
        recurrent: the same of the layer's own output, (units, 4 units).
        bias: (4 units).
        start: output and memory cell before the first sample, each (units).
    """

    def __init__(self, n_inputs: int, units: int, *, rngs: nnx.Rngs):
        self.kernel = nnx.Param(_glorot(rngs, n_inputs, 4 * units))
        self.recurrent = nnx.Param(_glorot(rngs, units, 4 * units))
        self.bias = nnx.Param(jnp.zeros(4 * units).at[units : 2 * units].set(1.0))
        self.start = nnx.List([nnx.Param(_glorot(rngs, 1, units)[0]) for _ in range(2)])

    def __call__(self, state: tuple[jax.Array, jax.Array], x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return output and memory cell one step after `state` under inputs (batch, inputs)."""
        h, c = state
        i, f, g, o = jnp.split(x @ self.kernel[...] + h @ self.recurrent[...] + self.bias[...], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c


class GateEncoder(nnx.Module):
    """Two dense layers and the layer of gates: m1 of the published program."""

    def __init__(self, n_inputs: int, n_gates: int, *, width: int, rngs: nnx.Rngs):
        self.first = Dense(n_inputs, width, rngs=rngs)
        self.second = Dense(width, width, rngs=rngs)
        self.gnn = GNN(width, n_gates, rngs=rngs)

    def encode(self, x: jax.Array) -> jax.Array:
        """Return what the layer of gates sees of observables (…, inputs)."""
        return jax.nn.relu(self.second(jax.nn.relu(self.first(x))))

    def __call__(self, h: jax.Array, x: jax.Array) -> jax.Array:
        """Return the gates one step after `h` under observables (batch, inputs)."""
        return self.gnn(h, self.encode(x))


class Decoder(nnx.Module):
    """Two dense layers, an LSTM as wide as the output and a dense layer: m2 of the published program."""

    def __init__(self, n_inputs: int, n_outputs: int, *, width: int, rngs: nnx.Rngs):
        self.first = Dense(n_inputs, width, rngs=rngs)
        self.second = Dense(width, width, rngs=rngs)
        self.lstm = LSTM(width, n_outputs, rngs=rngs)
        self.last = Dense(n_outputs, n_outputs, rngs=rngs)

    def __call__(
        self, state: tuple[jax.Array, jax.Array], x: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        """Return the LSTM's next state and the other states of the cell, (batch, outputs), in the unit interval."""
        state = self.lstm(state, jax.nn.relu(self.second(jax.nn.relu(self.first(x)))))
        return state, jax.nn.sigmoid(self.last(state[0]))


class GatingNetwork(nnx.Module):
    """Encoder with gates, and decoder: from observables at one sample to gates and other states at the next."""

    def __init__(self, n_observed: int, n_gates: int, n_others: int, *, width: int = 30, rngs: nnx.Rngs):
        """Draw the weights.

        Args:
            n_observed: number of observables.
            n_gates: number of gates.
            n_others: number of other states.
            width: units of the dense layers.
            rngs: source of the `params` stream.
        """
        self.encoder = GateEncoder(n_observed, n_gates, width=width, rngs=rngs)
        self.decoder = Decoder(n_observed + n_gates, n_others, width=width, rngs=rngs)

    def start(self, batch: int) -> GatingState:
        """Return the state before the first sample, one copy for each of a batch."""
        gates, *lstm = (
            jnp.broadcast_to(part[...], (batch, part[...].shape[0]))
            for part in (self.encoder.gnn.start, *self.decoder.lstm.start)
        )
        return GatingState(gates, (lstm[0], lstm[1]))

    def __call__(self, state: GatingState, x: jax.Array, apart: bool = False) -> tuple[GatingState, jax.Array]:
        """Return the next state, its gates among them, and the other states, under observables (batch, observed).

        Where the halves are trained `apart`, the gradient of the other states ends at the gates that they are made of.
        """
        gates = self.encoder(state.gates, x)
        given = jax.lax.stop_gradient(gates) if apart else gates
        lstm, others = self.decoder(state.lstm, jnp.concatenate([x, given], axis=-1))
        return GatingState(gates, lstm), others


def _glorot(rngs: nnx.Rngs, n_inputs: int, n_outputs: int) -> jax.Array:
    return jax.nn.initializers.glorot_uniform()(rngs.params(), (n_inputs, n_outputs))
