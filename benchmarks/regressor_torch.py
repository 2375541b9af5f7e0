"""The rival of regressor_epoch.py: the same network and training written for PyTorch."""

from typing import Any

from torch_rival import nn, serve, torch

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


def build(request: dict[str, Any]) -> Regressor:
    """Return the network of a request."""
    model = Regressor(request["network"], **request["shapes"])
    return model.to(memory_format=torch.channels_last) if model.channels_last else model


if __name__ == "__main__":
    serve(build)
