"""What an NMODL file is made of, as the grammar finds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Name:
    """A name that is read."""

    name: str
    line: int


@dataclass(frozen=True)
class Call:
    """A function or procedure with its arguments."""

    name: str
    arguments: tuple["Expression", ...]
    line: int


@dataclass(frozen=True)
class Operation:
    """A sign between two expressions, or before one."""

    sign: str
    arguments: tuple["Expression", ...]


Expression = Number | Name | Call | Operation


@dataclass(frozen=True)
class Assign:
    """name = value."""

    name: str
    value: Expression
    line: int


@dataclass(frozen=True)
class Rate:
    """name' = value."""

    name: str
    value: Expression
    line: int


@dataclass(frozen=True)
class If:
    """One of two lists of statements."""

    condition: Expression
    yes: tuple["Statement", ...]
    no: tuple["Statement", ...]


@dataclass(frozen=True)
class Local:
    """Names of a block's own."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Solve:
    """Where the states take their step."""

    block: str
    line: int


Statement = Assign | Rate | If | Local | Solve | Call


@dataclass(frozen=True)
class Routine:
    """A block of statements; of a PROCEDURE or FUNCTION with the names of its arguments."""

    name: str
    arguments: tuple[str, ...]
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True)
class Ion:
    """What a mechanism reads and writes of an ion: names such as ek, cai, ica.

    Attributes:
        valence: of the ion; None where the file does not tell.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    valence: float | None
    line: int


@dataclass(frozen=True)
class Declared:
    """A PARAMETER or an ASSIGNED variable: its value, if any, and its unit."""

    value: float | None
    unit: str


@dataclass
class File:
    """A mechanism as its file has it.

    Attributes:
        path: of the file, as shown to the user.
        suffix: its name.
        ions: which it uses.
        nonspecific: its currents that no ion carries.
        ranges: names that can differ from compartment to compartment.
        parameters: what can be set.
        constants: numbers under a name.
        assigned: names that statements give values to.
        states: names with a rate.
        initial, breakpoint: these blocks; None where there is none.
        derivatives, procedures, functions: by name.
    """

    path: str
    suffix: str = ""
    ions: dict[str, Ion] = field(default_factory=dict)
    nonspecific: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    parameters: dict[str, Declared] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    assigned: dict[str, Declared] = field(default_factory=dict)
    states: dict[str, Declared] = field(default_factory=dict)
    initial: Routine | None = None
    breakpoint: Routine | None = None
    derivatives: dict[str, Routine] = field(default_factory=dict)
    procedures: dict[str, Routine] = field(default_factory=dict)
    functions: dict[str, Routine] = field(default_factory=dict)

    @property
    def routines(self) -> Mapping[str, Routine]:
        """Procedures and functions by name."""
        return {**self.procedures, **self.functions}
