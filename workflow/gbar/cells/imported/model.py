"""What was read from a file of a cell model, in gbar's own terms and free of the library that read it."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gbar.cells.imported.tree import Node, names_in

# Names that no variable of a file can have: its own are `component.variable`.
STIMULUS, TIME, PACE = "<stimulus>", "<time>", "<pace>"
MANY_STATES = 100  # from where on a cell compiles for minutes, not seconds


def derivative(state: str) -> str:
    """Return the name under which equations read the rate of a state."""
    return f"dot({state})"


@dataclass(frozen=True)
class Unit:
    """A unit as powers of SI base units (g, m, s, A, K, cd, mol) and a factor.

    Attributes:
        powers: of the base units.
        factor: how many of the base unit one of this unit is.
        text: as the file has it.
    """

    powers: tuple[float, ...]
    factor: float
    text: str

    def per(self, other: "Unit") -> float | None:
        """Return how many of another unit one of this unit is; None where the two do not convert."""
        return self.factor / other.factor if self.powers == other.powers else None


@dataclass(frozen=True)
class Variable:
    """One variable of the file.

    Attributes:
        name: its qualified name, component.variable.
        unit: its unit; None where the file does not tell.
        meaning: the file's description, or "".
        also: other names that the file gives it: a label, oxmeta terms.
    """

    name: str
    unit: Unit | None
    meaning: str
    also: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        """Last part of the qualified name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Pulses:
    """A train of pulses of the file, in its unit of time.

    Attributes:
        start: of the first pulse.
        length: of a pulse.
        period: from pulse to pulse; 0 for a single one.
        pulses: their number; 0 for a train without end.
        level: height of the pulse that the equations see.
    """

    start: float
    length: float
    period: float
    pulses: int
    level: float


@dataclass(frozen=True)
class Source:
    """A model as its file has it.

    Attributes:
        name: the file's name without its ending.
        title: the model in words.
        reference: what the file says of its origin.
        variables: by qualified name.
        initial: value of each state at the start, in the order of the states.
        rates: right-hand side of each state, per the file's unit of time.
        equations: right-hand side of every other variable, and of rates that others read (`derivative`); the time
            and the pulses are the names `TIME` and `PACE`.
        voltage: the state that is the membrane potential.
        stimulus: the variable that is the stimulus current; None where there is none.
        time: the variable that is the time, with its unit.
        pulses: the file's own; None where it has none.
        findings: what is worth telling about the reading.
    """

    name: str
    title: str
    reference: str
    variables: Mapping[str, Variable]
    initial: Mapping[str, float]
    rates: Mapping[str, Node]
    equations: Mapping[str, Node]
    voltage: str
    stimulus: str | None
    time: str | None
    pulses: Pulses | None
    findings: tuple[str, ...] = field(default=())


def readers(equations: Mapping[str, Node]) -> dict[str, set[str]]:
    """Return who reads each name."""
    found: dict[str, set[str]] = {}
    for reader, node in equations.items():
        for one in names_in(node):
            found.setdefault(one, set()).add(reader)
    return found


def reachable(roots: list[Node], equations: Mapping[str, Node]) -> list[str]:
    """Return the variables that some expressions depend on, each after those it reads.

    Raises:
        ValueError: the equations are a loop; its text names the variables.
    """
    order: dict[str, None] = {}
    under_way: dict[str, None] = {}
    waiting = [(one, False) for root in roots for one in sorted(names_in(root))]
    waiting.reverse()
    while waiting:
        one, ready = waiting.pop()
        if ready:
            order[one] = None
            del under_way[one]
        elif one in under_way:
            loop = [*under_way][[*under_way].index(one) :]
            raise ValueError(" -> ".join([*loop, one]))
        elif one in equations and one not in order:
            under_way[one] = None
            waiting.append((one, True))
            waiting += [(read, False) for read in sorted(names_in(equations[one]), reverse=True)]
    return list(order)


@dataclass(frozen=True)
class Told:
    """What the user says of a file, where guessing would get it wrong.

    Attributes:
        voltage: the state that is the membrane potential.
        stimulus: the variable that is the stimulus current.
        time: the variable that is the time.
        currents: variables by the name under which they shall be scaled.
    """

    voltage: str | None = None
    stimulus: str | None = None
    time: str | None = None
    currents: tuple[tuple[str, str], ...] = ()


def near(text: str, known: Iterable[str]) -> str:
    """Return ", such as ..." with the known names nearest to a text; nothing where none is near."""
    lower = {one.lower(): one for one in known} | {one.rpartition(".")[2].lower(): one for one in known}
    close = difflib.get_close_matches(text.lower(), lower, n=3, cutoff=0.5)
    found = dict.fromkeys(lower[one] for one in close)
    return f", such as {', '.join(found)}" if found else ""
