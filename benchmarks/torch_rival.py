"""What the rivals written for PyTorch share: requests and their answers, and the epoch as its tutorials write it.

Needs PyTorch, NumPy and nothing of gbar. Reads one JSON request a line and answers each with one line.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError:
    print(json.dumps({"missing": "PyTorch"}), flush=True)
    sys.exit()

__all__ = ["nn", "serve", "torch"]


def serve(build: Callable[[dict[str, Any]], nn.Module]) -> None:
    """Answer requests until there are no more: one for the network, which `build` makes of it, then `epochs`."""
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    request = json.loads(sys.stdin.readline())
    model = build(request)
    data = {name: torch.from_numpy(array) for name, array in np.load(request["data"]).items()}
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    with np.load(request["weights"]) as weights:
        model.load_state_dict({name: torch.from_numpy(array).reshape(shapes[name]) for name, array in weights.items()})
    model.eval()
    with torch.no_grad():
        np.save(request["output"], model(data["validation_x"]).numpy())
    # Before the answer: making the first optimiser imports for seconds, which must not fall into another's turn.
    optimiser = torch.optim.Adam(model.parameters(), lr=request["learning_rate"], **request["adam"])
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}), flush=True)
    for line in sys.stdin:
        seconds = [_epoch(model, optimiser, data, request["batch_size"]) for _ in range(json.loads(line)["epochs"])]
        print(json.dumps({"seconds": seconds}), flush=True)


def _epoch(model: nn.Module, optimiser: torch.optim.Optimizer, data: dict[str, Any], batch_size: int) -> float:
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
