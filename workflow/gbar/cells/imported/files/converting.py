"""Expressions of Myokit as those of `gbar.cells.imported.tree`."""

from collections.abc import Callable
from typing import Any

import myokit

from gbar.cells.imported.model import PACE, TIME, derivative
from gbar.cells.imported.tree import Node, make, name, number
from gbar.errors import UserError


class Converted:
    """Expressions of Myokit as those of `gbar.cells.imported.tree`."""

    def __init__(self, model: Any):
        self._bound = {model.time(): name(TIME), model.binding("pace"): name(PACE)}
        self.derivatives: dict[str, None] = {}  # states whose rate is read by other equations

    def __call__(self, expression: Any) -> Node:
        """Return an expression."""
        if isinstance(expression, myokit.Number):
            return number(expression.eval())
        if isinstance(expression, myokit.Name):
            variable = expression.var()
            return self._bound.get(variable) or name(variable.qname())
        if isinstance(expression, myokit.Derivative):
            state = expression.var().qname()
            self.derivatives[state] = None
            return name(derivative(state))
        arguments = [self(one) for one in expression]
        operation = _SAME.get(type(expression))
        if operation is not None:
            return make(operation, *arguments)
        special = _SPECIAL.get(type(expression))
        if special is None:
            raise UserError(f"{expression.code()}: {type(expression).__name__} is not supported")
        return special(*arguments)


def _log(x: Node, base: Node | None = None) -> Node:
    return make("log", x) if base is None else make("div", make("log", x), make("log", base))


def _piecewise(*arguments: Node) -> Node:
    *pairs, result = arguments
    for k in range(len(pairs) - 2, -1, -2):
        result = make("if", pairs[k], pairs[k + 1], result)
    return result


_SAME = {
    myokit.PrefixMinus: "neg",
    myokit.Plus: "add",
    myokit.Minus: "sub",
    myokit.Multiply: "mul",
    myokit.Divide: "div",
    myokit.Remainder: "mod",
    myokit.Power: "pow",
    myokit.Sqrt: "sqrt",
    myokit.Exp: "exp",
    myokit.Sin: "sin",
    myokit.Cos: "cos",
    myokit.Tan: "tan",
    myokit.ASin: "asin",
    myokit.ACos: "acos",
    myokit.ATan: "atan",
    myokit.Floor: "floor",
    myokit.Ceil: "ceil",
    myokit.Abs: "abs",
    myokit.If: "if",
    myokit.Not: "not",
    myokit.And: "and",
    myokit.Or: "or",
    myokit.Equal: "eq",
    myokit.NotEqual: "ne",
    myokit.More: "gt",
    myokit.Less: "lt",
    myokit.MoreEqual: "ge",
    myokit.LessEqual: "le",
}
_SPECIAL: dict[type, Callable[..., Node]] = {
    myokit.PrefixPlus: lambda x: x,
    myokit.Log: _log,
    myokit.Log10: lambda x: make("mul", make("log", x), number(0.43429448190325182765)),
    myokit.Quotient: lambda a, b: make("floor", make("div", a, b)),
    myokit.Piecewise: _piecewise,
}
