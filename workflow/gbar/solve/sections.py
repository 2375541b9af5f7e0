"""Long elementwise programs cut into sections, so that XLA computes every intermediate result once.

XLA turns a program into loops over the lanes, one for each result that more than one other reads, but repeats in every
such loop what is cheap: of the step of a 41-state cell three quarters of all multiplications were repetitions, and as
much of the time to compile them. Here what would be repeated becomes the result of a section instead, a function that
is called and not inlined. A section holds what reads results of earlier sections only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jax.experimental.xla_metadata import set_xla_metadata
from jax.extend.core import Jaxpr, JaxprEqn, Literal

# Operations on each element alone: those that cost little, those that cost as much as twenty others, and views.
CHEAP = "add sub mul neg max min abs sign floor ceil round select_n lt le gt ge eq ne and or not is_finite square rem"
DEAR = "div exp exp2 expm1 log log1p sqrt rsqrt pow integer_pow tanh logistic sin cos tan asin acos atan"
FREE = "broadcast_in_dim slice squeeze reshape convert_element_type"
COST: dict[str, int] = {name: cost for names, cost in ((CHEAP, 1), (DEAR, 20), (FREE, 0)) for name in names.split()}
REPEATED = 12  # operations that may be repeated: to keep a result costs about as much


@dataclass(eq=False)
class _Value:
    """A result, or what a program is given.

    Attributes:
        operation: what computes it; None of what is given.
        reads: values and literals that this is applied to.
        place: which of the results of the operation it is.
        given: the value of what is given.
        cut: whether it is the result of a section, not computed where it is read.
        level: number of the section, or of the section after which it is computed.
    """

    operation: JaxprEqn | None = None
    reads: tuple[Any, ...] = ()
    place: int = 0
    given: Any = None
    cut: bool = False
    level: int = 0
    readers: list["_Value"] = field(default_factory=list)

    @property
    def cost(self) -> int | None:
        """Cost of the operation for each element, None where it is none on elements."""
        return None if self.operation is None else COST.get(self.operation.primitive.name)


def in_sections(f: Callable[..., Any], *x: Any) -> Any:
    """Return f(*x) as one kernel of sections; on a GPU, where XLA knows no such calls, as it is."""
    if jax.default_backend() != "cpu":
        return f(*x)
    leaves, tree = jax.tree.flatten(x)
    closed, shape = jax.make_jaxpr(lambda *leaves: f(*jax.tree.unflatten(tree, leaves)), return_shape=True)(*leaves)
    values: list[_Value] = []
    read = _collected(closed.jaxpr, closed.consts, [_Value(given=leaf, cut=True) for leaf in leaves], values, {})
    values = _needed(dict.fromkeys(values), _values(read))
    _cut(values, _values(read))
    given = list({read: None for one in values for read in _values(one.reads) if read.operation is None})

    @jax.jit
    def kernel(*x):
        known = _computed(values, dict(zip(given, x, strict=True)))
        return [known[one] if isinstance(one, _Value) else one for one in read]

    for one in _values(read):
        if one.operation is None and one not in given:
            given.append(one)
    with set_xla_metadata(inlineable="false", xla_cpu_small_call="true"):
        outputs = kernel(*(jnp.asarray(one.given) for one in given))
    return jax.tree.unflatten(jax.tree.structure(shape), outputs)


def separate(count: jax.Array) -> jax.Array:
    """Return a number of steps as it is, in a way that keeps a loop from being compiled as one kernel with all in it.

    XLA takes a small loop whole unless it finds in it what it cannot; a scatter is such a thing. The time to compile a
    kernel grows faster than its size.
    """
    if jax.default_backend() != "cpu":
        return count
    never = jnp.zeros(2, int) + (count < 0)
    return (never + count).at[never].add(never)[0]


def _collected(
    jaxpr: Jaxpr, constants: Sequence[Any], given: Sequence[Any], values: list[_Value], known: dict
) -> list[Any]:
    """Return the results of a program as values, in terms of those given; append those it computes, equal ones once."""
    value: dict[Any, Any] = dict(zip(jaxpr.invars, given, strict=True))
    value |= {v: _Value(given=c, cut=True) for v, c in zip(jaxpr.constvars, constants, strict=True)}
    for equation in jaxpr.eqns:
        reads = [v.val if isinstance(v, Literal) else value[v] for v in equation.invars]
        if equation.primitive.name in ("jit", "pjit"):
            inner = equation.params["jaxpr"]
            found = _collected(inner.jaxpr, inner.consts, reads, values, known)
        else:
            found = [_Value(equation, tuple(reads), k) for k in range(len(equation.outvars))]
            if equation.primitive.name in COST:
                keys = [_key(one, v) for one, v in zip(reads, equation.invars, strict=True)]
                what = str(equation.params) if equation.params else ""
                found = known.setdefault((equation.primitive, what, *keys), found)
            values += found
        value |= dict(zip(equation.outvars, found, strict=True))
    return [v.val if isinstance(v, Literal) else value[v] for v in jaxpr.outvars]


def _values(reads: Iterable[Any]) -> list[_Value]:
    return [one for one in reads if isinstance(one, _Value)]


def _key(read: Any, variable: Any) -> Any:
    return id(read) if isinstance(read, _Value) else (repr(float(read)), variable.aval)


def _needed(values: Iterable[_Value], results: Sequence[_Value]) -> list[_Value]:
    """Return the values that results need, in order, each with its readers."""
    needed = set(results)
    for one in reversed(list(values)):
        if one in needed:
            needed.update(_values(one.reads))
    values = [one for one in values if one in needed]
    for one in values:
        for read in dict.fromkeys(_values(one.reads)):
            read.readers.append(one)
    return values


def _cut(values: Sequence[_Value], results: Sequence[_Value]) -> None:
    """Decide what is the result of a section, and of which."""
    cost: dict[_Value, int] = {}
    forced = set(results)
    for one in values:
        if one.cost is None:
            forced |= {one, *_values(one.reads)}
    for one in values:
        cost[one] = (one.cost or 0) + sum(cost[read] for read in _values(one.reads) if not read.cut)
        one.cut = one in forced or cost[one] * (len(one.readers) - 1) > REPEATED
    groups: dict[_Value, set[_Value]] = {}
    for one in reversed(values):
        groups[one] = set().union(*({reader} if reader.cut else groups[reader] for reader in one.readers))
        if one.cut and one not in forced and len(groups[one]) == 1:
            one.cut = False  # all that reads it is computed in the same loop
    for one in values:
        behind = one.cost is not None  # a section is called before the other operations of its level
        levels = (read.level + (behind and read.cut and read.operation is not None) for read in _values(one.reads))
        one.level = max(levels, default=0)


def _computed(values: Sequence[_Value], known: dict[_Value, Any]) -> dict[_Value, Any]:
    """Return all values that are cut, computed section by section, beside those known."""
    known = dict(known)
    of_level = defaultdict(list)
    for one in values:
        if one.cut:
            of_level[one.level].append(one)
    for _, found in sorted(of_level.items()):
        wanted = [one for one in found if one.cost is not None]
        if wanted:
            known |= zip(wanted, _section(wanted, known), strict=True)
        for one in found:
            if one.cost is None and one not in known:
                made = _applied(one, known)
                known[one] = made[one.place]
                siblings = [other for other in found if other.operation is one.operation and other.reads == one.reads]
                known |= {other: made[other.place] for other in siblings}
    return known


def _section(wanted: Sequence[_Value], known: dict[_Value, Any]) -> Sequence[Any]:
    order: dict[_Value, None] = {}
    given: dict[_Value, None] = {}
    waiting = [(one, False) for one in reversed(wanted)]
    while waiting:
        one, ready = waiting.pop()
        if one in known:
            given[one] = None
        elif ready:
            order[one] = None
        elif one not in order:
            waiting.append((one, True))
            waiting += [(read, False) for read in _values(one.reads)]

    @jax.jit
    def section(*x):
        value = dict(zip(given, x, strict=True))
        for one in order:
            value[one] = _applied(one, value)[one.place]
        return [value[one] for one in wanted]

    with set_xla_metadata(inlineable="false"):
        return section(*(jnp.asarray(known[one]) for one in given))


def _applied(one: _Value, known: dict[_Value, Any]) -> Sequence[Any]:
    operation = one.operation
    assert operation is not None
    reads = (known[read] if isinstance(read, _Value) else read for read in one.reads)
    found = operation.primitive.bind(*reads, **operation.params)
    return found if operation.primitive.multiple_results else [found]
