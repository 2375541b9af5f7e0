"""What is left of 1: `1 - m_inf` of a sigmoid m_inf loses all its digits where that is 1, and is 0 in the end.

Where such a difference divides, as in microscopic reversibility (decker-2009, bartolucci-2020), the rate has no value
there. 1 - 1/(1 + e^U) is 1/(1 + e^-U), which keeps its digits. As long as the difference keeps enough of them, the
cell has its value, to the bit: that is the file's.
"""

from collections.abc import Iterable, Iterator

from gbar.cells.imported.tree import Node, in_order, is_number, make, number, rebuilt

DIGITS = 12  # to which numbers of a file are what they are meant to be: 1.0001 - 0.0001 is 1


def kept(roots: Iterable[Node]) -> dict[Node, Node]:
    """Return what each node below some expressions becomes: itself, unless a difference from 1 divides somewhere."""
    roots = list(roots)
    divides = any(
        complement(part) is not None
        for node in in_order(roots)
        if node.op == "div"
        for part in _terms_and_factors(node.args[1])
    )
    return rebuilt(roots, _kept if divides else lambda _: None)


def _kept(node: Node) -> Node | None:
    exact = complement(node)
    return None if exact is None else make("unrounded", node, exact)


def complement(node: Node) -> Node | None:
    """Return a difference of a number and a sigmoid without the subtraction; None of anything else."""
    return _left(node.args[0].value, node.args[1]) if node.op == "sub" and is_number(node.args[0]) else None


def _left(whole: float, node: Node) -> Node | None:
    """Return what is left of a number, a sigmoid taken off it, where nothing but the sigmoid's 1 is left."""
    if not node.args:
        return None
    a, b = node.args[0], node.args[-1]
    match node.op:
        case "div" if is_number(b) and b.value:
            found = _left(_meant(whole * b.value), a)
            return found and make("div", found, b)
        case "mul" if is_number(a) and a.value:
            found = _left(_meant(whole / a.value), b)
            return found and make("mul", a, found)
        case "add" if is_number(b):
            return _left(_meant(whole - b.value), a)
        case "add" if is_number(a):
            return _left(_meant(whole - a.value), b)
        case "sub" if is_number(b):
            return _left(_meant(whole + b.value), a)
        case "div" if is_number(a, whole) and b.op == "add":
            for one, other in (b.args, reversed(b.args)):
                if is_number(one, 1) and other.op == "exp":
                    falling = make("add", number(1), make("exp", make("neg", other.args[0])))
                    return make("div", number(whole), falling)
    return None


def _meant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _terms_and_factors(node: Node) -> Iterator[Node]:
    """Yield what an expression is made of by sums, products and quotients, at any depth."""
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one
        if one.op in ("add", "sub", "mul", "div", "neg"):
            waiting += one.args
