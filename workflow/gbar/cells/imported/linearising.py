"""The Jacobian of the rates as expressions, by elimination on the graph of the computation.

Every operation is a vertex, its partial derivatives are edges from what it reads. A vertex is eliminated by joining
those before it to those behind it with products of edges; once all are gone, the edges left lead from states to rates.
The vertex with the fewest such pairs goes first (Markowitz), which is nearly as cheap as can be: a few hundred products
where differentiating operation by operation takes thousands.

Griewank A, Walther A. Evaluating derivatives, 2nd ed. SIAM 2008, chapter 9.
"""

import heapq
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gbar.cells.imported.arranging import varying
from gbar.cells.imported.tree import Node, evaluate, in_order, is_number, make, name, number, rebuilt

ZERO, ONE = number(0), number(1)


def linearised(
    rates: Mapping[str, Node], states: list[str], start: Mapping[str, Any] | None = None
) -> tuple[dict[str, Node], dict[tuple[str, str], Node]]:
    """Return rates, written so that they share most with their derivatives, and these.

    Where a derivative has no value at the start, as that of a root has at 0, roots count as level there: a Jacobian
    that is infinite would hold its state where it is for ever.

    Args:
        rates: of the states.
        states: by which to differentiate.
        start: values of all names at the start; None where the derivatives are not to be looked at.

    Returns:
        rates by state, and d(rate of i)/d(state j) under (i, j) for every pair that is coupled; none for a state j
        that stays as it is, whatever the others do.
    """
    states = [state for state in states if state not in rates or not is_number(rates[state], 0)]
    written, entries = _differentiated(rates, states, _partials)
    if start is None or all(np.isfinite(one).all() for one in evaluate(list(entries.values()), start)):
        return written, entries
    return _differentiated(rates, states, _level_at_zero)


def _differentiated(
    rates: Mapping[str, Node], states: list[str], partials: Callable[[Node], list[Node | None]]
) -> tuple[dict[str, Node], dict[tuple[str, str], Node]]:
    changed = rebuilt(rates.values(), lambda node: _with_reciprocal(node, set(states)))
    rates = {state: changed[node] for state, node in rates.items()}
    moving = varying(rates.values(), set(states))
    before: dict[object, dict[object, Node]] = {}
    behind: dict[object, dict[object, Node]] = {}

    def join(a: object, b: object, weight: Node) -> None:
        if is_number(weight, 0):
            return
        old = before.setdefault(b, {}).get(a)
        total = weight if old is None else make("add", old, weight)
        before[b][a] = behind.setdefault(a, {})[b] = total

    for node in in_order(rates.values()):
        if node in moving and node.op != "name":
            for arg, weight in zip(node.args, partials(node), strict=True):
                if arg in moving and weight is not None:
                    join(arg, node, weight)
    for state, node in rates.items():
        if node in moving:
            join(node, ("rate", state), ONE)
    _eliminate(
        [node for node in in_order(rates.values()) if node in moving and node.op != "name"], before, behind, join
    )
    entries = {}
    for row in rates:
        for column in states:
            weight = before.get(("rate", row), {}).get(name(column))
            if weight is not None:
                entries[row, column] = weight
    return rates, entries


def _eliminate(vertices: list[Node], before: dict, behind: dict, join) -> None:
    place = {node: k for k, node in enumerate(vertices)}

    def pairs(node: Node) -> int:
        return len(before.get(node, ())) * len(behind.get(node, ()))

    queue = [(pairs(node), place[node], node) for node in vertices]
    heapq.heapify(queue)
    gone = set()
    while queue:
        cost, _, node = heapq.heappop(queue)
        if node in gone:
            continue
        if cost != pairs(node):
            heapq.heappush(queue, (pairs(node), place[node], node))
            continue
        gone.add(node)
        into, out = before.pop(node, {}), behind.pop(node, {})
        for a in into:
            del behind[a][node]
        for b in out:
            del before[b][node]
        for b, after in out.items():
            for a, ahead in into.items():
                join(a, b, times(after, ahead))


def times(a: Node, b: Node) -> Node:
    """Return a product; where a condition makes a factor 0, the other is not looked at, so that it may be anything."""
    for one, other in ((a, b), (b, a)):
        if one.op == "if" and (is_number(one.args[1], 0) or is_number(one.args[2], 0)):
            condition, yes, no = one.args
            return make("if", condition, *(ZERO if is_number(x, 0) else times(x, other) for x in (yes, no)))
    return make("mul", a, b)


def _with_reciprocal(node: Node, states: set[str]) -> Node | None:
    """Write a/b as a times 1/b where b moves: the derivatives need 1/b."""
    if node.op == "div" and not is_number(node.args[0], 1) and node.args[1] in varying([node.args[1]], states):
        return make("mul", node.args[0], make("div", ONE, node.args[1]))
    return None


def _level_at_zero(node: Node) -> list[Node | None]:
    """Return the derivatives of an operation, 0 by the argument of a root that is 0."""
    by_first, *others = _partials(node)
    if node.op not in ("sqrt", "pow") or by_first is None:
        return [by_first, *others]
    is_zero = make("eq", node.args[0], ZERO)
    steep = is_zero if node.op == "sqrt" else make("and", is_zero, make("lt", node.args[1], ONE))
    return [make("if", steep, ZERO, by_first), *others]


def _partials(node: Node) -> list[Node | None]:
    """Return the derivative of an operation by each of its arguments; None where it does not change with it."""
    a = node.args[0]
    match node.op:
        case "add":
            return [ONE, ONE]
        case "sub":
            return [ONE, number(-1)]
        case "neg":
            return [number(-1)]
        case "mul":
            return [node.args[1], a]
        case "div":
            over = make("div", ONE, node.args[1])
            return [over, make("neg", make("mul", node, over))]
        case "pow":
            n = node.args[1]
            by_base = make("mul", n, make("pow", a, make("sub", n, ONE)))
            return [by_base, make("mul", node, make("log", a))]
        case "exp" | "bounded_exp":
            return [node]
        case "expm1":
            return [make("exp", a)]
        case "log":
            return [make("div", ONE, a)]
        case "sqrt":
            return [make("div", number(0.5), node)]
        case "sin":
            return [make("cos", a)]
        case "cos":
            return [make("neg", make("sin", a))]
        case "tan":
            return [make("add", ONE, make("mul", node, node))]
        case "asin" | "acos":
            slope = make("div", ONE, make("sqrt", make("sub", ONE, make("mul", a, a))))
            return [slope if node.op == "asin" else make("neg", slope)]
        case "atan":
            return [make("div", ONE, make("add", ONE, make("mul", a, a)))]
        case "abs":
            return [make("if", make("lt", a, ZERO), number(-1), ONE)]
        case "if":
            return [None, make("if", a, ONE, ZERO), make("if", a, ZERO, ONE)]
        case "unrounded":
            return [None, ONE]  # of two ways to write the same, that which keeps its digits
        case "mod":
            return [ONE, make("neg", make("floor", make("div", a, node.args[1])))]
        case "linear_over_exp":
            return [make("slope_of_linear_over_exp", a)]
    return [None] * len(node.args)  # conditions, floor, ceil
