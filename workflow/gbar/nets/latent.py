"""The latent emulator: shape and timing of a beat predicted apart, and put together to a window of voltage.

A window opens a lead before an upstroke and mostly holds the next one. How the voltage goes between two
upstrokes changes smoothly with the conductances; where the next upstroke falls moves a jump of 100 mV. So

- the *shape* network predicts coefficients on principal components of windows from which all that the next
  upstroke brings is taken out (`gbar.emulate.beats`);
- the *timing* network predicts the logarithm of the cycle length, the time to the next upstroke;
- the *beating* network tells whether a setting beats at all: the others learn from settings that do.

Each is an ensemble of small dense networks. The next beat is the shape predicted for the time of that beat,
moved to where the timing puts it: its lead is faded in over the diastole before, and it goes on from there, to
the beat after if that still falls into the window.

Times inside the network are in samples of the window.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.errors import UserError, wrong
from gbar.nets.dlstm import ACTIVATIONS
from gbar.nets.mlp import MLPEnsemble

# The next beat is faded in over the first 60 % of its lead; from there on the shape before does not count.
FADE = 0.6
# Scalings act on the log of the cycle length much like their own logs do; this much, in standard deviations,
# keeps the log finite at the lowest value trained on.
LOG_MARGIN = 0.17
MOST_BEATS = 100  # in a window; each is a stage of its own in the compiled program


class Fixed(nnx.Variable):
    """Numbers taken from the data before training: saved with the weights, never trained."""


class Outlook(NamedTuple):
    """What the members of the ensemble say.

    Attributes:
        traces: scaled trace of each, (members, batch, samples).
        cycles: its cycle length in samples, (members, batch).
        beats: probability that the setting beats, the members' mean, (batch).
    """

    traces: jax.Array
    cycles: jax.Array
    beats: jax.Array


class Latent(nnx.Module):
    """Networks of shape, timing and beating, and the numbers that turn what they say into a trace.

    Attributes:
        shape: inputs to standardised coefficients.
        timing: inputs to the standardised logarithm of the cycle length.
        beating: inputs to the log odds that the setting beats.
        mean: mean of the scaled windows without their next beats, (samples).
        basis: principal components, each times its coefficients' unit, (rank, samples).
        cycle_offset: mean logarithm of the cycle length.
        cycle_scale: its standard deviation.
        lowest: lowest value trained on of each scaled input, (inputs).
        time_step: how each scaled input changes from one sample to the next: zero but for the beat's time.
        upstroke: the sample of the upstroke, as a fraction.
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        rank: int,
        members: int,
        widths: Sequence[int],
        activation: str,
        beats: int,
        rngs: nnx.Rngs,
    ):
        """Draw the weights; the fixed numbers are neutral until they are set.

        Args:
            n_inputs: number of inputs.
            n_outputs: number of samples of the trace.
            rank: number of principal components.
            members: networks in each ensemble.
            widths: units of their hidden layers.
            activation: of the hidden layers, a key of `gbar.nets.dlstm.ACTIVATIONS`.
            beats: largest number of upstrokes a window holds.
            rngs: source of the `params` stream.
        """
        self.beats = beats

        def ensemble(outputs: int) -> MLPEnsemble:
            return MLPEnsemble(2 * n_inputs, outputs, members=members, widths=widths, activation=activation, rngs=rngs)

        self.shape, self.timing, self.beating = ensemble(rank), ensemble(1), ensemble(1)
        self.mean = Fixed(jnp.zeros(n_outputs))
        self.basis = Fixed(jnp.zeros((rank, n_outputs)))
        self.cycle_offset = Fixed(jnp.zeros(()))
        self.cycle_scale = Fixed(jnp.ones(()))
        self.lowest = Fixed(jnp.zeros(n_inputs))
        self.time_step = Fixed(jnp.zeros(n_inputs))
        self.upstroke = Fixed(jnp.zeros(()))

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        """Map scaled inputs, (batch, inputs), to scaled traces, (batch, samples), from the members' means."""
        coefficients, cycles = self._forecast(x)
        return self._join(coefficients.mean(axis=1), cycles.mean(axis=1))

    def outlook(self, x: jax.Array) -> Outlook:
        """Return what each member says of scaled inputs, (batch, inputs)."""
        coefficients, cycles = self._forecast(x)
        traces = jax.vmap(self._join, in_axes=1)(coefficients, cycles)
        return Outlook(traces, cycles[0], jax.nn.sigmoid(self.log_odds(x)).mean(axis=0))

    def log_odds(self, x: jax.Array) -> jax.Array:
        """Return the log odds that a setting beats, (members, batch); the beat's time plays no part in it."""
        is_setting = self.time_step[...] == 0
        return self.beating(self.features(jnp.where(is_setting, x, 0.0)))[..., 0]

    def features(self, x: jax.Array) -> jax.Array:
        """Return scaled inputs and their logarithms from the lowest value on, (batch, 2 inputs)."""
        return jnp.concatenate([x, jnp.log(jnp.maximum(x - self.lowest[...], 0.0) + LOG_MARGIN)], axis=-1)

    def _forecast(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the coefficients of this beat and the next ones, and the cycle length after each.

        Shapes are (beats, members, batch, rank) and (beats, members, batch).
        """
        coefficients, cycles = [], []
        for _ in range(self.beats):
            features = self.features(x)
            coefficients.append(self.shape(features))
            log_cycle = self.timing(features)[..., 0] * self.cycle_scale[...] + self.cycle_offset[...]
            cycles.append(jnp.exp(log_cycle))
            x = x + cycles[-1].mean(axis=0)[:, None] * self.time_step[...]
        return jnp.stack(coefficients), jnp.stack(cycles)

    def _join(self, coefficients: jax.Array, cycles: jax.Array) -> jax.Array:
        """Return scaled traces of (beats, batch, rank) coefficients and (beats, batch) cycle lengths."""
        n = self.mean.shape[0]
        sample = jnp.arange(n)
        trace = self.mean[...] + coefficients[0] @ self.basis[...]
        shift = jnp.zeros(trace.shape[0])
        for later, cycle in zip(coefficients[1:], cycles, strict=False):
            shift = jnp.minimum(shift + cycle, n)
            progress = (sample - shift[:, None]) / (FADE * self.upstroke[...])
            share = _smooth_step(jnp.clip(progress, 0.0, 1.0))
            beat = self.mean[...] + later @ self.basis[...]
            trace = trace + share * (_delayed(beat, shift) - trace)
        return trace


def latent_builder(architecture: Mapping[str, Any], n_inputs: int, n_outputs: int, rngs: nnx.Rngs) -> Latent:
    """Build a `Latent`; keys of the architecture beside `name` are its keyword arguments.

    Raises:
        UserError: a key is missing or unknown, or its value is out of bounds.
    """
    options = {key: value for key, value in architecture.items() if key != "name"}
    counts = ("rank", "members", "beats")
    allowed = (*counts, "widths", "activation")
    for key in options:
        if key not in allowed:
            raise UserError(f"architecture: unknown key {key!r}; latent knows {', '.join(allowed)}")
    for key in counts:
        if not (isinstance(options.get(key), int) and options[key] >= 1):
            raise wrong(f"architecture.{key}", options.get(key), "a positive whole number")
    if options["beats"] > MOST_BEATS:
        raise wrong("architecture.beats", options["beats"], f"at most {MOST_BEATS}")
    widths = options.get("widths")
    if not (isinstance(widths, Sequence) and all(isinstance(width, int) and width >= 1 for width in widths)):
        raise wrong("architecture.widths", widths, "a list of positive whole numbers")
    if options.get("activation") not in ACTIVATIONS:
        raise wrong("architecture.activation", options.get("activation"), f"one of {', '.join(ACTIVATIONS)}")
    return Latent(n_inputs, n_outputs, **options, rngs=rngs)


def _smooth_step(x: jax.Array) -> jax.Array:
    """Return 3 x^2 - 2 x^3: from 0 to 1 with slope 0 at both ends."""
    return x * x * (3 - 2 * x)


def _delayed(traces: jax.Array, shift: jax.Array) -> jax.Array:
    """Return traces, (batch, samples), moved right by shift >= 0, (batch); linear between samples, 0 before."""
    n = traces.shape[1]
    whole = jnp.floor(shift).astype(jnp.int32)
    padded = jnp.pad(traces, ((0, 0), (n + 1, 0)))
    # One sample more to the left, so that every sample has the one before it to interpolate with.
    moved = jax.vmap(lambda trace, steps: jax.lax.dynamic_slice(trace, (n - steps,), (n + 1,)))(padded, whole)
    part = (shift - whole)[:, None]
    return moved[:, 1:] * (1 - part) + moved[:, :-1] * part
