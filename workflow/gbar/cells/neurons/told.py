"""What the user says of a neuron: its files, where its mechanisms are, and what differs from their own values.

A file of its own, YAML, says it under the same keys as the section `cell` of a configuration, paths from its folder.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gbar.cells.neurons.tree.compartments import Rule
from gbar.config.explain import checked
from gbar.config.neuron import NeuronSection
from gbar.errors import UserError
from gbar.records.files import regular

EVERYWHERE = "all"


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
    rule: Rule = field(default_factory=Rule)
    second_order: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """The user's files."""
        mods = [one for _, names in self.mechanisms for one in names if one.endswith(".mod")]
        return (self.morphology, *dict.fromkeys(mods))


def told(section: NeuronSection, folder: Path | None = None) -> Told:
    """Return what a section says of a neuron; paths are from a folder, if one is given."""

    def found(path: str) -> str:
        return str(folder / path) if folder is not None else path

    rule = section.compartments.model_dump(exclude_none=True)
    return Told(
        morphology=found(section.morphology),
        mechanisms=tuple(
            (region, tuple(found(one) if one.endswith(".mod") else one for one in names))
            for region, names in section.mechanisms.items()
        ),
        parameters=tuple(sorted(section.parameters.items())),
        rule=Rule(**({"d_lambda": None} | rule)) if rule else Rule(),
        second_order=section.second_order,
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
    if not isinstance(values, dict):
        raise UserError(f"{path}: is no neuron; it has keys such as morphology and mechanisms")
    try:
        section = checked(NeuronSection, values)
    except UserError as error:
        raise UserError(f"{path}: {str(error).removeprefix('configuration: ')}") from None
    return told(section, path.parent)
