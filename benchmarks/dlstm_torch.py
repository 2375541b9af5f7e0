"""The rival of dlstm_epoch.py: the same network and training written for PyTorch as its tutorials do."""

from torch_rival import nn, serve, torch


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


if __name__ == "__main__":
    serve(lambda request: DLSTM(**request["network"]))
