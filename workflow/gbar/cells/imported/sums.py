"""Sums of a model's equations: what the slope of the voltage adds up, and what those currents are sums of in turn."""

import re
from collections.abc import Iterator, Mapping

from gbar.cells.imported.model import Source, Unit
from gbar.cells.imported.tree import Node, make, names_in, number


class Sums:
    """The way from the slope of the voltage down through sums to what is none."""

    def __init__(self, source: Source, equations: Mapping[str, Node]):
        self._source, self._equations = source, {**source.equations, **equations}
        self._varying: dict[str, bool] = {state: True for state in source.initial}

    def varies(self, name: str) -> bool:
        """Return whether a variable depends on a state."""
        if name not in self._varying:
            self._varying[name] = False  # of loops
            reads = names_in(self._equations[name]) if name in self._equations else set()
            self._varying[name] = any([self.varies(one) for one in sorted(reads)])
        return self._varying[name]

    def terms(self, node: Node) -> list[tuple[Node, str]] | None:
        """Return a sum as coefficients, which do not change in time, and variables; None of anything else."""
        if not any(self.varies(one) for one in names_in(node)):
            return []
        if node.op == "name":
            return [(number(1), node.value)]
        parts = [self.terms(arg) for arg in node.args]
        match node.op, parts:
            case "neg", [list(a)]:
                return [(make("neg", c), v) for c, v in a]
            case "add", [list(a), list(b)]:
                return a + b
            case "sub", [list(a), list(b)]:
                return a + [(make("neg", c), v) for c, v in b]
            case "mul", [[], list(b)]:
                return [(make("mul", node.args[0], c), v) for c, v in b]
            case "mul", [list(a), []]:
                return [(make("mul", c, node.args[1]), v) for c, v in a]
            case "div", [list(a), []]:
                return [(make("div", c, node.args[1]), v) for c, v in a]
        return None

    def parts(self, variable: str) -> list[tuple[Node, str]]:
        """Return what a variable is a sum of; nothing where it is none."""
        if variable in self._source.initial or variable not in self._equations:
            return []
        terms = self.terms(self._equations[variable]) or []
        return [] if any(one in self._source.initial for _, one in terms) else terms

    def leaves(self, variable: str) -> tuple[str, ...]:
        """Return the variables that it is a sum of after all, itself where it is none."""
        parts = self.parts(variable)
        return tuple(sorted({leaf for _, one in parts for leaf in self.leaves(one)})) if parts else (variable,)

    def down_from(self, node: Node) -> Iterator[str]:
        """Yield the currents that an expression adds up, and those that these are sums of."""
        waiting = self._below_total([one for _, one in self._summed(node)])
        seen: set[str] = set()
        while waiting:
            one = waiting.pop(0)
            if one in seen or one in self._source.initial:
                continue
            seen.add(one)
            parts = self.parts(one)
            below = parts if self._is_of_currents(one, parts) else []
            if not below or (all(_is_plus_or_minus_1(c) for c, _ in below) and not self._is_total(one)):
                yield one
            waiting += [v for _, v in below]

    def _below_total(self, variables: list[str]) -> list[str]:
        """Return what the slope adds up where one variable is all of it, as one that is called dV_dt may be."""
        while len(variables) == 1 and (parts := self.parts(variables[0])):
            variables = [one for _, one in parts]
        return variables

    def _summed(self, node: Node) -> list[tuple[Node, str]]:
        """Return the terms of an expression, also of one that is not a sum throughout."""
        whole = self.terms(node)
        if whole is not None:
            return whole
        match node.op:
            case "neg":
                return self._summed(node.args[0])
            case "add" | "sub":
                return self._summed(node.args[0]) + self._summed(node.args[1])
            case "mul" | "div" if self.terms(node.args[1]) == []:
                return self._summed(node.args[0])
            case "mul" if self.terms(node.args[0]) == []:
                return self._summed(node.args[1])
        return []

    def _is_total(self, variable: str) -> bool:
        """Return whether a sum is the total current or another of no channel in particular."""
        name = self._source.variables[variable].last.lower() if variable in self._source.variables else ""
        return bool(re.fullmatch(r"i_?(ion|tot|total|ion_?tot|m)\w*|\w+_?tot(al)?\w*", name))

    def _is_of_currents(self, variable: str, parts: list[tuple[Node, str]]) -> bool:
        """Return whether a sum is one of currents, as INa + ICaL is, and not one current of two fluxes."""
        unit = self._unit(variable)
        return bool(parts) and all(
            c.op == "number" and (unit is None or self._unit(v) is None or unit.per(self._unit(v) or unit) is not None)
            for c, v in parts
        )

    def _unit(self, variable: str) -> Unit | None:
        return self._source.variables[variable].unit if variable in self._source.variables else None


def _is_plus_or_minus_1(node: Node) -> bool:
    return node.op == "number" and abs(node.value) == 1
