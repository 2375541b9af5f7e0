"""What is said of a neuron of an SWC tree and NMODL mechanisms, in a configuration or a file of its own."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gbar.config.base import Count, Number, Positive, Section

Mechanisms = Annotated[
    dict[str, list[Annotated[str, Field(min_length=1)]]],
    Field(
        default_factory=dict,
        description="of a neuron: region of the tree (soma, axon, dend, apic; all) -> .mod files, or pas, hh",
    ),
]
SecondOrder = Annotated[
    bool, Field(description="of a neuron: steps of Crank and Nicolson, as NEURON's secondorder = 2; Euler's if false")
]


class CompartmentsSection(Section):
    """How many compartments a section of a tree has; one of the three."""

    d_lambda: Annotated[
        Positive | None, Field(description="longest compartment in wavelengths at 100 Hz; 0.1 if nothing is said")
    ] = None
    longest_um: Annotated[Positive | None, Field(description="1, and two more for every so many um")] = None
    each: Annotated[Count | None, Field(description="the number in each section")] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other; give one")
        return self


class NeuronSection(Section):
    """A neuron in a file of its own."""

    morphology: Annotated[str, Field(min_length=1)]
    mechanisms: Mechanisms
    parameters: Annotated[dict[str, Number], Field(default_factory=dict)]
    compartments: CompartmentsSection = CompartmentsSection()
    second_order: SecondOrder = False
