"""The grammar of the blocks of an NMODL file."""

from collections.abc import Callable

from gbar.cells.neurons.nmodl import syntax, units
from gbar.cells.neurons.nmodl.expressions import Reader
from gbar.errors import UserError

# Blocks and declarations of the language that are not read.
REFUSED = {
    "KINETIC", "LINEAR", "NONLINEAR", "DISCRETE", "PARTIAL", "FUNCTION_TABLE", "NET_RECEIVE", "VERBATIM", "TERMINAL",
    "BEFORE", "AFTER", "CONSTRUCTOR", "DESTRUCTOR", "PLOT", "MODEL", "INCLUDE", "DEFINE", "STEPPED", "SENS", "LIN1",
    "FOR_NETCONS", "WATCH", "MATCH", "STEADYSTATE", "PUTQ", "GETQ",
}  # fmt: skip
REFUSED_IN_NEURON = {
    "POINT_PROCESS", "ARTIFICIAL_CELL", "POINTER", "BBCOREPOINTER", "ELECTRODE_CURRENT", "EXTERNAL", "SECTION",
    "RANDOM", "REDIRECT", "LONGITUDINAL_DIFFUSION",
}  # fmt: skip
WHY = {
    "POINT_PROCESS": "a mechanism of the membrane has a SUFFIX",
    "ARTIFICIAL_CELL": "a mechanism of the membrane has a SUFFIX",
    "KINETIC": "states are solved from a DERIVATIVE block",
    "VERBATIM": "it is no NMODL",
}


def parsed(text: str, path: str) -> syntax.File:
    """Return what a file is made of.

    Args:
        text: of the file.
        path: of the file, as errors name it.

    Raises:
        UserError: it is no NMODL, or has what is not supported; its text names that and the line.
    """
    return _Blocks(text, path).file()


class _Blocks:
    def __init__(self, text: str, path: str):
        self._r = Reader(text, path)
        self._file = syntax.File(path)
        self._blocks: dict[str, Callable[[], None]] = {
            "NEURON": self._neuron,
            "UNITS": self._units,
            "PARAMETER": lambda: self._declared(self._file.parameters),
            "ASSIGNED": lambda: self._declared(self._file.assigned),
            "STATE": lambda: self._declared(self._file.states),
            "CONSTANT": self._constants,
            "INDEPENDENT": self._independent,
            "INITIAL": self._initial,
            "BREAKPOINT": self._breakpoint,
            "DERIVATIVE": lambda: self._routine(self._file.derivatives),
            "PROCEDURE": lambda: self._routine(self._file.procedures),
            "FUNCTION": lambda: self._routine(self._file.functions),
            "LOCAL": self._local,
            "UNITSON": lambda: None,
            "UNITSOFF": lambda: None,
        }

    def file(self) -> syntax.File:
        r = self._r
        while r.now.kind != "end":
            token = r.now
            if token.text in REFUSED:
                raise self._refused(token.text, token.line)
            if token.text not in self._blocks:
                raise r.error(
                    f"a block such as NEURON or BREAKPOINT is expected, where it has {token.text!r}", token.line
                )
            r.take()
            self._blocks[token.text]()
        if not self._file.suffix:
            raise UserError(f"{self._file.path}: has no SUFFIX, so it is no mechanism of the membrane")
        return self._file

    def _refused(self, word: str, line: int) -> UserError:
        return self._r.error(f"{word} is not supported" + (f"; {WHY[word]}" if word in WHY else ""), line)

    def _neuron(self) -> None:
        r, file = self._r, self._file
        r.expect("{", "NEURON")
        while not r.skip("}"):
            token = r.name("a statement of NEURON")
            match token.text:
                case "SUFFIX":
                    file.suffix = r.name("SUFFIX").text
                case "USEION":
                    self._ion(token.line)
                case "NONSPECIFIC_CURRENT":
                    file.nonspecific += r.names()
                case "RANGE":
                    file.ranges += r.names()
                case "GLOBAL":
                    r.names()
                case "THREADSAFE":
                    pass
                case word if word in REFUSED_IN_NEURON:
                    raise self._refused(word, token.line)
                case word:
                    raise r.error(f"{word} is unknown in NEURON", token.line)

    def _ion(self, line: int) -> None:
        r = self._r
        name = r.name("USEION").text
        reads: tuple[str, ...] = ()
        writes: tuple[str, ...] = ()
        valence = None
        while r.at("READ", "WRITE", "VALENCE", "REPRESENTS", "CHARGE"):
            word = r.take().text
            if word == "READ":
                reads += r.names()
            elif word == "WRITE":
                writes += r.names()
            elif word == "REPRESENTS":
                r.take()
            else:
                valence = r.number(word)
        known = (f"e{name}", f"i{name}", f"{name}i", f"{name}o")
        for one in (*reads, *writes):
            if one not in known:
                raise r.error(f"{one} is nothing of the ion {name}, which has {', '.join(known)}", line)
        if f"e{name}" in writes or f"{name}o" in writes:
            raise r.error(f"USEION {name} WRITE {' and '.join(writes)} is not supported; i{name} and {name}i are", line)
        self._file.ions[name] = syntax.Ion(name, reads, writes, valence, line)

    def _units(self) -> None:
        r = self._r
        r.expect("{", "UNITS")
        while not r.skip("}"):
            if r.at("("):
                r.unit()
                r.expect("=", "a unit")
                r.unit()
                continue
            token = r.name("a constant of UNITS")
            r.expect("=", token.text)
            if r.at("("):
                quantity, unit = r.unit(), r.unit()
                value = units.constant(quantity, unit)
                if value is None:
                    raise r.error(f"the constant ({quantity}) in ({unit}) is not known", token.line)
            else:
                value = r.number(token.text)
                r.unit()
            self._file.constants[token.text] = value

    def _declared(self, into: dict[str, syntax.Declared]) -> None:
        """Take names with a value, a unit and limits, each of which may be left out."""
        r = self._r
        r.expect("{", "a declaration")
        while not r.skip("}"):
            if r.at("UNITSON", "UNITSOFF"):
                r.take()
                continue
            token = r.name("what is declared")
            if r.at("["):
                raise r.error(f"the array {token.text} is not supported", token.line)
            value = r.number(f"the value of {token.text}") if r.skip("=") else None
            unit = ""
            while True:
                if r.at("("):
                    unit = r.unit()
                elif r.skip("<"):
                    while not r.skip(">"):
                        if r.now.kind == "end":
                            raise r.error("'>' is missing")
                        r.take()
                elif r.at("FROM", "TO", "START"):
                    word = r.take().text
                    r.number(word)
                else:
                    break
            into[token.text] = syntax.Declared(value, unit)

    def _constants(self) -> None:
        found: dict[str, syntax.Declared] = {}
        self._declared(found)
        self._file.constants |= {name: one.value or 0.0 for name, one in found.items()}

    def _independent(self) -> None:
        self._r.expect("{", "INDEPENDENT")
        while not self._r.skip("}"):
            if self._r.now.kind == "end":
                raise self._r.error("'}' is missing after INDEPENDENT")
            self._r.take()

    def _initial(self) -> None:
        line = self._r.now.line
        self._file.initial = syntax.Routine("INITIAL", (), self._r.block("INITIAL"), line)

    def _breakpoint(self) -> None:
        line = self._r.now.line
        self._file.breakpoint = syntax.Routine("BREAKPOINT", (), self._r.block("BREAKPOINT"), line)

    def _local(self) -> None:
        self._file.assigned |= dict.fromkeys(self._r.names(), syntax.Declared(None, ""))

    def _routine(self, into: dict[str, syntax.Routine]) -> None:
        r = self._r
        token = r.name("the name of a block")
        arguments = []
        if r.skip("("):
            while not r.skip(")"):
                arguments.append(r.name(f"an argument of {token.text}").text)
                r.unit()
                r.skip(",")
        r.unit()
        if r.at("STEADYSTATE"):
            raise r.error("STEADYSTATE is not supported", token.line)
        into[token.text] = syntax.Routine(token.text, tuple(arguments), r.block(token.text), token.line)
