"""The parameters an inverter answers with, and what it answers for the traces it is tested on."""

from dataclasses import dataclass

import numpy as np

from gbar.invert.traces import UnitParameter

UNIT_SIGNS = (("um", "µm"), ("uF", "µF"), ("ohm", "Ω"), ("m2", "m²"), ("degC", "°C"))
# Mean squared error of a uniform unit parameter to someone who knows nothing of the trace.
KNOWING_NOTHING_MSE = 1 / 3


@dataclass(frozen=True)
class Answers:
    """What an inverter answers for its test traces, in unit parameters.

    Attributes:
        parameters: the parameters, K of them.
        true: shape (trace, K).
        mean: mean of the ensemble, shape (trace, K).
        spread: standard deviation of its members, shape (trace, K).
        low90: lower end of the interval meant to hold 90 %, shape (trace, K).
        high90: its upper end, shape (trace, K).
    """

    parameters: tuple[UnitParameter, ...]
    true: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    low90: np.ndarray
    high90: np.ndarray

    @property
    def residual(self) -> np.ndarray:
        """Return predicted minus true unit parameters, shape (trace, K)."""
        return self.mean - self.true

    @property
    def rmse(self) -> np.ndarray:
        """Return the root mean squared error of each unit parameter, shape (K,)."""
        return np.sqrt(np.mean(self.residual**2, axis=0))


def unit_text(unit: str) -> str:
    """Return a unit as papers print it: `pS/um2` becomes pS/µm²; a number without unit has none."""
    if unit == "1":
        return ""
    for plain, sign in UNIT_SIGNS:
        unit = unit.replace(plain, sign)
    return unit.replace(" ", "\u00a0")


def with_unit(words: str, unit: str) -> str:
    """Return `words` followed by a unit in parentheses, if there is one."""
    written = unit_text(unit)
    return f"{words} ({written})" if written else words


def physical_error(unit_error: float, parameter: UnitParameter) -> float:
    """Return an error of a unit parameter, which spans 2, in the parameter's own unit."""
    return unit_error * (parameter.high - parameter.low) / 2
