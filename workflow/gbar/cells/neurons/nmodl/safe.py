"""Expressions that have a value at every V, where the file's are 0/0 at some, or step aside of it.

Files write `if (v == -35) { v = v + 0.0001 }` before the quotient (v + 35)/(1 - exp(-(v + 35)/9)). Both go: the
quotient is rewritten to one that needs no such step. Where the result is not the same but for those steps, the file's
is kept.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gbar.cells.imported.singularities import Rewriting
from gbar.cells.imported.tree import Node, evaluate, names_in, rebuilt

LARGEST_STEP = 0.01  # by which a file steps aside, mV or of another argument
VOLTAGES_MV = (-150.0, 100.0, 0.5)
SAME = 1e-3  # relative, at a V that the file steps aside of
LANES = 100


class Safe:
    """Rewrites the expressions of one mechanism."""

    def __init__(self, voltage: str, defaults: Mapping[str, float]):
        """Take the name of the voltage, and the usual values of the names that do not change in time."""
        self._voltage, self._defaults = voltage, defaults

    def __call__(self, nodes: Mapping[str, Node]) -> dict[str, Node]:
        """Return expressions that have a value everywhere, as far as they are of the known kind."""
        return {one: self._safe(node) for one, node in nodes.items()}

    def _safe(self, node: Node) -> Node:
        rewriting = Rewriting({}, self._voltage, self._values(node))
        plain = rewriting(rebuilt([node], _without_step)[node])
        return plain if self._same(node, plain) else rewriting(node)

    def _values(self, node: Node) -> dict[str, Any]:
        """Return random values of all names: arrays of what changes in time, numbers of what does not."""
        random = np.random.default_rng(1)
        values = {}
        for one in sorted(names_in(node)):
            if one == self._voltage:
                values[one] = random.uniform(-120.0, 60.0, LANES)
            elif one in self._defaults:
                # No two alike: what is equal by default only may be set apart.
                values[one] = np.float64(self._defaults[one] * random.uniform(0.9, 1.1) + random.uniform(1e-3, 1e-2))
            else:
                values[one] = random.uniform(0.1, 0.9, LANES)
        return values

    def _same(self, old: Node, new: Node) -> bool:
        grid = np.arange(*VOLTAGES_MV)
        values: dict[str, Any] = {one: np.float64(0.5) for one in names_in(old)}
        values |= {one: np.float64(value) for one, value in self._defaults.items()} | {self._voltage: grid}
        with np.errstate(all="ignore"):
            was, becomes = (np.broadcast_to(one, grid.shape) for one in evaluate([old, new], values))
        known = np.isfinite(was)
        size = np.maximum(np.abs(was), np.abs(becomes))[known]
        return bool(
            np.all(np.isfinite(becomes[known])) and np.all(np.abs(was - becomes)[known] <= SAME * size + 1e-300)
        )


def _without_step(node: Node) -> Node | None:
    """Return x for what is x but at some values of it, where it is x + 0.0001; None for another."""
    if node.op != "if" or not _of_equalities(node.args[0]):
        return None
    stepped, plain = node.args[1:]
    if stepped.op in ("add", "sub") and stepped.args[0] is plain and stepped.args[1].op == "number":
        return plain if abs(stepped.args[1].value) <= LARGEST_STEP else None
    return None


def _of_equalities(condition: Node) -> bool:
    return condition.op == "eq" or (condition.op == "or" and all(_of_equalities(one) for one in condition.args))
