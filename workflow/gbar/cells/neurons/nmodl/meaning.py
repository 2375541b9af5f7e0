"""What a mechanism does: its currents, its states a step later, its states at the start, as expressions.

A variable that one block leaves and another reads first keeps its value in between. What BREAKPOINT reads of the step
of the states was computed at the V it has now; what the step reads of BREAKPOINT, at the V before it; what both read
of INITIAL, at the V of the start.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass

from gbar.cells.imported.linearising import linearised
from gbar.cells.imported.tree import Node, make, name, names_in, number, substituted
from gbar.cells.neurons.nmodl import syntax
from gbar.cells.neurons.nmodl.running import DT, Run
from gbar.cells.neurons.nmodl.safe import Safe
from gbar.errors import UserError

V, V_BEFORE, V_START = "v", "<v before>", "<v at the start>"
SURROUNDINGS = ("celsius", "diam", "area")  # what a compartment tells its mechanisms, beside V and ions
TIME = "t"
TOTAL, SLOPE = "<total>", "<slope>"


@dataclass(frozen=True)
class Meaning:
    """A mechanism in terms of V, its states, what it reads of ions, its parameters and `SURROUNDINGS`.

    Attributes:
        file: what it is made of.
        currents: its currents by name, mA/cm2 outward; `TOTAL` and its derivative by V, `SLOPE`, in S/cm2.
        step: every state and every concentration it writes after a step of `DT` ms.
        initial: the same at the start.
        parameters: what can be set, with default values and units.
        reads: what it reads of ions.
        writes: concentrations that it writes.
    """

    file: syntax.File
    currents: Mapping[str, Node]
    step: Mapping[str, Node]
    initial: Mapping[str, Node]
    parameters: Mapping[str, syntax.Declared]
    reads: tuple[str, ...]
    writes: tuple[str, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Everything that it keeps from step to step."""
        return tuple(self.step)


def meaning(file: syntax.File) -> Meaning:
    """Return what a mechanism does.

    Raises:
        UserError: a name that is nothing, a rate that is not linear, a value kept from step to step, or time read.
    """
    return _Meaning(file).found()


class _Meaning:
    def __init__(self, file: syntax.File):
        self._file = file
        ions = file.ions.values()
        self._of_ions = tuple(dict.fromkeys(one for ion in ions for one in (*ion.reads, *ion.writes)))
        self._currents = [*(one for ion in ions for one in ion.writes if one == f"i{ion.name}"), *file.nonspecific]
        self._concentrations = tuple(one for ion in ions for one in ion.writes if one != f"i{ion.name}")
        given = {V, DT, TIME, *SURROUNDINGS, *self._of_ions, *file.states}
        self._written = self._names_written() - given
        self._parameters = {
            one: declared
            for one, declared in file.parameters.items()
            if one not in given and one not in self._written and one not in file.constants
        }
        self._known = (
            {one: number(value) for one, value in file.constants.items()}
            | {one: name(one) for one in (*given, *self._parameters)}
            | {V: name(V)}
        )

    def found(self) -> Meaning:
        file = self._file
        initial, currents, step = (Run(file, self._known) for _ in range(3))
        if file.initial is not None:
            initial.statements(file.initial.body, "INITIAL")
        solved = []
        if file.breakpoint is not None:
            solved = [one for one in _all(file.breakpoint.body) if isinstance(one, syntax.Solve)]
            currents.statements(file.breakpoint.body, "BREAKPOINT")
        for one in solved:
            if one.block not in file.derivatives:
                raise self._error(f"SOLVE {one.block}: there is no DERIVATIVE {one.block}", one.line)
            step.statements(file.derivatives[one.block].body, one.block)
        self._initial, self._at_currents, self._at_step = initial, currents, step
        for state in file.states:
            if state in currents.values:
                raise self._error(f"{state} is a STATE and changed in BREAKPOINT; that is not supported")
        new = {one: step.values.get(one, name(one)) for one in file.states}
        new |= {one: self._concentration(one, new) for one in self._concentrations if one not in new}
        first = {one: self._start(one) for one in new}
        written = {one: currents.values.get(one, number(0)) for one in self._currents}
        safe = Safe(V, self._defaults() | dict.fromkeys(currents.read, 0.5))
        written = safe(written)
        total = number(0)
        for node in written.values():
            total = make("add", total, node)
        slope = linearised({"": total}, [V])[1].get(("", V), number(0))
        written |= {TOTAL: total, SLOPE: slope}
        meant = Meaning(
            file,
            safe({one: self._resolved_in_currents(node) for one, node in written.items()}),
            safe({one: self._resolved_in_step(node) for one, node in new.items()}),
            safe(first),
            {one: self._parameters[one] for one in self._parameters},
            tuple(one for ion in file.ions.values() for one in ion.reads),
            self._concentrations,
        )
        self._check_time(meant)
        return meant

    def _defaults(self) -> dict[str, float]:
        """Return usual values of what does not change in time."""
        surroundings = dict(zip(SURROUNDINGS, (34.0, 1.0, 100.0), strict=True)) | {V_START: -65.0}
        return surroundings | {one: declared.value or 0.0 for one, declared in self._parameters.items()}

    def _names_written(self) -> set[str]:
        """Return the names that statements give values to, those of a block's own left out."""
        file, found = self._file, set()
        blocks = [one for one in (file.initial, file.breakpoint) if one is not None]
        for block in [*blocks, *file.derivatives.values(), *file.routines.values()]:
            statements = list(_all(block.body))
            own = {name for one in statements if isinstance(one, syntax.Local) for name in one.names}
            written = {one.name for one in statements if isinstance(one, syntax.Assign)}
            found |= written - own - {block.name, *block.arguments}
        return found

    def _start(self, state: str) -> Node:
        """Return a state at the start: as INITIAL leaves it, else that of the ion, else 0."""
        node = self._initial.values.get(state)
        if node is None:
            return name(state) if state in self._of_ions else number(0)
        unset = dict.fromkeys({*self._file.states} - {*self._of_ions}, number(0))
        return substituted(node, unset | self._unset_at_start())

    def _unset_at_start(self) -> dict[str, Node]:
        """Return what INITIAL finds in variables that it reads before it sets them."""
        return {one: number(self._declared_value(one)) for one in self._initial.read}

    def _declared_value(self, one: str) -> float:
        declared = self._file.parameters.get(one) or self._file.assigned.get(one)
        return declared.value or 0.0 if declared else 0.0

    def _concentration(self, one: str, new: Mapping[str, Node]) -> Node:
        """Return a concentration that is no state: as the step leaves it, or BREAKPOINT with the new states."""
        node = self._at_step.values.get(one)
        if node is None:
            node = substituted(self._at_currents.values.get(one, name(one)), new)
        return node

    def _resolved_in_currents(self, node: Node) -> Node:
        return self._resolved(node, self._at_currents, self._at_step, self._resolved_in_step, {DT, *self._file.states})

    def _resolved_in_step(self, node: Node) -> Node:
        def before(found: Node) -> Node:
            return substituted(found, {V: name(V_BEFORE)})

        return self._resolved(node, self._at_step, self._at_currents, before, self._at_currents.read)

    def _resolved(self, node: Node, here: Run, other: Run, seen: Callable[[Node], Node], unknown: Set[str]) -> Node:
        """Return a node of one run without the variables that it reads before it sets them.

        Args:
            node: the node.
            here: the run.
            other: the run that may have set them.
            seen: makes of a value of the other run what it is here.
            unknown: what such a value must not depend on.
        """
        values = {}
        for one in names_in(node) & here.read:
            if one in other.values:
                values[one] = seen(other.values[one])
                if names_in(values[one]) & unknown:
                    raise self._kept(one)
            elif one in here.values:
                raise self._kept(one)
            else:
                values[one] = self._constant(one)
        return substituted(node, values)

    def _constant(self, one: str) -> Node:
        """Return what INITIAL leaves in a variable that nothing changes later."""
        node = self._initial.values.get(one)
        if node is None:
            return number(self._declared_value(one))
        node = substituted(node, {V: name(V_START)} | self._unset_at_start())
        bad = names_in(node) & {*self._of_ions, *self._file.states, DT}
        if bad:
            raise self._error(f"{one}, which INITIAL sets for good, depends on {min(bad)}; that is not supported")
        return node

    def _kept(self, one: str) -> UserError:
        return self._error(f"{one} keeps its value from step to step and is no STATE; that is not supported")

    def _check_time(self, meant: Meaning) -> None:
        for kind, allowed in ((meant.currents, set()), (meant.step, {DT}), (meant.initial, set())):
            for one, node in kind.items():
                for bad in names_in(node) & {TIME, DT} - allowed:
                    raise self._error(f"{one} depends on the time {bad}; only stimuli do")

    def _error(self, text: str, line: int | None = None) -> UserError:
        """Return an error at a line, that of BREAKPOINT if left out."""
        if line is None and self._file.breakpoint is not None:
            line = self._file.breakpoint.line
        return UserError(f"{self._file.path}{f' line {line}' if line else ''}: {text}")


def _all(body: tuple[syntax.Statement, ...]) -> Iterator[syntax.Statement]:
    for one in body:
        yield one
        if isinstance(one, syntax.If):
            yield from _all((*one.yes, *one.no))


def valence_of(file: syntax.File, ion: str) -> float:
    """Return the valence of an ion: what the file says, else the known one.

    Raises:
        UserError: the file does not tell, and it is not known.
    """
    said = file.ions[ion].valence
    if said is None and ion not in VALENCES:
        raise UserError(f"{file.path} line {file.ions[ion].line}: USEION {ion} needs its VALENCE")
    return VALENCES[ion] if said is None else said


VALENCES = {"na": 1.0, "k": 1.0, "ca": 2.0, "cl": -1.0}
