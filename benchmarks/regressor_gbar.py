"""gbar's side of regressor_epoch.py: `gbar.training.loop.train`, as a study calls it.

Reads one JSON request a line and answers each with one line.
"""

import json
import sys
from typing import Any

from gbar.jobs.runtime import start_jax

start_jax(x64=False)

import jax  # noqa: E402
import numpy as np  # noqa: E402
from flax import nnx  # noqa: E402

from gbar import nets  # noqa: E402
from gbar.training.loop import Samples, train  # noqa: E402
from gbar.training.optimiser import TrainingSettings  # noqa: E402


def main() -> None:
    """Answer requests until there are no more: `build` once, then `epochs`."""
    print(json.dumps({"jax": jax.__version__}), flush=True)
    request = json.loads(sys.stdin.readline())
    data = dict(np.load(request["data"]))
    training = Samples(data["training_x"], data["training_y"])
    validation = Samples(data["validation_x"], data["validation_y"])
    settings = {key: request[key] for key in ("batch_size", "learning_rate")}
    drawn = nets.build(request["architecture"], training.x.shape[1], training.y.shape[1], seed=1)
    # Trained a little, so that no weight is zero and the comparison of the outputs sees them all.
    model: Any = train(drawn, training, validation, TrainingSettings(epochs=1, **settings), log=lambda _: None).model
    np.savez(request["weights"], allow_pickle=False, **torch_weights(model))
    np.save(request["output"], np.asarray(nnx.jit(lambda model, x: model(x))(model, validation.x)))
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        epochs = TrainingSettings(epochs=json.loads(line)["epochs"], **settings)
        outcome = train(model, training, validation, epochs, log=lambda _: None)
        print(json.dumps({"seconds": [record.seconds for record in outcome.history]}), flush=True)


def torch_weights(model: Any) -> dict[str, np.ndarray]:
    """Return the weights of a regressor in the order and layout of PyTorch: channels before time."""
    weights = {}
    for k, (kernel, bias) in enumerate(zip(model.kernels, model.biases, strict=True)):
        weights |= {f"convolutions.{k}.weight": np.asarray(kernel[...]).transpose(2, 1, 0)}
        weights |= {f"convolutions.{k}.bias": np.asarray(bias[...])}
    for k, layer in enumerate(model.dense):
        kernel = np.asarray(layer.kernel[...])
        if k == 0:
            channels = model.biases[-1].shape[0]
            kernel = kernel.reshape(-1, channels, kernel.shape[1]).swapaxes(0, 1).reshape(kernel.shape)
        weights |= {f"dense.{k}.weight": kernel.T, f"dense.{k}.bias": np.asarray(layer.bias[...])}
    return {name: np.ascontiguousarray(array) for name, array in weights.items()}


if __name__ == "__main__":
    main()
