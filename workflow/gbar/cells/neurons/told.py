"""What the user says of a neuron: its files, where its mechanisms are, and what differs from their own values.

A file of its own, YAML, says it under the same keys as the section `cell` of a configuration, with paths from its folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from gbar.cells.neurons.tree.compartments import Rule
from gbar.config.base import Count, Number, Positive, Section
from gbar.errors import UserError
from gbar.records.files import regular

EVERYWHERE = "all"
ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Told:
    """What is said of a neuron.

    Attributes:
        morphology: SWC file.
        mechanisms: region, or "all", and the mechanisms there: .mod files, or names of those that gbar brings.
        parameters: values by name.
        rule: number of compartments of a section.
        second_order: whether a step is one of Crank and Nicolson's instead of Euler's.
    """

    morphology: str
    mechanisms: tuple[tuple[str, tuple[str, ...]], ...]
    parameters: tuple[tuple[str, float], ...] = ()
    rule: Rule = Rule()
    second_order: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """The user's files."""
        mods = [one for _, names in self.mechanisms for one in names if one.endswith(".mod")]
        return (self.morphology, *dict.fromkeys(mods))


class CompartmentsSection(Section):
    """How many compartments a section of the tree has."""

    d_lambda: Annotated[
        Positive | None, Field(description="longest compartment in wavelengths at 100 Hz (NEURON's rule; 0.1)")
    ] = None
    longest_um: Annotated[Positive | None, Field(description="two more compartments for every so many um")] = None
    each: Annotated[Count | None, Field(description="the number in each section")] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other; give one")
        return self

    def rule(self) -> Rule:
        """Return the rule."""
        return Rule(self.d_lambda, self.longest_um, self.each) if self.model_dump(exclude_none=True) else Rule()


Morphology = Annotated[str, Field(min_length=1)]
Mechanisms = dict[str, list[Annotated[str, Field(min_length=1)]]]


class NeuronSection(Section):
    """A neuron in a file of its own."""

    morphology: Morphology
    mechanisms: Mechanisms
    parameters: Annotated[dict[str, Number], Field(default_factory=dict)]
    compartments: CompartmentsSection = CompartmentsSection()
    second_order: bool = False


def told(
    morphology: str,
    mechanisms: Mapping[str, list[str]],
    parameters: Mapping[str, float],
    compartments: CompartmentsSection | None,
    second_order: bool,
    folder: Path | None = None,
) -> Told:
    """Return what is said of a neuron; paths are from a folder, if one is given."""

    def found(path: str) -> str:
        return str(folder / path) if folder is not None else path

    return Told(
        morphology=found(morphology),
        mechanisms=tuple(
            (region, tuple(found(one) if one.endswith(".mod") else one for one in names))
            for region, names in mechanisms.items()
        ),
        parameters=tuple(sorted(parameters.items())),
        rule=(compartments or CompartmentsSection()).rule(),
        second_order=second_order,
    )


def read_told(path: str | Path) -> Told:
    """Return what a file says of a neuron.

    Raises:
        UserError: it cannot be read, or says it wrongly.
    """
    path = Path(path)
    try:
        values: Any = yaml.safe_load(regular(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cell: {str(path)!r} cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as YAML ({' '.join(str(error).split())})") from None
    try:
        section = NeuronSection.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{path}: is no neuron ({key}{': ' if key else ''}{reason})") from None
    return told(
        section.morphology,
        section.mechanisms,
        section.parameters,
        section.compartments,
        section.second_order,
        path.parent,
    )
