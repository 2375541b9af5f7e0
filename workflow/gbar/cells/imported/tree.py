"""Expressions as trees without duplicates: two equal expressions are one node, so that sharing is found for nothing.

A node is an operation on nodes, a number, or the name of a variable, a state, a parameter or the stimulus. Nodes are
made by `number`, `name` and `make`, which simplify what needs no thought: constants, factors of 1, terms of 0.
"""

import math
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.cells.imported.values import apply

# Functions of one argument that have the same name in the equations; the other operations.
FUNCTIONS = ("exp", "bounded_exp", "expm1", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "floor", "ceil")
RATIOS = ("linear_over_exp", "slope_of_linear_over_exp")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
CONDITIONS = (*COMPARISONS, "and", "or", "not")
ARITHMETIC = ("neg", "add", "sub", "mul", "div", "pow", "mod", "abs", "if", "unrounded")
OPERATIONS = ("number", "name", *FUNCTIONS, *RATIOS, *ARITHMETIC, *CONDITIONS)


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Node:
    """One expression.

    Attributes:
        op: one of `OPERATIONS`.
        args: what it is applied to.
        value: of a number, the number; of a name, the name.
    """

    op: str
    args: tuple["Node", ...] = ()
    value: Any = None


_KNOWN: "weakref.WeakValueDictionary[tuple, Node]" = weakref.WeakValueDictionary()


def _node(op: str, args: tuple[Node, ...] = (), value: Any = None) -> Node:
    key = (op, args, value, math.copysign(1, value) if op == "number" else 0)
    found = _KNOWN.get(key)
    if found is None:
        found = _KNOWN[key] = Node(op, args, value)
    return found


def number(value: float) -> Node:
    """Return a number as an expression."""
    return _node("number", (), float(value))


def name(text: str) -> Node:
    """Return a name as an expression."""
    return _node("name", (), text)


def make(op: str, *args: Node) -> Node:
    """Return an operation on expressions, simplified where that is obvious."""
    if op not in OPERATIONS:
        raise ValueError(f"unknown operation {op!r}")
    simple = _SIMPLER.get(op)
    found = simple(*args) if simple else None
    if found is not None:
        return found
    if op not in CONDITIONS and all(arg.op == "number" for arg in args) and args:
        value = float(apply(op, [arg.value for arg in args]))
        if math.isfinite(value):
            return number(value)
    return _node(op, args)


def is_number(node: Node, value: float | None = None) -> bool:
    """Return whether an expression is a number, or this number."""
    return node.op == "number" and (value is None or node.value == value)


def _add(a: Node, b: Node) -> Node | None:
    if is_number(a, 0):
        return b
    if is_number(b, 0):
        return a
    return _without_sign("sub", a, b)


def _sub(a: Node, b: Node) -> Node | None:
    if is_number(b, 0):
        return a
    if is_number(a, 0):
        return make("neg", b)
    return _without_sign("add", a, b)


def _without_sign(op: str, a: Node, b: Node) -> Node | None:
    """Return `op` of a and -b where b has a sign to lose, the opposite of the sum or difference of a and b."""
    if b.op == "neg":
        return make(op, a, b.args[0])
    if b.op == "number" and b.value < 0 and a.op != "number":
        return make(op, a, number(-b.value))
    return None


def _mul(a: Node, b: Node) -> Node | None:
    if is_number(a, 1):
        return b
    if is_number(b, 1):
        return a
    if is_number(a, 0) or is_number(b, 0):
        return number(0)
    if is_number(a, -1):
        return make("neg", b)
    if is_number(b, -1):
        return make("neg", a)
    return None


def _div(a: Node, b: Node) -> Node | None:
    return a if is_number(b, 1) else number(0) if is_number(a, 0) and not is_number(b) else None


def _neg(a: Node) -> Node | None:
    return a.args[0] if a.op == "neg" else None


def _pow(a: Node, b: Node) -> Node | None:
    """Write small whole powers as products: `pow` of an array is an exponential and a logarithm."""
    if b.op != "number" or a.op == "number":
        return None
    if b.value == 0.5:
        return make("sqrt", a)
    if b.value != round(b.value) or abs(b.value) > 16:
        return None
    return whole_power(a, int(b.value))


def _exp(a: Node) -> Node | None:
    """Write exp(n log(x)) as x^n, whose derivative has a value at 0."""
    if a.op == "log":
        return a.args[0]
    if a.op == "mul":
        for log, n in (a.args, a.args[::-1]):
            if log.op == "log":
                return make("pow", log.args[0], n)
    return None


def whole_power(a: Node, n: int) -> Node:
    """Return a to the power of n as products of squares."""
    if n < 0:
        return make("div", number(1), whole_power(a, -n))
    if n == 0:
        return number(1)
    if n == 1:
        return a
    half = whole_power(a, n // 2)
    square = make("mul", half, half)
    return make("mul", square, a) if n % 2 else square


def _if(condition: Node, a: Node, b: Node) -> Node | None:
    if a is b:
        return a
    if condition.op == "number":
        return a if condition.value else b
    return None


def _not(a: Node) -> Node | None:
    return number(0.0 if a.value else 1.0) if a.op == "number" else None


def _compare(op: str) -> Callable[[Node, Node], Node | None]:
    def simpler(a: Node, b: Node) -> Node | None:
        if a.op == b.op == "number":
            return number(float(apply(op, [a.value, b.value])))
        return None

    return simpler


_SIMPLER: dict[str, Callable[..., Node | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "exp": _exp,
    "if": _if,
    "not": _not,
    **{op: _compare(op) for op in (*COMPARISONS, "and", "or")},
}


def in_order(roots: Iterable[Node]) -> list[Node]:
    """Return every node below some expressions once, what an operation is applied to before it."""
    done: dict[Node, None] = {}
    for root in roots:
        waiting = [(root, False)]
        while waiting:
            node, ready = waiting.pop()
            if node in done:
                continue
            if ready:
                done[node] = None
            else:
                waiting.append((node, True))
                waiting += [(arg, False) for arg in reversed(node.args) if arg not in done]
    return list(done)


def names_in(node: Node) -> set[str]:
    """Return the names that an expression reads."""
    return {found.value for found in in_order([node]) if found.op == "name"}


def rebuilt(roots: Iterable[Node], change: Callable[[Node], Node | None]) -> dict[Node, Node]:
    """Return every node below some expressions with what it becomes.

    Args:
        roots: the expressions.
        change: maps a node, whose arguments are changed already, to another one, or to None where it stays.
    """
    new: dict[Node, Node] = {}
    for node in in_order(roots):
        args = tuple(new[arg] for arg in node.args)
        same = node if args == node.args else make(node.op, *args)
        new[node] = change(same) or same
    return new


def substituted(node: Node, values: Mapping[str, Node]) -> Node:
    """Return an expression with expressions in place of some names."""
    return rebuilt([node], lambda one: values.get(one.value) if one.op == "name" else None)[node]


def evaluate(roots: list[Node], values: Mapping[str, Any]) -> list[Any]:
    """Return the values of expressions, numbers or arrays, where names have these values.

    Raises:
        KeyError: a name without value.
    """
    known: dict[Node, Any] = {}
    for node in in_order(roots):
        if node.op == "number":
            known[node] = np.float64(node.value)
        elif node.op == "name":
            known[node] = values[node.value]
        else:
            known[node] = apply(node.op, [known[arg] for arg in node.args])
    return [known[root] for root in roots]
