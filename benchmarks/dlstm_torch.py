"""The rival of dlstm_epoch.py: the same network and training written for PyTorch as its tutorials do.

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


class DLSTM(nn.Module):
    """LSTM layers from the zero state over one time step, dropout, dense layers with tanh, a linear output."""

    def __init__(self, n_inputs: int, n_outputs: int, lstm_widths: list[int], dense_widths: list[int], dropout: float):
        """Make the layers; all LSTM layers have one width, as nn.LSTM wants it."""
        super().__init__()
        self.lstm = nn.LSTM(n_inputs, lstm_widths[0], len(lstm_widths))
        self.dropout = nn.Dropout(dropout)
        layers: list[nn.Module] = []
        n = lstm_widths[-1]
        for units in dense_widths:
            layers += [nn.Linear(n, units), nn.Tanh()]
            n = units
        self.dense = nn.Sequential(*layers, nn.Linear(n, n_outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map features, (batch, inputs), to traces, (batch, samples)."""
        h, _ = self.lstm(x[None])
        return self.dense(self.dropout(h[-1]))


def main() -> None:
    """Answer requests until there are no more: `build` once, then `epochs`."""
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    request = json.loads(sys.stdin.readline())
    model = DLSTM(**request["network"])
    data = {name: torch.from_numpy(array) for name, array in np.load(request["data"]).items()}
    with np.load(request["weights"]) as weights:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    model.eval()
    with torch.no_grad():
        np.save(request["output"], model(data["validation_x"]).numpy())
    # Before the answer: making the first optimiser imports for seconds, which must not fall into another's turn.
    optimiser = torch.optim.Adam(model.parameters(), lr=request["learning_rate"], **request["adam"])
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}), flush=True)
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
