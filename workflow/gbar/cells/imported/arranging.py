"""Expressions arranged for speed: what does not change in time is worked out once, divisions become factors.

In a product, factors that do not change are gathered into one; below the line they count as 1/x. A quotient of
quotients is one quotient. Only what is used once is taken apart, so that nothing is computed twice. A difference whose
rounding matters stays as the file has it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from gbar.cells.imported.tree import Node, in_order, is_number, make, number


def uses(roots: Iterable[Node]) -> Counter[Node]:
    """Return how often each node below some expressions is used, the roots by those who ask for them."""
    roots = list(roots)
    count: Counter[Node] = Counter(roots)
    for node in in_order(roots):
        count.update(node.args)
    return count


def varying(roots: Iterable[Node], changing: set[str]) -> set[Node]:
    """Return the nodes that read one of these names."""
    found: set[Node] = set()
    for node in in_order(roots):
        if (node.op == "name" and node.value in changing) or any(arg in found for arg in node.args):
            found.add(node)
    return found


def arranged(roots: list[Node], changing: set[str]) -> dict[Node, Node]:
    """Return what each node below some expressions becomes, arranged, the expressions themselves included.

    Args:
        roots: the expressions.
        changing: names of what changes in time.
    """
    first = _round(roots, changing)
    second = _round([first[root] for root in roots], changing)  # what the first round gathers, the second shares
    return {node: second[new] for node, new in first.items() if new in second}


def _round(roots: list[Node], changing: set[str]) -> dict[Node, Node]:
    count, moving = uses(roots), varying(roots, changing)
    new: dict[Node, Node] = {}
    moves: dict[Node, bool] = {}  # of new nodes
    chains: dict[Node, tuple[list[Node], list[Node], int]] = {}  # factors above and below the line, sign
    as_written = {one for node in moving if node.op == "unrounded" for one in in_order([node.args[0]])}

    def chain(node: Node) -> tuple[list[Node], list[Node], int]:
        return chains[node] if node in chains and count[node] == 1 else ([new[node]], [], 1)

    for node in in_order(roots):
        if node not in moving or node in as_written or node.op not in ("mul", "div", "neg"):
            new[node] = make(node.op, *(new[arg] for arg in node.args)) if node.args else node
        else:
            parts = [chain(arg) for arg in node.args]
            if node.op == "neg":
                chains[node] = (parts[0][0], parts[0][1], -parts[0][2])
            else:
                (a, b, s), (c, d, t) = parts
                chains[node] = (a + c, b + d, s * t) if node.op == "mul" else (a + d, b + c, s * t)
            new[node] = _product(*chains[node], moves)
        moves.setdefault(new[node], node in moving)
    return new


def _product(above: list[Node], below: list[Node], sign: int, moves: Mapping[Node, bool]) -> Node:
    """Return one constant times the factors that move over those below the line."""
    moving_above = [one for one in above if moves[one]]
    moving_below = [one for one in below if moves[one]]
    constant = number(sign)
    for one in above:
        if not moves[one]:
            constant = make("mul", constant, one)
    for one in below:
        if not moves[one]:
            constant = make("div", constant, one)
    top = None
    for one in moving_above:
        top = one if top is None else make("mul", top, one)
    under = None
    for one in moving_below:
        under = one if under is None else make("mul", under, one)
    if under is None:
        assert top is not None
        return make("neg", top) if is_number(constant, -1) else make("mul", constant, top)
    if top is None:
        return make("div", constant, under)
    if is_number(constant, -1):
        return make("neg", make("div", top, under))
    return make("div", make("mul", constant, top), under)
