"""gbar's side of dlstm_epoch.py: see gbar_side.py."""

from typing import Any

import numpy as np
from gbar_side import serve


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
    serve(torch_weights)
