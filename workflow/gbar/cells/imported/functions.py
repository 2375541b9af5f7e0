"""What generated equations are made of: functions of numbers while nothing is varied, of arrays where something is.

Constants that nobody scales or sets stay numbers, and are numbers in the compiled program.
"""

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.imported import values
from gbar.cells.rational import linear_over_exp as _linear_over_exp
from gbar.cells.rational import slope_of_linear_over_exp as _slope_of_linear_over_exp

__all__ = [
    "SimpleNamespace",
    "absolute",
    "acos",
    "as_numbers",
    "asin",
    "atan",
    "both",
    "bounded_exp",
    "ceil",
    "cos",
    "either",
    "exp",
    "expm1",
    "floor",
    "linear_over_exp",
    "log",
    "mod",
    "not_",
    "plain",
    "power",
    "sin",
    "slope_of_linear_over_exp",
    "sqrt",
    "tan",
    "unrounded",
    "where",
]  # fmt: skip


def _is_number(x: Any) -> bool:
    return not isinstance(x, jax.Array) and np.ndim(x) == 0


def _function(of_number: Any, of_array: Any) -> Any:
    def apply(*x: Any) -> Any:
        if all(_is_number(one) for one in x):
            with np.errstate(all="ignore"):
                return of_number(*x)
        return of_array(*x)

    return apply


exp = _function(np.exp, jnp.exp)


def bounded_exp(x: Any) -> Any:
    """Return e^x of what may be large: no more than what its derivatives bear (e^700 in float64, e^87 in float32)."""
    if _is_number(x):
        return np.exp(np.minimum(x, values.LARGEST_EXPONENT))
    x = jnp.asarray(x)
    return jnp.exp(jnp.minimum(x, values.LARGEST_EXPONENT if x.dtype == jnp.float64 else 87.0))


expm1 = _function(np.expm1, jnp.expm1)
log = _function(np.log, jnp.log)
sqrt = _function(np.sqrt, jnp.sqrt)
sin = _function(np.sin, jnp.sin)
cos = _function(np.cos, jnp.cos)
tan = _function(np.tan, jnp.tan)
asin = _function(np.arcsin, jnp.arcsin)
acos = _function(np.arccos, jnp.arccos)
atan = _function(np.arctan, jnp.arctan)
floor = _function(np.floor, jnp.floor)
ceil = _function(np.ceil, jnp.ceil)
absolute = _function(np.abs, jnp.abs)
power = _function(np.power, jnp.power)
both = _function(np.logical_and, jnp.logical_and)
either = _function(np.logical_or, jnp.logical_or)
not_ = _function(np.logical_not, jnp.logical_not)


def mod(a: Any, b: Any) -> Any:
    """Return what is left of a after whole multiples of b."""
    return a - b * floor(a / b)


def where(condition: Any, a: Any, b: Any, like: Any = None) -> Any:
    """Return a where a condition holds, b elsewhere; one of them alone where the condition is known.

    Two numbers, which have no precision of their own, become as precise as `like`.
    """
    if _is_number(condition):
        return a if condition else b
    if like is not None and _is_number(a) and _is_number(b):
        a = jnp.asarray(a, jnp.asarray(like).dtype)
    return jnp.where(condition, a, b)


def unrounded(difference: Any, exact: Any) -> Any:
    """Return a difference from 1 as long as it keeps enough digits, and what it is without rounding elsewhere."""
    if _is_number(difference):
        return values.apply("unrounded", [difference, exact])
    return jnp.where(jnp.abs(difference) > values.LOST * jnp.finfo(difference.dtype).eps, difference, exact)


def linear_over_exp(x: Any) -> Any:
    """Return x/(e^x - 1), 1 at 0."""
    if _is_number(x):
        return x / np.expm1(x) if x != 0 else np.float64(1.0)
    return _linear_over_exp(x)


def slope_of_linear_over_exp(x: Any) -> Any:
    """Return the derivative of x/(e^x - 1)."""
    return values.slope_of_linear_over_exp(x) if _is_number(x) else _slope_of_linear_over_exp(x)


def as_numbers(namespace: Any) -> SimpleNamespace:
    """Return the values of a namespace with numbers that divide as IEEE says."""
    return SimpleNamespace(**{name: np.float64(x) if _is_number(x) else x for name, x in vars(namespace).items()})


def plain(constants: dict[str, Any]) -> SimpleNamespace:
    """Return constants as a namespace, numbers as those of Python, which take the precision of what they meet."""
    found = {}
    for name, x in constants.items():
        found[name] = x if not _is_number(x) else bool(x) if isinstance(x, bool | np.bool_) else float(x)
    return SimpleNamespace(**found)
