"""What each operation does to numbers and arrays of NumPy, to fold constants and to test what was found."""

from collections.abc import Callable
from typing import Any

import numpy as np

LARGEST_EXPONENT = 700.0  # of a bounded exponential in float64, whose square root of the largest number is far away


LOST = 1000.0  # roundings of 1: a smaller difference from 1 has lost too many of its digits


def linear_over_exp(x: Any) -> Any:
    """Return x/(e^x - 1) of numbers, 1 at 0."""
    x = np.asarray(x, float)
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, safe / np.expm1(safe))[()]


def slope_of_linear_over_exp(x: Any) -> Any:
    """Return the derivative of x/(e^x - 1), -1/2 at 0."""
    x = np.asarray(x, float)
    safe = np.where(np.abs(x) < 1e-2, 1.0, x)
    value = linear_over_exp(safe)
    series = -0.5 + x / 6 - x**3 / 180 + x**5 / 5040
    return np.where(np.abs(x) < 1e-2, series, value * (1 - value) / safe - value)[()]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "neg": np.negative,
    "exp": np.exp,
    "bounded_exp": lambda x: np.exp(np.minimum(x, LARGEST_EXPONENT)),
    "expm1": np.expm1,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "floor": np.floor,
    "ceil": np.ceil,
    "abs": np.abs,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "mod": lambda a, b: a - b * np.floor(np.divide(a, b)),
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "if": np.where,
    "unrounded": lambda a, exact: np.where(np.abs(a) > LOST * np.finfo(float).eps, a, exact)[()],
    "linear_over_exp": linear_over_exp,
    "slope_of_linear_over_exp": slope_of_linear_over_exp,
}


def apply(op: str, values: list[Any]) -> Any:
    """Return an operation on numbers or arrays."""
    with np.errstate(all="ignore"):
        return _FUNCTIONS[op](*(np.float64(value) if isinstance(value, int | float) else value for value in values))
