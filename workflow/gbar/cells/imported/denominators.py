"""Denominators that vanish: one of the voltage alone is kept off 0, one inside of another is multiplied out.

1/((a/x)^2 + 1) is 0 at x = 0, but on the way there a/x overflows, in float32 early on; x^2/(a^2 + x^2) does not. Where
a model has a pole of its own, as a time constant 2 - V/40 has at 80 mV, its rates are large there, but finite.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gbar.cells.imported.bounding import VOLTAGES_MV
from gbar.cells.imported.singularities import factors, product
from gbar.cells.imported.tree import Node, evaluate, make, names_in, number

NOTHING = 1e-6  # of what a denominator is around where it vanishes: it is kept off 0 by that
AROUND_MV = 2.0
VANISHES, OVERFLOWS = 1e-12, 1e30  # of what is multiplied out
SAME = 1e-12


def kept_off_zero(voltage: str, states: Sequence[str], at: Mapping[str, Any]) -> Callable[[Node], Node | None]:
    """Return what writes a quotient so that its denominator does not vanish, for `tree.rebuilt`.

    Args:
        voltage: name of the voltage, in mV.
        states: names of all states.
        at: values of all names at random states.
    """
    known = set(states)
    grid = {name: np.ravel(value)[0] if name in known else value for name, value in at.items()}
    grid[voltage] = np.arange(*VOLTAGES_MV)

    def change(node: Node) -> Node | None:
        if node.op != "div" or not (reads := names_in(node.args[1]) & known):
            return None
        above, below = node.args
        if reads == {voltage}:
            size = NOTHING * _size_around_zero(evaluate([below], grid)[0])
            if not size:
                return None
            least = number(float(f"{size:.3g}"))
            return make("div", above, make("if", make("lt", make("abs", below), least), least, below))
        return _multiplied_out(above, below)

    def _multiplied_out(above: Node, below: Node) -> Node | None:
        if below.op not in ("add", "sub"):
            return None
        for k, term in enumerate(below.args):
            over, under = factors(term)
            moving = [one for one in under if names_in(one) & known]
            if not moving:
                continue
            divisor = product(moving, [])
            size = np.abs(evaluate([divisor], grid)[0])
            if not (np.min(size) < VANISHES and np.max(size) < OVERFLOWS):
                continue
            rest = product(over, [one for one in under if one not in moving])
            terms = [rest, make("mul", below.args[1 - k], divisor)]
            new = make("div", make("mul", above, divisor), make(below.op, *(terms if k == 0 else reversed(terms))))
            if _same(make("div", above, below), new, at):
                return new
        return None

    return change


def _size_around_zero(value: np.ndarray) -> float:
    """Return the largest size of a function of the grid of voltages next to where it vanishes; 0 where it does not."""
    sign = np.sign(value)
    zeros = np.flatnonzero((sign == 0) | (np.diff(sign, append=sign[-1]) != 0) & np.isfinite(value))
    reach = round(AROUND_MV / VOLTAGES_MV[2])
    around = [np.abs(value[max(0, k - reach) : k + reach + 1]) for k in zeros]
    return max((float(np.max(one, initial=0.0, where=np.isfinite(one))) for one in around), default=0.0)


def _same(old: Node, new: Node, at: Mapping[str, Any]) -> bool:
    with np.errstate(all="ignore"):
        was, becomes = evaluate([old, new], at)
    known = np.isfinite(was)
    return bool(np.all(np.abs(was - becomes)[known] <= SAME * np.abs(was)[known] + 1e-300))
