"""Overflow: a model that does at its own start is refused, and exponentials that may are bounded.

The derivative of 1/(1 + exp(U)) is 0 times infinity where exp(U) overflows, which float32 does from U = 88 on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gbar.cells.imported.tree import Node, evaluate, in_order, make, names_in
from gbar.errors import UserError

VOLTAGES_MV = (-150.0, 100.0, 0.5)  # a cell's, with room
HARMLESS = 60.0  # an exponent below that may be doubled and more without overflow in float32


def check_start(model: str, rates: Mapping[str, Node], start: Mapping[str, Any], voltage: str) -> None:
    """Check that all rates have a value at the start.

    Raises:
        UserError: one has not; its text names the state, the term and its value.
    """
    nodes = in_order(rates.values())
    value = dict(zip(nodes, evaluate(nodes, start), strict=True))
    for state, node in rates.items():
        if np.isfinite(value[node]):
            continue
        term = next(one for one in in_order([node]) if not np.isfinite(value[one]))
        inside = ", ".join(f"{float(value[arg]):.4g}" for arg in term.args)
        raise UserError(
            f"{model}: the rate of {state} has no value at the model's own start (V = {start[voltage]:.4g} mV): "
            f"{term.op}({inside}) is {float(value[term])}"
        )


def bounding(voltage: str, states: Sequence[str], at: Mapping[str, Any]) -> Callable[[Node], Node | None]:
    """Return what writes an exponential as a bounded one where its exponent may be large, for `tree.rebuilt`.

    Args:
        voltage: name of the voltage, in mV.
        states: names of all states.
        at: values of all names.
    """
    known = set(states)
    grid = {name: value for name, value in at.items() if name not in known} | {voltage: np.arange(*VOLTAGES_MV)}

    def change(node: Node) -> Node | None:
        if node.op != "exp":
            return None
        reads = names_in(node) & known
        if (reads == {voltage} and np.max(evaluate([node.args[0]], grid)[0]) <= HARMLESS) or not reads:
            return None
        return make("bounded_exp", node.args[0])

    return change


def singular(rates: Mapping[str, Node], start: Mapping[str, Any], voltage: str) -> Iterator[str]:
    """Yield a sentence for each state whose rate has no value at some voltages of a grid."""
    V = np.arange(*VOLTAGES_MV)
    values = evaluate(list(rates.values()), dict(start) | {voltage: V})
    for state, value in zip(rates, values, strict=True):
        bad = ~np.isfinite(np.broadcast_to(value, V.shape))
        if bad.any():
            shown = ", ".join(f"{one:g}" for one in V[bad][:5])
            others = " and others" if bad.sum() > 5 else ""
            yield f"the rate of {state} has no value at V = {shown} mV{others} in the file: a denominator is 0 there"
