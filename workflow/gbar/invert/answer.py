"""What an inverter answers: parameters with their errors, and whether the trace is one that it knows."""

from dataclasses import dataclass

import numpy as np

from gbar.invert.traces import UnitParameter, from_unit


@dataclass(frozen=True)
class Answer:
    """What an inverter says of n traces.

    Unit parameters are -1 and 1 at the ends of the range that was trained on; the other values are physical.

    Attributes:
        parameters: what is inferred, K of them.
        members: unit parameters that each network predicts, (networks, n, K).
        unit: their mean, the prediction, (n, K).
        unit_spread: their standard deviation, (n, K).
        unit_low: lower end of the calibrated 90 % interval, (n, K).
        unit_high: its upper end.
        unit_error: half of the calibrated 68 % interval, (n, K).
        measures: as of `gbar.invert.out_of_range.MEASURES`, (n, measures).
        score: how unlike the simulator's own the trace is, as -log10 of a probability, (n,).
        verdict: "in range", "doubtful" or "out of range", n of them.
        reasons: in words, what flags the trace; "" for one in range.
        warnings: of the plain rule on predictions beyond +-1: "", "warning" or "strong warning".
    """

    parameters: tuple[UnitParameter, ...]
    members: np.ndarray
    unit: np.ndarray
    unit_spread: np.ndarray
    unit_low: np.ndarray
    unit_high: np.ndarray
    unit_error: np.ndarray
    measures: np.ndarray
    score: np.ndarray
    verdict: list[str]
    reasons: list[str]
    warnings: list[str]

    @property
    def value(self) -> np.ndarray:
        """The prediction, physical, (n, K)."""
        return from_unit(self.unit, self.parameters)

    @property
    def error(self) -> np.ndarray:
        """Half of the calibrated 68 % interval, physical, (n, K)."""
        return self.unit_error * self._half_range

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation of the networks, physical, (n, K)."""
        return self.unit_spread * self._half_range

    @property
    def low(self) -> np.ndarray:
        """Lower end of the calibrated 90 % interval, physical, (n, K)."""
        return from_unit(self.unit_low, self.parameters)

    @property
    def high(self) -> np.ndarray:
        """Upper end of the calibrated 90 % interval, physical, (n, K)."""
        return from_unit(self.unit_high, self.parameters)

    @property
    def _half_range(self) -> np.ndarray:
        return np.array([(one.high - one.low) / 2 for one in self.parameters])
