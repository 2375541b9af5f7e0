"""Ornstein-Uhlenbeck noise, each row with its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

import numpy as np

from gbar.stimuli.waveform import SHORTEST_MS, Pieces, Quantity, Waveform, brief, merged, require


@dataclass(frozen=True)
class Noise(Waveform):
    """The Ornstein-Uhlenbeck process dx = theta (mu - x) dt + sigma dW by the Euler-Maruyama scheme, from 0.

        x[0] = 0,  x[i] = x[i-1] + theta (mu - x[i-1]) h + sigma sqrt(h) N(0, 1)

    Each x[i] is held for one step h. The normals of a row follow from seed and key alone, in the order of time, so
    that a row's noise depends on no other row and a longer run begins with the shorter one. Its standard deviation
    settles at sigma / sqrt(2 theta), but for the step; the defaults are those of E. Hagen's ConvNet of a
    Hodgkin-Huxley neuron (github espenhgn/MLexperiments, 2019), in pA.

    Attributes:
        theta: rate of return, 1/ms.
        mu: mean, in the unit of the cell's stimulus.
        sigma: strength, that unit per square root of ms.
        step_ms: how long each value is held.
        seed: seed of the noise of all rows.
    """

    kind = "noise"
    random = True
    varied: ClassVar[Mapping[str, Quantity]] = {
        "theta": Quantity("1/ms", "rate at which the noise returns to its mean"),
        "mu": Quantity("{}", "mean of the noise"),
        "sigma": Quantity("{}/sqrt(ms)", "strength of the noise"),
    }

    theta: float = 0.01
    mu: float = 0.0
    sigma: float = 25.0
    step_ms: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require("step_ms", self.step_ms, self.step_ms >= SHORTEST_MS, f"{SHORTEST_MS} or more")
        # Beyond it a step overshoots the mean: the scheme swings where the process would relax.
        highest = 1 / self.step_ms
        require("theta", self.theta, 0 <= self.theta <= highest, f"0 to 1/step_ms ({brief(highest)})")
        require("sigma", self.sigma, self.sigma >= 0, "0 or more")

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the noise of the row with this key."""
        start_ms = np.arange(np.ceil(duration_ms / self.step_ms)) * self.step_ms
        start_ms = start_ms[start_ms < duration_ms]
        normals = np.random.default_rng([self.seed, key]).standard_normal(len(start_ms) - 1)
        kicks = self.sigma * np.sqrt(self.step_ms) * normals
        path = accumulate(kicks.tolist(), self._step, initial=0.0)
        return merged(Pieces(start_ms, np.fromiter(path, dtype=float, count=len(start_ms))))

    def _step(self, x: float, kick: float) -> float:
        return x + self.theta * (self.mu - x) * self.step_ms + kick
