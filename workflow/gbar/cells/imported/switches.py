"""What a file's constants switch off, such as a voltage clamp beside the free-running cell, may read the time."""

from dataclasses import replace

from gbar.cells.imported.model import TIME, Source, reachable
from gbar.cells.imported.tree import Node, evaluate, names_in, number, rebuilt


def settled(source: Source, findings: list[str]) -> Source:
    """Return a file without the branches, on the way to its time, that constants decide against.

    Args:
        source: the file; one whose states do not depend on its time, or that is a loop, stays as it is.
        findings: what is worth telling, added to.
    """
    try:
        order = [one for one in reachable(list(source.rates.values()), source.equations) if one != source.stimulus]
    except ValueError:  # a loop
        return source
    late = [one for one, node in source.rates.items() if TIME in names_in(node)]
    late += [one for one in order if TIME in names_in(source.equations[one])]
    if not late:
        return source
    values: dict[str, float] = {}
    timed, switches = {TIME}, set()

    def truth(node: Node) -> bool | None:
        return bool(evaluate([node], values)[0]) if names_in(node) <= set(values) else None

    def chosen(node: Node) -> Node | None:
        if node.op not in ("if", "and", "or") or not names_in(node) & timed:
            return None
        asked = node.args[:1] if node.op == "if" else node.args
        deciding = [one for one in asked if truth(one) is not None and truth(one) in _DECIDES[node.op]]
        if not deciding:
            return None
        switches.update(names_in(deciding[0]))
        return node.args[1 if truth(deciding[0]) else 2] if node.op == "if" else number(node.op == "or")

    equations = dict(source.equations)
    for one in order:  # each after those it reads
        equations[one] = rebuilt([equations[one]], chosen)[equations[one]]
        if names_in(equations[one]) <= set(values):
            values[one] = float(evaluate([equations[one]], values)[0])
        elif names_in(equations[one]) & timed:
            timed.add(one)
    rates = {one: rebuilt([node], chosen)[node] for one, node in source.rates.items()}
    left = {one: equations[one] for one in reachable(list(rates.values()), equations)} | rates
    off = [one for one in late if one not in left or TIME not in names_in(left[one])]
    if not off:
        return source
    findings.append(f"{', '.join(off)} would read the time, which {', '.join(sorted(switches))} switches off")
    return replace(source, rates=rates, equations=equations)


_DECIDES = {"if": (True, False), "and": (False,), "or": (True,)}
