"""The rival of regressor_epoch.py: the same network and training written for PyTorch.

Needs PyTorch, NumPy and nothing of gbar. Reads one JSON request a line and answers each with one line.
"""

import json
import sys
import time
from typing import Any

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError:
    print(json.dumps({"missing": "PyTorch"}), flush=True)
    sys.exit()

SLOPE = 0.3


class Regressor(nn.Module):
    """Blocks of convolutions, leaky rectifiers and a pooling; dense layers with dropout; a scaled tanh.

    With `channels_last` a trace is an image of one row, for which PyTorch has the channels side by side in memory.
    """

    def __init__(self, network: dict[str, Any], flat: int, n_outputs: int, channels_last: bool):
        """Make the layers."""
        super().__init__()
        self.channels_last, self.amplitude = channels_last, network["amplitude"]
        kernel, pool = network["kernel"], network["pool"]
        self.convolutions, self.dense = nn.ModuleList(), nn.ModuleList()
        self.repeat, n = network["repeat"], 1
        for width in network["filters"]:
            for _ in range(self.repeat):
                convolution = nn.Conv2d(n, width, (1, kernel)) if channels_last else nn.Conv1d(n, width, kernel)
                self.convolutions.append(convolution)
                n = width
        self.pool = nn.MaxPool2d((1, pool)) if channels_last else nn.MaxPool1d(pool)
        self.rectifier, self.dropout = nn.LeakyReLU(SLOPE), nn.Dropout(network["dropout"])
        for before, after in zip([flat, *network["dense"]], [*network["dense"], n_outputs], strict=True):
            self.dense.append(nn.Linear(before, after))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map traces, (batch, samples), to parameters, (batch, parameters)."""
        h = x[:, None]
        if self.channels_last:
            h = h[:, :, None].to(memory_format=torch.channels_last)
        for number, convolution in enumerate(self.convolutions, start=1):
            h = self.rectifier(convolution(h))
            if number % self.repeat == 0:
                h = self.pool(h)
        h = h.flatten(1)
        for layer in self.dense[:-1]:
            h = self.dropout(self.rectifier(layer(h)))
        return self.amplitude * torch.tanh(self.dense[-1](h))


def main() -> None:
    """Answer requests until there are no more: `build` once, then `epochs`."""
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    request = json.loads(sys.stdin.readline())
    model = Regressor(request["network"], **request["shapes"])
    data = {name: torch.from_numpy(array) for name, array in np.load(request["data"]).items()}
    with np.load(request["weights"]) as weights:
        state = {name: torch.from_numpy(array) for name, array in weights.items()}
    shapes = model.state_dict()
    model.load_state_dict({name: array.reshape(shapes[name].shape) for name, array in state.items()})
    if model.channels_last:
        model = model.to(memory_format=torch.channels_last)
    model.eval()
    with torch.no_grad():
        np.save(request["output"], model(data["validation_x"]).numpy())
    # Before the answer: making the first optimiser imports for seconds, which must not fall into another's turn.
    optimiser = torch.optim.Adam(model.parameters(), lr=request["learning_rate"], fused=True)
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        seconds = [epoch(model, optimiser, data, request["batch_size"]) for _ in range(json.loads(line)["epochs"])]
        print(json.dumps({"seconds": seconds}), flush=True)


def epoch(model: nn.Module, optimiser: torch.optim.Optimizer, data: dict[str, Any], batch_size: int) -> float:
    """Train for an epoch and validate; return the seconds it took."""
    loss_of = nn.MSELoss()
    x, y = data["training_x"], data["training_y"]
    started = time.perf_counter()
    model.train()
    total = torch.zeros(())
    for chosen in torch.randperm(len(x)).split(batch_size):
        optimiser.zero_grad()
        loss = loss_of(model(x[chosen]), y[chosen])
        loss.backward()
        optimiser.step()
        total += loss.detach()
    model.eval()
    with torch.no_grad():
        validation_loss = loss_of(model(data["validation_x"]), data["validation_y"])
    losses = float(total), float(validation_loss)
    if not all(np.isfinite(losses)):
        sys.exit(f"PyTorch diverged: {losses}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
