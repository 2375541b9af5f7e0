"""gbar's side of a comparison with PyTorch: `gbar.training.loop.train`, as a study calls it.

Reads one JSON request a line and answers each with one line.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from gbar.jobs.runtime import start_jax

start_jax(x64=False)

import jax  # noqa: E402
import numpy as np  # noqa: E402
from flax import nnx  # noqa: E402

from gbar import nets  # noqa: E402
from gbar.training.loop import Samples, train  # noqa: E402
from gbar.training.optimiser import TrainingSettings  # noqa: E402


def serve(torch_weights: Callable[[Any], dict[str, np.ndarray]]) -> None:
    """Answer requests until there are no more: `build` once, then `epochs`.

    Args:
        torch_weights: returns the weights of a network as PyTorch names and lays them out.
    """
    print(json.dumps({"jax": jax.__version__}), flush=True)
    request = json.loads(sys.stdin.readline())
    data = dict(np.load(request["data"]))
    training = Samples(data["training_x"], data["training_y"])
    validation = Samples(data["validation_x"], data["validation_y"])
    settings = {key: request[key] for key in ("batch_size", "learning_rate")}
    architecture, sizes = request["architecture"], (training.x.shape[1], training.y.shape[1])
    # Trained a little, so that no weight is zero and the comparison of the outputs sees them all.
    drawn = nets.build(architecture, *sizes, seed=1)
    model: Any = train(drawn, training, validation, TrainingSettings(epochs=1, **settings), log=lambda _: None).model
    np.savez(request["weights"], allow_pickle=False, **torch_weights(model))
    np.save(request["output"], np.asarray(nnx.jit(lambda model, x: model(x))(model, validation.x)))
    print(json.dumps({"parameters": nets.count_parameters(architecture, *sizes)}), flush=True)
    for line in sys.stdin:
        epochs = TrainingSettings(epochs=json.loads(line)["epochs"], **settings)
        outcome = train(model, training, validation, epochs, log=lambda _: None)
        print(json.dumps({"seconds": [record.seconds for record in outcome.history]}), flush=True)
