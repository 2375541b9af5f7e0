"""The published training (Adam, penalty, padding) against Keras itself, from the same initial weights."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.nets.convfilter import ConvFilter
from gbar.subthreshold.training import penalised
from gbar.training.loop import Samples, train
from gbar.training.optimiser import TrainingSettings

# Keras 2.15: the published notebook's model and optimiser, 200 steps of one batch of 16 paths, 4 paths validating.
GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "subthreshold_keras.npz"))
TRAINING = 16


def test_losses_and_weights_are_those_of_keras():
    network = ConvFilter(
        widths=[2, 6, 16],
        spans=[11, 5, 1],
        dilations=[1, 1, 1],
        activations=["relu"] * 3,
        causal=False,
        lag=0,
        linear=0,
        rngs=nnx.Rngs(params=0),
    )
    parts = {"output": network.output, "offset": network.offset}
    for layer in range(3):
        parts |= {f"kernel_{layer}": network.kernels[layer], f"bias_{layer}": network.biases[layer]}
    for name, part in parts.items():
        part[...] = jnp.asarray(GOLDEN[f"first_{name}"]).reshape(part[...].shape)
    x, y = GOLDEN["current_pA"], GOLDEN["V_mV"]
    # With one batch an epoch the order of the paths is without influence.
    outcome = train(
        network,
        Samples(x[:TRAINING], y[:TRAINING]),
        Samples(x[TRAINING:], y[TRAINING:]),
        TrainingSettings(epochs=len(GOLDEN["loss"]), batch_size=TRAINING, learning_rate=1e-3),
        loss=penalised(0.01),
    )
    np.testing.assert_allclose([one.train_loss for one in outcome.history], GOLDEN["loss"], rtol=1e-4)
    np.testing.assert_allclose([one.validation_loss for one in outcome.history], GOLDEN["validation_loss"], rtol=1e-4)
    assert outcome.best_epoch == len(GOLDEN["loss"])
    trained = outcome.model
    for layer in range(3):
        np.testing.assert_allclose(trained.kernels[layer][...], GOLDEN[f"last_kernel_{layer}"], atol=1e-4)
        np.testing.assert_allclose(trained.biases[layer][...], GOLDEN[f"last_bias_{layer}"], atol=1e-4)
    np.testing.assert_allclose(trained.output[...], GOLDEN["last_output"][:, 0], atol=1e-4)
    np.testing.assert_allclose(trained.offset[...], GOLDEN["last_offset"], atol=1e-4)
