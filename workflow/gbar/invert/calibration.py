"""How far an ensemble's error is to be believed: its spread, widened until intervals hold on held-out traces.

The error of a prediction over the standard deviation of the members has quantiles, measured on traces that no network
learnt from (split conformal prediction with normalised residuals). For n of them the factor of level p is the
ceil((n + 1) p)-th smallest ratio; an interval of the prediction plus and minus factor times spread then holds the truth
of a further trace of the same simulator with a probability between p and p + 1/(n + 1), whatever the networks are.

Lei J, G'Sell M, Rinaldo A, Tibshirani RJ, Wasserman L. Distribution-free predictive inference for regression.
J Am Stat Assoc 2018;113:1094-1111, sections 2.2 and 5.2.

All values here are unit parameters: -1 and 1 are the ends of a parameter's published range.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.errors import UserError, wrong

LEVELS = (0.5, 0.68, 0.8, 0.9, 0.95)
ERROR_LEVEL, INTERVAL_LEVEL = 0.68, 0.9  # what is told as the error of a prediction, and as its interval
# Members that agree by chance do not make an error impossible: 0.1 % of a parameter's range. A constant, not taken from
# the calibrating traces, so that the ratios of these and of a further trace stay exchangeable.
LEAST_SPREAD = 0.002


@dataclass(frozen=True)
class Calibration:
    """Factors on the spread.

    Attributes:
        levels: nominal coverage of the intervals, rising, (levels,).
        factors: how many spreads to each side an interval reaches, (levels, parameters).
        traces: number of traces they were measured on.
    """

    levels: tuple[float, ...]
    factors: np.ndarray
    traces: int

    def half_width(self, spread: np.ndarray, level: float) -> np.ndarray:
        """Return how far the interval of a level reaches to each side, (n, parameters).

        Args:
            spread: standard deviation of the members, (n, parameters).
            level: one of `levels`.

        Raises:
            UserError: a level that was not calibrated.
        """
        if level not in self.levels:
            raise wrong("level", level, f"one of {', '.join(f'{one:g}' for one in self.levels)}")
        return self.factors[self.levels.index(level)] * floored(spread)

    def interval(self, mean: np.ndarray, spread: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and the upper ends of the intervals of a level, each (n, parameters)."""
        half = self.half_width(spread, level)
        return mean - half, mean + half

    def coverage(self, residual: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Return the share of residuals inside their intervals, (levels, parameters)."""
        ratio = np.abs(residual) / floored(spread)
        return np.mean(ratio[None] <= self.factors[:, None, :], axis=1)

    def as_json(self) -> dict[str, Any]:
        """Return plain data for a model card."""
        return {"levels": list(self.levels), "factors": self.factors.tolist(), "traces": self.traces}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Calibration":
        """Return what `as_json` gave."""
        return cls(tuple(values["levels"]), np.array(values["factors"], dtype=float), values["traces"])


def calibrate(residual: np.ndarray, spread: np.ndarray, levels: Sequence[float] = LEVELS) -> Calibration:
    """Return the factors that make intervals hold.

    Args:
        residual: prediction minus truth of traces that no network learnt from, (n, parameters).
        spread: standard deviation of the members there, (n, parameters).
        levels: nominal coverage wanted.

    Raises:
        UserError: too few traces for the highest level.
    """
    ratio = np.abs(residual) / floored(spread)
    factors = np.stack([upper_quantile(ratio, level) for level in levels])
    return Calibration(tuple(levels), factors, len(ratio))


def least_traces(levels: Sequence[float] = LEVELS) -> int:
    """Return how many traces it takes to calibrate intervals of all these levels."""
    return math.ceil(round(1 / (1 - max(levels)), 9)) - 1


def upper_quantile(values: np.ndarray, level: float) -> np.ndarray:
    """Return what a further exchangeable value stays at or below with a probability of at least `level`.

    It is the ceil((n + 1) level)-th smallest of n values, along the first axis.

    Raises:
        UserError: so few values that no one of them is large enough.
    """
    n = len(values)
    rank = math.ceil(round((n + 1) * level, 9))  # 100 * 0.68 is a little more than 68 in binary
    if rank > n:
        raise UserError(
            f"held_out: {n} traces to calibrate with are too few for a level of {level:g}, which needs"
            f" {least_traces([level])};"
            " hold out more traces or simulate more"
        )
    return np.partition(values, rank - 1, axis=0)[rank - 1]


def floored(spread: np.ndarray) -> np.ndarray:
    """Return a spread that is nowhere below what members agree to by chance."""
    return np.maximum(spread, LEAST_SPREAD)


def spread_of(members: np.ndarray) -> np.ndarray:
    """Return the standard deviation over the members, (n, parameters), of (members, n, parameters); one has none."""
    if len(members) == 1:
        return np.zeros(members.shape[1:])
    return members.std(axis=0, ddof=1, dtype=float)
