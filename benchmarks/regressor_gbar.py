"""gbar's side of regressor_epoch.py: see gbar_side.py."""

from typing import Any

import numpy as np
from gbar_side import serve


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
    serve(torch_weights)
