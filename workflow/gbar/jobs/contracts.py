"""The jobs of this library and what they say of themselves, read from the text of its modules: nothing is imported."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gbar.jobs.sources import PACKAGE

if TYPE_CHECKING:
    from gbar.jobs.resources import Need

# From the decorator of `gbar.jobs.job` to the end of the docstring.
STATED = re.compile(r'^@job\(.*?^    """.*?"""$', re.DOTALL | re.MULTILINE)
EXPLAINED = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
FILES = ("Input", "PathInput", "NamedInput", "Output", "Folder")
SECTIONS = ("Section", "Settings", "Study")
NO_OPTIONS = ("Callable", "Log")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a job that is an option of its verb.

    Attributes:
        name: of the option, with underscores.
        kind: its type, or that of its items: one of `gbar.jobs.job`, int, float, str, a literal or a section.
        is_many: whether it takes any number of them.
        is_named: whether these come as NAME=PATH.
        has_default: whether its function can do without it.
        is_required: whether its verb cannot.
        text: what it is.
    """

    name: str
    kind: str
    is_many: bool
    is_named: bool
    has_default: bool
    is_required: bool
    text: str

    @property
    def option(self) -> str:
        """As it is written on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def choices(self) -> tuple[str, ...] | None:
        """The texts that are allowed, where not every one is."""
        return ast.literal_eval(self.kind.removeprefix("Literal")) if self.kind.startswith("Literal") else None

    @property
    def is_file(self) -> bool:
        """Whether it is a file or folder, read, written or both."""
        return self.kind in FILES

    @property
    def is_input(self) -> bool:
        """Whether it is a file or folder that is read."""
        return self.kind.endswith("Input")

    @property
    def is_section(self) -> bool:
        """Whether it is a section of the configuration, given as JSON."""
        return self.kind.endswith(SECTIONS)


@dataclass(frozen=True)
class Contract:
    """What a job says of itself.

    Attributes:
        verb: as it is called.
        module: of its function, dotted.
        function: its name.
        summary: what it does, one sentence.
        parameters: its options.
        jax: precision that JAX starts with, if it does.
        need: the function that tells what it takes of a machine.
        progress: what a line of progress begins with, if it tells any.
    """

    verb: str
    module: str
    function: str
    summary: str
    parameters: tuple[Parameter, ...]
    jax: str | None = None
    need: str = "jobs.resources.of_page"
    progress: str = ""

    @property
    def is_figure(self) -> bool:
        """Whether the job draws a figure, which its verb writes to any number of files."""
        return self.verb.startswith("figure ")

    def words(self, said: Mapping[str, Any], read: Mapping[str, Any], written: Mapping[str, Any]) -> list[str]:
        """Return the command that does the job, without `gbar` before it.

        Args:
            said: values of options that are neither read nor written, and the names of NAME=PATH.
            read: files by option, a path or several.
            written: likewise; those of a figure have names of their own.

        Raises:
            KeyError: an option that the verb cannot do without is in none of them.
        """
        words = self.verb.split()
        for one in self.parameters:
            place = read if one.is_input else written if one.kind == "Output" else said
            if one.name not in place and not one.is_required:
                continue
            value = place[one.name]
            values = [str(value)] if isinstance(value, str | int | float) else [str(part) for part in value]
            if one.is_named:
                values = [f"{name}={path}" for name, path in zip(said[one.name], values, strict=True)]
            if values or one.is_required:
                words += [one.option, *values]
        return [*words, "--out", *written.values()] if self.is_figure else words

    def of_machine(self) -> "Callable[..., Need]":
        """Return the function that tells what the job takes of a machine, from parts of the study."""
        module, _, name = self.need.rpartition(".")
        return getattr(import_module(f"{PACKAGE.name}.{module}"), name)


@cache
def contracts() -> dict[str, Contract]:
    """Return the jobs by their verbs, in the order of the modules."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for stated in STATED.findall(text) if "\n@job(" in text else ():
            one = _contract(stated, file)
            found[one.verb] = one
    return found


def _contract(stated: str, file: Path) -> Contract:
    function = ast.parse(stated).body[0]
    assert isinstance(function, ast.FunctionDef)
    marked = function.decorator_list[0]
    assert isinstance(marked, ast.Call)
    said = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in marked.keywords}
    explained = ast.get_docstring(function) or ""
    texts = {name: " ".join(text.split()) for name, text in EXPLAINED.findall(explained)}
    arguments = function.args.args
    required = {one.arg for one in arguments[: len(arguments) - len(function.args.defaults)]}
    kinds = {one.arg: ast.unparse(one.annotation) for one in arguments if one.annotation}
    parameters = [
        _parameter(name, kind, name not in required, texts.get(name, ""))
        for name, kind in kinds.items()
        if not kind.startswith(NO_OPTIONS)
    ]
    module = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
    summary = " ".join(explained.partition("\n\n")[0].split()).rstrip(".")
    return Contract(ast.literal_eval(marked.args[0]), module, function.name, summary, tuple(parameters), **said)


def _parameter(name: str, annotation: str, has_default: bool, text: str) -> Parameter:
    kind = annotation.removesuffix(" | None")
    is_required = not has_default and kind == annotation
    container, _, items = kind.partition("[")
    is_many = container in ("Sequence", "Mapping")
    if is_many:
        kind = items.removesuffix("]").removeprefix("str, ")
    is_named = container == "Mapping" or kind == "NamedInput"
    return Parameter(name, kind, is_many, is_named, has_default, is_required, text.rstrip("."))
