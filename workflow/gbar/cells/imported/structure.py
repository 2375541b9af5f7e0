"""The structure of a model's equations, which the solver lives on: who depends on whom, which states are eliminated.

A linear system with the pattern of the Jacobian costs about n^3 for the n states of the core and m^3 for every group of
m others that are coupled to each other. States are moved into and out of the core as long as that makes it cheaper.
"""

from collections.abc import Mapping, Sequence

from gbar.cells.imported.tree import Node, in_order


def dependencies(rates: Mapping[str, Node], states: Sequence[str]) -> dict[str, set[str]]:
    """Return the states that each state's rate depends on; the rates read states and constants only."""
    known = set(states)
    reads: dict[Node, frozenset[str]] = {}
    for node in in_order(rates.values()):
        if node.op == "name":
            reads[node] = frozenset([node.value]) & known
        else:
            reads[node] = frozenset().union(*(reads[arg] for arg in node.args))
    return {state: set(reads[node]) for state, node in rates.items()}


def core_of(reads: Mapping[str, set[str]], voltage: str) -> list[str]:
    """Return the states of the core, the voltage first.

    Args:
        reads: as `dependencies` returns them.
        voltage: the membrane potential.
    """
    neighbours = {
        state: {other for other in reads if other in reads[state] or state in reads[other]} - {state} for state in reads
    }
    others = [state for state in reads if state != voltage]
    found = [_improved(start, others, voltage, neighbours) for start in ([], others)]
    best = min(found, key=lambda core: _cost([voltage, *core], neighbours))
    return [voltage, *(state for state in others if state in best)]


def _improved(
    start: Sequence[str], others: Sequence[str], voltage: str, neighbours: Mapping[str, set[str]]
) -> frozenset[str]:
    """Return a core, without the voltage, that no move of a state in, out or for another makes cheaper."""
    core = frozenset(start)
    best = _cost([voltage, *core], neighbours)
    while True:
        single = [core ^ {state} for state in others]
        tried = min(single, key=lambda one: _cost([voltage, *one], neighbours), default=core)
        if _cost([voltage, *tried], neighbours) >= best:
            swapped = [core - {out} | {into} for out in core for into in others if into not in core]
            tried = min(swapped, key=lambda one: _cost([voltage, *one], neighbours), default=core)
            if _cost([voltage, *tried], neighbours) >= best:
                return core
        core, best = tried, _cost([voltage, *tried], neighbours)


def groups(core: Sequence[str], neighbours: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of states outside the core that are coupled to each other."""
    left = [state for state in neighbours if state not in set(core)]
    found: list[list[str]] = []
    seen = set(core)
    for state in left:
        if state in seen:
            continue
        seen.add(state)
        group, waiting = [], [state]
        while waiting:
            one = waiting.pop()
            group.append(one)
            for other in neighbours[one]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        found.append(group)
    return found


def _cost(core: Sequence[str], neighbours: Mapping[str, set[str]]) -> tuple[int, int]:
    sizes = [len(group) for group in groups(core, neighbours)]
    return len(core) ** 3 + sum(size**3 for size in sizes), len(core)
