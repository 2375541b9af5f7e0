"""What can be scaled: each current on the way from the slope of the voltage down to those that are no mere sums.

Scaling multiplies right-hand sides, so that no conductance need be known. The factor acts on the variables that a
current is, after all, a sum of (its leaves): a factor on a sum alone would leave the fluxes of ions as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gbar.cells.imported import aliases
from gbar.cells.imported.model import Source, Told, near
from gbar.cells.imported.sums import Sums
from gbar.cells.imported.tree import Node
from gbar.cells.imported.writing import identifier
from gbar.errors import wrong


@dataclass(frozen=True)
class Scalable:
    """A current that can be scaled.

    Attributes:
        name: under which it is offered: the common name, else the file's.
        meaning: in words.
        leaves: the variables whose right-hand sides are multiplied.
        also: other names of it.
        unit: of the file.
        variable: that it is in the file; None of a group that has none.
    """

    name: str
    meaning: str
    leaves: tuple[str, ...]
    also: tuple[str, ...]
    unit: str
    variable: str | None


def scalables(source: Source, rate_of_voltage: Node, equations: Mapping[str, Node], told: Told) -> list[Scalable]:
    """Return the currents of a file that can be scaled.

    Args:
        source: the file.
        rate_of_voltage: dV/dt.
        equations: those that the states depend on.
        told: the user's names of currents.

    Raises:
        UserError: the user names a variable that is no current of the model.
    """
    walk = Sums(source, equations)
    found: dict[tuple[str, ...], dict[str, None]] = {}  # leaves -> variables
    for variable in walk.down_from(rate_of_voltage):
        found.setdefault(walk.leaves(variable), {})[variable] = None
    all_leaves = {leaf for leaves in found for leaf in leaves}
    for variable in source.equations:
        common = _common(source, variable)
        if common is None or not walk.varies(variable):
            continue
        leaves = walk.leaves(variable)
        if set(leaves) <= all_leaves or (common in aliases.FLUXES and set(leaves) <= set(equations)):
            found.setdefault(leaves, {})[variable] = None
    given = {}
    for name, variable in told.currents:
        if variable not in equations or not walk.varies(variable):
            known = [one for one in equations if walk.varies(one)]
            raise wrong(f"cell.currents.{name}", variable, f"a current of {source.name}{near(variable, known)}")
        given[walk.leaves(variable)] = name
        found.setdefault(walk.leaves(variable), {})[variable] = None
    commons = _commons(source, found, given)
    unique = _unique([variable for variables in found.values() for variable in variables])
    result = [
        _scalable(source, leaves, list(variables), commons.get(leaves), unique) for leaves, variables in found.items()
    ]
    return result + _groups(source, result, all_leaves)


def _common(source: Source, variable: str) -> str | None:
    one = source.variables.get(variable)
    return None if one is None else aliases.of_annotations(one.also) or aliases.of_spelling(one.last)


def _commons(
    source: Source, found: Mapping[tuple[str, ...], Mapping[str, None]], given: Mapping[tuple[str, ...], str]
) -> dict[tuple[str, ...], str]:
    """Return the common names, each of one current: the user's word, then the file's annotations, then its spelling."""
    named = dict(given)
    for by in (aliases.of_annotations, None):
        claims: dict[str, list[tuple[str, ...]]] = {}
        for leaves, variables in found.items():
            for variable in variables:
                one = source.variables.get(variable)
                if one is None:
                    continue
                common = by(one.also) if by else aliases.of_spelling(one.last)
                if common and leaves not in claims.setdefault(common, []):
                    claims[common].append(leaves)
        for common, claimants in claims.items():
            # A sum that holds the others, as INaCa does of its two places, is the current.
            widest = max(claimants, key=len)
            one = widest if all(set(other) <= set(widest) for other in claimants) else None
            if one is not None and one not in named and common not in named.values():
                named[one] = common
    return named


def _unique(variables: list[str]) -> dict[str, str]:
    """Return a short name of each variable: the last part of its name, after its component where that is not unique."""
    last = [one.rpartition(".")[2] for one in variables]
    return {
        one: short if last.count(short) == 1 else one.replace(".", "_")
        for one, short in zip(variables, last, strict=True)
    }


def _scalable(
    source: Source, leaves: tuple[str, ...], variables: list[str], common: str | None, unique: Mapping[str, str]
) -> Scalable:
    first = source.variables[variables[0]]
    name = identifier(common or unique[variables[0]])
    also = dict.fromkeys(
        other
        for variable in variables
        for other in (unique[variable], variable, *source.variables[variable].also)
        if other != name
    )
    if common in aliases.MEANINGS:
        also |= dict.fromkeys(aliases.oxmeta_of(common))
    return Scalable(
        name=name,
        meaning=aliases.MEANINGS.get(name) or first.meaning or f"{variables[0]} of the file",
        leaves=leaves,
        also=tuple(also),
        unit=first.unit.text if first.unit else "1",
        variable=variables[0],
    )


def _groups(source: Source, known: list[Scalable], leaves: set[str]) -> list[Scalable]:
    """Return currents that the file has only in places, as INa_jn and INa_sl, scaled together as INa."""
    names = {one.name for one in known} | {other for one in known for other in one.also}
    groups: dict[str, list[str]] = {}
    for leaf in sorted(leaves):
        component, _, last = leaf.rpartition(".")
        common = aliases.of_spelling(component)
        if common and common not in names and aliases.starts(last, common):
            groups.setdefault(common, []).append(leaf)
    return [
        Scalable(
            name=common,
            meaning=f"{aliases.MEANINGS[common]}: {', '.join(one.rpartition('.')[2] for one in members)}",
            leaves=tuple(members),
            also=tuple(aliases.oxmeta_of(common)),
            unit=unit.text if (unit := source.variables[members[0]].unit) else "1",
            variable=None,
        )
        for common, members in groups.items()
        if len(members) > 1
        and all(leaf in members for leaf in leaves if leaf.rpartition(".")[0] == members[0].rpartition(".")[0])
    ]
