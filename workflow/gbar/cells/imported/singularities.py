"""Quotients that are 0/0 at some voltage, as U/(exp(U) - 1) is at U = 0, rewritten so that none is.

Files spell them in many ways: a (V - b)/(1 - exp(-(V - b)/c)), the flux of Goldman, Hodgkin and Katz, with the
exponential or the difference under a name of its own. Whatever the spelling, numerator and denominator are split into
factors: a difference c (exp(U) - 1) on one side of the line, U linear in V, and something on the other that U divides.
A rewritten quotient is taken only if it has the value of the original wherever that has one.
"""

from collections.abc import Mapping

import numpy as np

from gbar.cells.imported.tree import Node, evaluate, is_number, make, names_in, number, rebuilt

SAME = 1e-12  # relative difference from the original
AWAY = 0.05  # |U| from where on the original's own rounding is below that
NEAR = 0.1  # |U| up to where such a quotient is rewritten
GUARD = 2e-7  # by what a file may keep exp(U) - 1 off 0, as exp(U) - 1.00000001 does


class Rewriting:
    """Rewrites the equations of one model, and counts what it did."""

    def __init__(self, equations: Mapping[str, Node], voltage: str, values: Mapping[str, np.ndarray]):
        """Take the equations, the name of the voltage in them, and values of all names at random states."""
        self._equations, self._voltage, self._values = equations, voltage, values
        self._constant = {name: self._is_constant(value) for name, value in values.items()}
        self._linear: dict[Node, tuple[Node, Node] | None] = {}
        self._guarded: set[Node] = set()  # U of differences that the file keeps off 0
        self.count = 0

    @staticmethod
    def _is_constant(value: np.ndarray) -> bool:
        return np.ndim(value) == 0

    def __call__(self, node: Node) -> Node:
        """Return an expression whose quotients have a value everywhere, as far as they are of the known kind."""
        return rebuilt([node], self._better)[node]

    def _better(self, node: Node) -> Node | None:
        if node.op not in ("mul", "div"):
            return None
        above, below = factors(node)
        for differences, others, upside_down in ((below, above, False), (above, below, True)):
            for k, factor in enumerate(differences):
                split = self._difference(factor)
                if split is None:
                    continue
                U, rest = split
                for j, one in enumerate(others):
                    divided = self._over(one, U)
                    if divided is None:
                        continue
                    with_U = [*others[:j], divided, *others[j + 1 :], make("linear_over_exp", U)]
                    without = [*differences[:k], rest, *differences[k + 1 :]]
                    new = product(without, with_U) if upside_down else product(with_U, without)
                    if self._same(node, new, U):
                        self.count += 1
                        return self._where_needed(node, new, U) if U in self._guarded else new
        return None

    def _where_needed(self, old: Node, new: Node, U: Node) -> Node:
        """Return a quotient that the file keeps off 0/0 as the file has it, but for around there."""
        return make("if", make("lt", make("abs", U), number(NEAR)), new, old)

    def _same(self, old: Node, new: Node, U: Node) -> bool:
        with np.errstate(all="ignore"):
            was, becomes, u = evaluate([old, new, U], self._values)
        at = (np.abs(u) > AWAY) & np.isfinite(was)
        same = SAME + (GUARD / np.abs(np.expm1(u)) if U in self._guarded else 0.0)
        apart, size = np.abs(was - becomes), np.maximum(np.abs(was), np.abs(becomes))
        return bool(np.all((apart <= same * size + 1e-300)[at]))

    def _opened(self, node: Node) -> Node:
        """Return what a name of an equation that varies stands for."""
        while node.op == "name" and node.value in self._equations and not self._constant.get(node.value, True):
            node = self._equations[node.value]
        return node

    def _difference(self, node: Node) -> tuple[Node, Node] | None:
        """Return U and the rest of an expression (exp(U) - 1) rest; None of another."""
        node = self._opened(node)
        match node.op:
            case "expm1":
                return (node.args[0], number(1)) if self.linear(node.args[0]) else None
            case "neg":
                split = self._difference(node.args[0])
                return split and (split[0], make("neg", split[1]))
            case "mul" | "div":
                a, b = node.args
                split = self._difference(a)
                if split:
                    return split[0], make(node.op, split[1], b)
                split = self._difference(b) if node.op == "mul" else None
                return split and (split[0], make("mul", a, split[1]))
            case "sub":
                return self._minus(*node.args) or _negative(self._minus(node.args[1], node.args[0]))
            case "add":
                a, b = node.args
                for one, other in ((a, b), (b, a)):
                    if is_number(other):
                        return self._minus(one, number(-other.value))
        return None

    def _minus(self, a: Node, b: Node) -> tuple[Node, Node] | None:
        """Return U and c of c exp(U) - c."""
        if not self.constant(b):
            return None
        a = self._opened(a)
        scale = number(1)
        if a.op == "mul":
            left, right = a.args
            scale, a = (left, right) if self.constant(left) else (right, left)
            a = self._opened(a)
        if a.op != "exp" or self.linear(a.args[0]) is None:
            return None
        if scale is not b:
            if not (is_number(scale) and is_number(b) and abs(scale.value - b.value) <= GUARD * abs(scale.value)):
                return None
            self._guarded.add(a.args[0])
        return a.args[0], scale

    def constant(self, node: Node) -> bool:
        """Return whether an expression does not change in time."""
        return all(self._constant.get(one, False) for one in names_in(node))

    def linear(self, node: Node) -> tuple[Node, Node] | None:
        """Return a and b of an expression a V + b, both constant and a not 0; None of another."""
        if node not in self._linear:
            self._linear[node] = None
            found = self._as_linear(node)
            self._linear[node] = found if found and not is_number(found[0], 0) else None
        return self._linear[node]

    def _as_linear(self, node: Node) -> tuple[Node, Node] | None:
        if self.constant(node):
            return number(0), node
        if node.op == "name":
            if node.value == self._voltage:
                return number(1), number(0)
            opened = self._opened(node)
            return None if opened is node else self._as_linear(opened)
        if node.op == "neg":
            inner = self._as_linear(node.args[0])
            return inner and (make("neg", inner[0]), make("neg", inner[1]))
        if node.op not in ("add", "sub", "mul", "div"):
            return None
        a, b = (self._as_linear(arg) for arg in node.args)
        if a is None or b is None:
            return None
        match node.op:
            case "add" | "sub":
                return make(node.op, a[0], b[0]), make(node.op, a[1], b[1])
            case "mul" if is_number(a[0], 0):
                return make("mul", a[1], b[0]), make("mul", a[1], b[1])
            case "mul" | "div" if is_number(b[0], 0):
                return make(node.op, a[0], b[1]), make(node.op, a[1], b[1])
        return None

    def _over(self, node: Node, U: Node) -> Node | None:
        """Return an expression divided by U where U is a factor of it."""
        mine, of_U = self.linear(node), self.linear(U)
        if mine and of_U and self._proportional(mine, of_U):
            return make("div", mine[0], of_U[0])
        node = self._opened(node)
        match node.op:
            case "neg":
                inner = self._over(node.args[0], U)
                return inner and make("neg", inner)
            case "mul":
                for one, other in (node.args, reversed(node.args)):
                    inner = self._over(one, U)
                    if inner:
                        return make("mul", inner, other)
            case "div":
                inner = self._over(node.args[0], U)
                return inner and make("div", inner, node.args[1])
            case "add" | "sub":
                a, b = (self._over(arg, U) for arg in node.args)
                return make(node.op, a, b) if a and b else None
        return None

    def _proportional(self, a: tuple[Node, Node], b: tuple[Node, Node]) -> bool:
        slope_a, at_0_a, slope_b, at_0_b = evaluate([*a, *b], self._values)
        return bool(abs(at_0_a * slope_b - at_0_b * slope_a) <= 1e-9 * abs(slope_a * slope_b))


def _negative(split: tuple[Node, Node] | None) -> tuple[Node, Node] | None:
    return split and (split[0], make("neg", split[1]))


def factors(node: Node) -> tuple[list[Node], list[Node]]:
    """Return the factors above and below the line of a product of quotients."""
    if node.op == "mul":
        (a, b), (c, d) = (factors(arg) for arg in node.args)
        return a + c, b + d
    if node.op == "div":
        (a, b), (c, d) = (factors(arg) for arg in node.args)
        return a + d, b + c
    return [node], []


def product(above: list[Node], below: list[Node]) -> Node:
    """Return factors above and below the line as one expression."""
    result, under = number(1), number(1)
    for one in above:
        result = make("mul", result, one)
    for one in below:
        under = make("mul", under, one)
    return make("div", result, under)
