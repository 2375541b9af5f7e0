"""The module of a model: text in the manner of the hand-written equations, made of nothing but known operations."""

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gbar.cells.imported.arranging import uses, varying
from gbar.cells.imported.tree import FUNCTIONS, RATIOS, Node, in_order

_COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", **_COMPARED}
_BINDS = {"add": 3, "sub": 3, "mul": 4, "div": 4, "neg": 5, **dict.fromkeys(_COMPARED, 2)}
_OTHER = {"abs": "absolute", "pow": "power", "mod": "mod", "and": "both", "or": "either", "not": "not_", "if": "where"}
_OTHER |= {"unrounded": "unrounded"}
_CALLS = {op: op for op in (*FUNCTIONS, *RATIOS)} | _OTHER
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = {*_CALLS.values(), "c", "p", "y", "s", "scale", "parameter", "tuning", "stimulus", "plain", "as_numbers", "np"}


def identifier(text: str) -> str:
    """Return a name that can stand in Python: letters, digits and underscores, no word of the language."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", text).strip("_")
    if not IDENTIFIER.fullmatch(plain):
        plain = f"x_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or plain in _TAKEN else plain


@dataclass
class Program:
    """What a module computes.

    Attributes:
        title: of the file, for the head of the module.
        rates: right-hand side of each state, by its name in gbar, per ms.
        currents: what can be scaled, by name, as the file has it.
        places: how each name is written: y.V, p.gKr, scale.IKr, stimulus.
        changing: the names that change in time.
        called: names of expressions.
        shared: the rates once more, written so that they share most with their derivatives.
        jacobian: derivative of a rate by a state, by the names of both.
    """

    title: str
    rates: Mapping[str, Node]
    currents: Mapping[str, Node]
    places: Mapping[str, str]
    changing: set[str]
    called: Mapping[Node, str] = field(default_factory=dict)
    shared: Mapping[str, Node] = field(default_factory=dict)
    jacobian: Mapping[tuple[str, str], Node] = field(default_factory=dict)


def module_of(title: str, functions: Iterable[list[str]]) -> str:
    """Return the text of a module of these functions, the lines of each."""
    head = [f'"""{title}"""', "", "import numpy as np", "", "from gbar.cells.imported.functions import *  # noqa: F403"]
    return "\n\n\n".join("\n".join(lines) for lines in (head, *functions)) + "\n"


def module_text(program: Program) -> str:
    """Return the module of a program."""
    writer = Writer(program)
    functions = (
        writer.constants(),
        writer.function("currents(y, c)", "what can be scaled, in the unit of the file", program.currents),
        writer.function("rates(y, c, stimulus=0.0)", "dy/dt of every state per ms", program.rates),
        writer.linearised(),
    )
    return module_of(re.sub(r"[^A-Za-z0-9 ,.;:_-]", "_", program.title), functions)


class Writer:
    """Writes the functions of a program; what does not change in time is worked out in `constants`."""

    def __init__(self, program: Program):
        self._program = program
        roots = [
            *program.rates.values(), *program.currents.values(), *program.shared.values(), *program.jacobian.values()
        ]  # fmt: skip
        self._moving = varying(roots, program.changing)
        order = in_order(roots)
        needed = {arg for node in order if node in self._moving for arg in node.args} | set(roots)
        # Constants that what moves reads: fields of c, but for numbers, which are written where they are read.
        self._fields = {
            node: "" for node in order if node in needed and node not in self._moving and node.op != "number"
        }
        self._used_names: set[str] = set()
        self._names = {node: self._free(name) for node, name in program.called.items()}
        for node in self._fields:
            place = program.places[node.value].rpartition(".")[2] if node.op == "name" else "k"
            self._fields[node] = self._names.get(node) or self._free(place)

    def _free(self, wish: str) -> str:
        wish = identifier(wish)
        name, number = wish, 1
        if wish in ("k", "x"):
            name = f"{wish}{number}"
        while name in self._used_names:
            number += 1
            name = f"{wish}{number}" if wish in ("k", "x") else f"{wish}_{number}"
        self._used_names.add(name)
        return name

    def constants(self) -> list[str]:
        """Return the lines of the function that works out what does not change in time."""
        lines = ['@np.errstate(all="ignore")', "def constants(scale, parameter, tuning):"]
        lines += [
            '    """Return everything that does not change in time."""',
            "    p, s = as_numbers(parameter), as_numbers(scale)",
        ]
        written = {node: name for node, name in self._fields.items() if node.op != "name"}
        count = uses(self._fields)
        for node in in_order(self._fields):
            if node.op in ("number", "name"):
                continue
            if node in self._fields or count[node] > 1:
                written[node] = self._fields.get(node) or self._names.get(node) or self._free("k")
                lines.append(f"    {written[node]} = {self._text(node, written, 0, top=True)}")
        fields = []
        for node, name in self._fields.items():
            fields.append(f"{name}={self._program.places[node.value] if node.op == 'name' else name}")
        lines += [
            "    return plain(",
            "        dict(",
            *(f"            {one}," for one in fields),
            "        )",
            "    )",
        ]
        return lines

    def function(self, head: str, what: str, results: Mapping[str, Node]) -> list[str]:
        """Return the lines of a function of the states."""
        lines, texts = self._body(results)
        lines = [f"def {head}:", f'    """Return {what}."""', *lines, "    return {"]
        return [*lines, *(f'        "{name}": {text},' for name, text in texts.items()), "    }"]

    def linearised(self) -> list[str]:
        """Return the lines of the function that returns the rates and their derivatives."""
        program = self._program
        lines, texts = self._body({**program.shared, **program.jacobian})
        head = [
            "def linearised(y, c, stimulus=0.0):",
            '    """Return dy/dt per ms, and its derivatives by (rate, state)."""',
        ]
        rates = [f'        "{name}": {texts[name]},' for name in program.shared]
        entries = [f'        ("{i}", "{j}"): {texts[i, j]},' for i, j in program.jacobian]
        return [*head, *lines, "    return {", *rates, "    }, {", *entries, "    }"]

    def _body(self, results: Mapping[Any, Node]) -> tuple[list[str], dict[Any, str]]:
        """Return the statements before the results of a function, and the text of each result."""
        lines: list[str] = []
        count = uses(results.values())
        written: dict[Node, str] = {node: f"c.{name}" for node, name in self._fields.items()}
        for node in in_order(results.values()):
            if node not in self._moving or node.op == "name":
                continue
            if count[node] > 1 or node in self._names:
                name = self._names.get(node) or self._free("x")
                lines.append(f"    {name} = {self._text(node, written, 0, top=True)}")
                written[node] = name
        return lines, {key: self._text(node, written, 0) for key, node in results.items()}

    def _text(self, node: Node, written: Mapping[Node, str], binds: int, top: bool = False) -> str:
        if not top and node in written:
            return written[node]
        if node.op == "number":
            text = repr(node.value)
            return f"({text})" if node.value < 0 and binds > 4 else text
        if node.op == "name":
            return self._program.places[node.value]
        if node.op == "neg":
            text, mine = f"-{self._text(node.args[0], written, 5)}", 5
        elif node.op in _INFIX:
            mine = _BINDS[node.op]
            left = self._text(node.args[0], written, mine)
            # (a - b) - c needs no brackets, a - (b - c) does.
            text = f"{left} {_INFIX[node.op]} {self._text(node.args[1], written, mine + 1)}"
        else:
            texts = [self._text(arg, written, 0) for arg in node.args]
            if node.op == "if" and not set(node.args[1:]) & self._moving and node in self._moving:
                texts.append("y.V")
            return f"{_CALLS[node.op]}({', '.join(texts)})"
        return f"({text})" if mine < binds else text
