"""Training of the latent emulator: shape and timing of the beats together, then who beats, in the one loop.

The loss of shape and timing estimates the mean squared error of a window: the squared error of the shape, and what an
upstroke in the wrong place costs, as if every window held the next one. That cost rises with the square of the error
while the two upstrokes overlap and in proportion to it beyond, so that a few settings near the boundary of beating do
not outweigh all others, in training and in the choice of the epoch. Cycle lengths that the trace was too short to show
are known only to reach beyond their window: they count where the prediction is shorter.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from math import ceil
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gbar import nets
from gbar.emulate.beats import principal_components, without_next_beat
from gbar.emulate.model import Input, ModelCard, Output, save_model
from gbar.emulate.record import history_in_mV2, training_record
from gbar.emulate.scaling import scaled_inputs, scaled_traces, scalings
from gbar.emulate.split import TRAIN, VALIDATION
from gbar.emulate.windows import BEAT_TIME, Windows
from gbar.errors import UserError
from gbar.nets.latent import FADE, Latent
from gbar.records.provenance import Provenance
from gbar.training.loop import Loss, Samples, train
from gbar.training.optimiser import TrainingSettings

LEAD_AT_LEAST = 20  # samples before the upstroke over which the next beat is faded in
BEATING = nnx.PathContains("beating")


def train_latent(
    data: Windows,
    architecture: Mapping[str, Any],
    settings: TrainingSettings,
    beating: TrainingSettings,
    checkpoints: str | Path,
    out: str | Path,
    notes: Mapping[str, Any] | None = None,
    made_by: Callable[[], Provenance] | None = None,
) -> None:
    """Train a latent emulator and write the model.

    Args:
        data: data set.
        architecture: name, rank, members, widths and activation of `gbar.nets.latent`.
        settings: training of shape and timing.
        beating: training of the classifier; its batches shrink to the number of settings if that is smaller.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: model directory to write.
        notes: further entries of the card about the training.
        made_by: gives the provenance of the model once it is trained.

    Raises:
        UserError: no cycle length is known, too little lead before the upstroke, or too few training windows.
    """
    inputs, output = scalings(data)
    inputs = _widened(inputs, data)
    upstroke = float(np.median((data.upstroke_ms - data.start_ms) / data.sample_ms))
    known = data.cycle_length_ms[data.part(TRAIN)] / data.sample_ms
    known = known[np.isfinite(known)]
    if FADE * upstroke < LEAD_AT_LEAST or len(known) == 0:
        raise UserError(
            "emulate.windows: a latent emulator needs the time before the upstroke, and traces with further beats;"
            f" here {upstroke:.0f} samples come before it, and {len(known)} windows know the next"
        )
    # The last beat whose own shape is needed fades in before the window ends.
    beats = max(1, ceil((len(data.time) - FADE * upstroke) / known.min()))
    architecture = dict(architecture) | {"beats": beats}
    network = cast(Latent, nets.build(architecture, len(inputs), len(data.time), settings.seed))
    network.upstroke[...] = jnp.float32(upstroke)
    samples, loss = _shape_and_timing(network, data, inputs, output)
    outcome = train(
        network,
        *samples,
        settings,
        loss=loss,
        trainable=nnx.All(nnx.Param, nnx.Not(BEATING)),
        identity=architecture,
        checkpoint_dir=Path(checkpoints) / "shape-and-timing",
    )
    settings_samples = _settings(data, inputs)
    classified = train(
        outcome.model,
        *settings_samples,
        replace(beating, batch_size=min(beating.batch_size, len(settings_samples[0].x))),
        loss=_beating_loss,
        trainable=nnx.All(nnx.Param, BEATING),
        identity=architecture,
        checkpoint_dir=Path(checkpoints) / "beating",
    )
    card = ModelCard(
        architecture=architecture,
        inputs=inputs,
        output=output,
        beats=asdict(data.beats),
        training=training_record(settings, outcome, architecture, (len(inputs), len(data.time)), len(samples[0].x))
        | {
            "seconds": outcome.seconds + classified.seconds,
            "beating": asdict(beating)
            | {"best_epoch": classified.best_epoch, "validation_cross_entropy": classified.best_validation_loss},
        }
        | dict(notes or {}),
        data_digest=data.digest,
        provenance=made_by().to_json() if made_by else None,
        metrics={"validation_loss_mV2": outcome.best_validation_loss * output.scale_mV**2},
    )
    save_model(out, classified.model, card, history_in_mV2(outcome, output))
    shutil.rmtree(checkpoints, ignore_errors=True)


def _widened(inputs: tuple[Input, ...], data: Windows) -> tuple[Input, ...]:
    """Return the inputs with the ranges of all training settings, which the classifier has seen, in place of those
    that beat.
    """
    seen = data.setting_inputs[data.setting_split == TRAIN]
    ranges = dict(zip(data.features, zip(seen.min(axis=0), seen.max(axis=0), strict=True), strict=False))
    return tuple(
        replace(
            one,
            minimum=min(one.minimum, float(ranges[one.name][0])),
            maximum=max(one.maximum, float(ranges[one.name][1])),
        )
        if one.name in ranges
        else one
        for one in inputs
    )


def _shape_and_timing(
    network: Latent, data: Windows, inputs: tuple[Input, ...], output: Output
) -> tuple[tuple[Samples, Samples], Loss]:
    """Set the network's fixed numbers from the training windows; return training and validation samples, and the loss.

    Targets y are (standardised coefficients, standardised log cycle length, whether it is known).
    """
    upstroke, n = float(network.upstroke[...]), len(data.time)
    cycle = data.cycle_length_ms / data.sample_ms
    traces = {
        part: without_next_beat(
            scaled_traces(data.trace[data.part(part)], output),
            cycle[data.part(part)] + FADE * upstroke,
            FADE * upstroke,
        )
        for part in (TRAIN, VALIDATION)
    }
    rank = network.basis.shape[0]
    components = principal_components(traces[TRAIN], rank)
    unit = float(np.sqrt(np.mean(components.coefficients**2)))
    network.mean[...] = jnp.asarray(components.mean)
    network.basis[...] = jnp.asarray(unit * components.basis)

    is_known = np.isfinite(cycle)
    log_cycle = np.log(np.where(is_known, cycle, n - upstroke))
    of_training = log_cycle[data.part(TRAIN)][is_known[data.part(TRAIN)]]
    offset, scale = float(of_training.mean()), float(of_training.std()) or 1.0
    network.cycle_offset[...] = jnp.float32(offset)
    network.cycle_scale[...] = jnp.float32(scale)

    lowest = np.array([one.minimum for one in inputs])
    network.lowest[...] = jnp.asarray(scaled_inputs(lowest, inputs))
    steps = [data.sample_ms / one.scale if one.name == BEAT_TIME else 0.0 for one in inputs]
    network.time_step[...] = jnp.asarray(steps, jnp.float32)

    def samples(part: int) -> Samples:
        chosen = data.part(part)
        targets = (components.encode(traces[part]) / unit, (log_cycle[chosen] - offset) / scale, is_known[chosen])
        return Samples(scaled_inputs(data.inputs[chosen], inputs), targets)

    # What one squared unit of a coefficient adds to a window's mean squared error, and an upstroke d samples away from
    # its place: steepness d^2 while both overlap, height^2 |d| / n beyond.
    of_shape = unit**2 / n
    steepness = float(np.mean(np.sum(np.diff(traces[TRAIN], axis=1) ** 2, axis=1)) / n)
    height = float(np.median(np.ptp(traces[TRAIN], axis=1)))
    overlap = height**2 / (2 * n * steepness)
    samples_per_unit = float(np.exp(offset) * scale)

    def loss(model: Latent, x: jax.Array, y: tuple[jax.Array, ...], *, rngs: nnx.Rngs | None) -> jax.Array:
        coefficients, log_cycle, is_known = y
        features = model.features(x)
        error = model.timing(features)[..., 0] - log_cycle
        error = jnp.where(is_known, error, jnp.minimum(error, 0.0))
        shape = jnp.sum((model.shape(features) - coefficients) ** 2, axis=-1)
        away = error * samples_per_unit / overlap
        timing = 2 * steepness * overlap**2 * (jnp.sqrt(1 + away**2) - 1)
        return of_shape * jnp.mean(shape) + jnp.mean(timing)

    return (samples(TRAIN), samples(VALIDATION)), loss


def _settings(data: Windows, inputs: tuple[Input, ...]) -> tuple[Samples, Samples]:
    """Return training and validation samples of the classifier; the beat's time, if an input, is any."""
    offsets = np.array([one.offset for one in inputs])
    values = np.tile(offsets, (len(data.setting_inputs), 1))
    values[:, : data.setting_inputs.shape[1]] = data.setting_inputs
    x, y = scaled_inputs(values, inputs), data.setting_beats.astype(np.float32)
    training, validation = (data.setting_split == part for part in (TRAIN, VALIDATION))
    return Samples(x[training], y[training]), Samples(x[validation], y[validation])


def _beating_loss(model: Latent, x: jax.Array, y: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
    """Return the mean cross entropy of the members."""
    log_odds = model.log_odds(x)
    return jnp.mean(optax.sigmoid_binary_cross_entropy(log_odds, jnp.broadcast_to(y, log_odds.shape)))
