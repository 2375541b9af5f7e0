"""gbar's side of dlstm_epoch.py: `gbar.training.loop.train`, as a study calls it.

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
    architecture = request["architecture"]
    n_inputs, n_outputs = training.x.shape[1], training.y.shape[1]
    # Trained a little, so that no weight is zero and the comparison of the outputs sees them all.
    drawn = nets.build(architecture, n_inputs, n_outputs, seed=1)
    model: Any = train(drawn, training, validation, TrainingSettings(epochs=1), log=lambda _: None).model
    np.savez(request["weights"], allow_pickle=False, **torch_weights(model))
    np.save(request["output"], np.asarray(nnx.jit(lambda model, x: model(x))(model, validation.x)))
    print(json.dumps({"parameters": nets.count_parameters(architecture, n_inputs, n_outputs)}), flush=True)
    for line in sys.stdin:
        settings = TrainingSettings(
            epochs=json.loads(line)["epochs"],
            batch_size=request["batch_size"],
            learning_rate=request["learning_rate"],
        )
        outcome = train(model, training, validation, settings, log=lambda _: None)
        print(json.dumps({"seconds": [record.seconds for record in outcome.history]}), flush=True)


def torch_weights(model: Any) -> dict[str, np.ndarray]:
    """Return the weights of a DLSTM as PyTorch names and lays them out: transposed, gates in the order i, f, g, o."""
    weights = {}
    for k, layer in enumerate(model.lstm):
        i, g, o = np.split(np.asarray(layer.kernel[...]), 3, axis=1)
        bias_i, bias_g, bias_o = np.split(np.asarray(layer.bias[...]), 3)
        recurrent_i, recurrent_g, recurrent_o, recurrent_f = np.split(np.asarray(layer.recurrent[...]), 4, axis=1)
        kernel = np.concatenate([i, layer.forget_kernel[...], g, o], axis=1)
        bias = np.concatenate([bias_i, layer.forget_bias[...], bias_g, bias_o])
        recurrent = np.concatenate([recurrent_i, recurrent_f, recurrent_g, recurrent_o], axis=1)
        weights |= {f"lstm.weight_ih_l{k}": kernel.T, f"lstm.weight_hh_l{k}": recurrent.T}
        weights |= {f"lstm.bias_ih_l{k}": bias, f"lstm.bias_hh_l{k}": np.zeros_like(bias)}
    for k, layer in enumerate(model.dense):
        # An activation stands between two dense layers.
        weights[f"dense.{2 * k}.weight"] = np.asarray(layer.kernel[...]).T
        weights[f"dense.{2 * k}.bias"] = np.asarray(layer.bias[...])
    return {name: np.ascontiguousarray(array) for name, array in weights.items()}


if __name__ == "__main__":
    main()
