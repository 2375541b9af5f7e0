"""Statements carried out on expressions: what a block leaves in each variable, in terms of what it found there.

Procedures and functions are opened where they are called. Both branches of an `if` are carried out, and a variable that
differs between them becomes a choice. A rate x' = a + b x takes its state a step along its exponential at once, which
is what NEURON's method cnexp does.
"""

from collections.abc import Callable, Mapping

from gbar.cells.imported.linearising import linearised
from gbar.cells.imported.tree import CONDITIONS, Node, is_number, make, name, names_in, number, substituted
from gbar.cells.neurons.nmodl import syntax
from gbar.cells.neurons.nmodl.syntax import Assign, Call, If, Local, Number, Operation, Rate, Solve
from gbar.errors import UserError

DT = "dt"
DEEPEST = 50  # procedures inside each other
_SIGNS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "||": "or", "&&": "and", "!": "not",
    "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne",
}  # fmt: skip
_SAME = {one: one for one in ("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "floor", "ceil")}
_FUNCTIONS = _SAME | {"fabs": "abs", "abs": "abs", "pow": "pow", "fmod": "mod"}


class Run:
    """Carries out the statements of one mechanism.

    Attributes:
        values: of the variables that were given one.
        read: what was read before it was given one, by name; such a name stands for itself in the expressions.
    """

    def __init__(self, file: syntax.File, known: Mapping[str, Node]):
        """Take the file, and the expressions of names that have one from the start."""
        self._file, self._known = file, known
        self.values: dict[str, Node] = {}
        self.read: set[str] = set()

    def statements(self, body: tuple[syntax.Statement, ...], of: str, depth: int = 0) -> None:
        """Carry out the statements of the block `of`; those of SOLVE are passed over.

        Raises:
            UserError: a name that is nothing, a rate that is not linear, procedures in a ring.
        """
        self._body(body, {}, of, depth)

    def _body(self, body: tuple[syntax.Statement, ...], local: dict[str, Node], of: str, depth: int) -> None:
        for one in body:
            match one:
                case Local(names):
                    local |= dict.fromkeys(names, number(0))
                case Assign(target, value, line):
                    self._assign(target, self._value(value, local, depth), local, line)
                case Rate(state, value, line):
                    if state not in self._file.states:
                        raise self._error(f"{state}' is the rate of what is no STATE", line)
                    here = self._name(state, local, line)
                    self.values[state] = self._stepped(state, here, self._value(value, local, depth), line)
                case If(condition, yes, no):
                    self._if(self._condition(condition, local, depth), yes, no, local, of, depth)
                case Call():
                    self._call(one, local, depth)
                case Solve():
                    pass

    def _assign(self, target: str, value: Node, local: dict[str, Node], line: int) -> None:
        if target in local:
            local[target] = value
        elif target in self._known or self._declared(target):
            self.values[target] = value
        else:
            raise self._error(f"{target} is not declared", line)

    def _declared(self, text: str) -> bool:
        file = self._file
        return text in file.assigned or text in file.parameters or text in file.states or text in file.nonspecific

    def _if(self, condition: Node, yes, no, local: dict[str, Node], of: str, depth: int) -> None:
        if condition.op == "number":
            self._body(yes if condition.value else no, local, of, depth)
            return
        before, mine = dict(self.values), dict(local)
        self._body(yes, local, of, depth)
        after, changed = self.values, dict(local)
        self.values = before
        local.clear()
        local |= mine
        self._body(no, local, of, depth)
        for one in {**after, **self.values}:
            a, b = (values.get(one) or self._unset(one) for values in (after, self.values))
            self.values[one] = make("if", condition, a, b)
        for one in local:
            local[one] = make("if", condition, changed.get(one, local[one]), local[one])

    def _value(self, expression: syntax.Expression, local: dict[str, Node], depth: int) -> Node:
        """Return an expression as a number."""
        found = self._any(expression, local, depth)
        return make("if", found, number(1), number(0)) if found.op in CONDITIONS else found

    def _condition(self, expression: syntax.Expression, local: dict[str, Node], depth: int) -> Node:
        found = self._any(expression, local, depth)
        return found if found.op in CONDITIONS else make("ne", found, number(0))

    def _any(self, expression: syntax.Expression, local: dict[str, Node], depth: int) -> Node:
        match expression:
            case Number(value):
                return number(value)
            case syntax.Name(text, line):
                return self._name(text, local, line)
            case Call():
                return self._call(expression, local, depth)
            case Operation(sign, arguments) if sign in ("||", "&&", "!"):
                return make(_SIGNS[sign], *(self._condition(one, local, depth) for one in arguments))
            case Operation(sign, arguments):
                values = [self._value(one, local, depth) for one in arguments]
                return make("neg", *values) if sign == "-" and len(values) == 1 else make(_SIGNS[sign], *values)
        raise AssertionError(expression)

    def _name(self, text: str, local: dict[str, Node], line: int) -> Node:
        if text in local:
            return local[text]
        if text in self.values:
            return self.values[text]
        if text in self._known or self._declared(text):
            return self._unset(text)
        raise self._error(f"{text} is not declared", line)

    def _unset(self, text: str) -> Node:
        if text in self._known:
            return self._known[text]
        self.read.add(text)
        return name(text)

    def _call(self, call: Call, local: dict[str, Node], depth: int) -> Node:
        arguments = [self._value(one, local, depth) for one in call.arguments]
        routine = self._file.routines.get(call.name)
        if routine is None:
            return self._built_in(call, arguments)
        if depth > DEEPEST:
            raise self._error(f"{call.name} calls itself", call.line)
        if len(arguments) != len(routine.arguments):
            raise self._error(f"{call.name} takes {len(routine.arguments)} arguments, not {len(arguments)}", call.line)
        own = dict(zip(routine.arguments, arguments, strict=True))
        if call.name not in self._file.functions:
            self._body(routine.body, own, call.name, depth + 1)
            return number(0)
        own[call.name] = number(0)
        self._body(routine.body, own, call.name, depth + 1)
        return own[call.name]

    def _built_in(self, call: Call, arguments: list[Node]) -> Node:
        wanted = {"pow": 2, "fmod": 2}.get(call.name, 1)
        if call.name in _FUNCTIONS and len(arguments) == wanted:
            return make(_FUNCTIONS[call.name], *arguments)
        special = _SPECIAL.get(call.name)
        if special is not None and len(arguments) == 1:
            return special(arguments[0])
        raise self._error(f"the function {call.name} of {len(arguments)} is not known", call.line)

    def _stepped(self, state: str, now: Node, rate: Node, line: int) -> Node:
        """Return the state x = `now` after a step of the rate a + b x, with x its name at the start of the block."""
        x = now if now.op == "name" else name(f"<{state}>")
        if now is not x:
            raise self._error(f"{state} is changed before its rate; cnexp takes it as it was", line)
        core, factor = _taken_apart(rate, x.value)
        [slope] = linearised({"": core}, [x.value])[1].values() or [number(0)]
        if x.value in names_in(slope) or x.value in names_in(factor):
            raise self._error(f"the rate of {state} is not linear in {state}, as METHOD cnexp needs it", line)
        at_0 = substituted(core, {x.value: number(0)})
        dt = name(DT)
        if is_number(slope, 0):
            return make("add", x, make("mul", dt, make("mul", at_0, factor)))
        steady = make("neg", make("div", at_0, slope)) if not is_number(slope, -1) else at_0
        decay = make("exp", make("mul", dt, make("mul", slope, factor)))
        return make("add", steady, make("mul", make("sub", x, steady), decay))

    def _error(self, text: str, line: int) -> UserError:
        return UserError(f"{self._file.path} line {line}: {text}")


def _taken_apart(rate: Node, state: str) -> tuple[Node, Node]:
    """Return a rate as a core in which the state is, and the factor that it is not in."""
    if rate.op == "neg":
        core, factor = _taken_apart(rate.args[0], state)
        return core, make("neg", factor)
    if rate.op in ("mul", "div"):
        a, b = rate.args
        if state not in names_in(b):
            core, factor = _taken_apart(a, state)
            return core, make(rate.op, factor, b)
        if rate.op == "mul" and state not in names_in(a):
            core, factor = _taken_apart(b, state)
            return core, make("mul", a, factor)
    return rate, number(1)


def _tanh(x: Node) -> Node:
    return make(
        "sub", number(1), make("div", number(2), make("add", make("exp", make("mul", number(2), x)), number(1)))
    )


def _half(sign: str) -> Callable[[Node], Node]:
    return lambda x: make("div", make(sign, make("exp", x), make("exp", make("neg", x))), number(2))


_SPECIAL: dict[str, Callable[[Node], Node]] = {
    "tanh": _tanh,
    "sinh": _half("sub"),
    "cosh": _half("add"),
    "exprelr": lambda x: make("linear_over_exp", x),  # of Arbor and CoreNEURON
    "log10": lambda x: make("mul", make("log", x), number(0.43429448190325182765)),
}
