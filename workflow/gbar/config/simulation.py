"""What is simulated: the cell, and how it is integrated."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from gbar import cells
from gbar.cells import Cell
from gbar.config.base import Number, Positive, Section
from gbar.config.neuron import CompartmentsSection, Mechanisms, NeuronSection, SecondOrder
from gbar.errors import UserError, among
from gbar.solve.settings import LARGEST_DT_MS, RTOL_RANGE, Method, Precision, SolverSettings

# What `gbar check-cell` guesses wrong of a file.
FileVariable = Annotated[
    Annotated[str, StringConstraints(min_length=1)] | None,
    Field(description="the variable of the file that it is, component.variable; found by itself when left out"),
]


class CellSection(Section):
    """The cell model."""

    name: Annotated[str | None, Field(description="a cell of `gbar cells`; left out where there is a file")] = None
    file: Annotated[
        Annotated[str, StringConstraints(min_length=1)] | None,
        Field(description="a model of yours in place of a name: .cellml, .mmt (Myokit), .xml (SBML); a neuron's .yaml"),
    ] = None
    voltage: FileVariable = None
    stimulus: FileVariable = None
    time: FileVariable = None
    currents: Annotated[
        dict[str, str],
        Field(default_factory=dict, description="currents of the file by a name of yours, e.g. {IKr: membrane.i_x}"),
    ]
    variant: Annotated[str | None, Field(description="a variant of the cell; its default when left out")] = None
    parameters: Annotated[
        dict[str, Number],
        Field(default_factory=dict, description="parameters set to other than the cell's values, e.g. {Ko: 8}"),
    ]
    morphology: Annotated[
        Annotated[str, StringConstraints(min_length=1)] | None,
        Field(description="CSV table of sections in place of the cell's own (cells with compartments); a neuron's SWC"),
    ] = None
    mechanisms: Mechanisms
    compartments: Annotated[
        CompartmentsSection | None, Field(description="of a neuron: how many compartments a section has")
    ] = None
    second_order: SecondOrder = False

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        try:
            self._check_source()
            cell = self.cell()
            if self.mechanisms:
                return self  # the cell has its parameters as its own
            own = {cell.called(name, currents=False): value for name, value in self.parameters.items()}
            check_names("parameters", list(own), [p.name for p in cell.parameters])
            for name, value in own.items():
                cell.check_value(f"parameters.{name}", name, value)
            object.__setattr__(self, "parameters", own)
        except UserError as error:
            raise ValueError(str(error)) from None
        return self

    def cell(self) -> Cell:
        """Return the cell."""
        neuron = self._neuron()
        if neuron is not None:
            return cells.neuron(neuron)
        if self.file is None:
            return cells.get(self.name or "", self.variant, self.morphology)
        told = {"voltage": self.voltage, "stimulus": self.stimulus, "time": self.time}
        return cells.from_file(self.file, **told, currents=tuple(sorted(self.currents.items())))

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters that are set beside the cell's own; none of a neuron's, whose cell has them as its own."""
        return {} if self.mechanisms else self.parameters

    def files(self) -> tuple[str, ...]:
        """Return the user's files that the cell is made of."""
        return cells.files(self.file, self._neuron()) if self.name is None else ()

    def _neuron(self) -> NeuronSection | None:
        if not self.mechanisms:
            return None
        own = {key: value for key, value in self.model_dump().items() if key in NeuronSection.model_fields and value}
        return NeuronSection.model_validate(own)

    def _check_source(self) -> None:
        """Raise UserError unless the cell has a name, a file or mechanisms, and only what goes with it."""
        of_file = ("voltage", "stimulus", "time", "currents")
        if self.mechanisms or (self.name is None and self.file is None and self.morphology):
            self._check_neuron(of_file)
            return
        if (self.name is None) == (self.file is None):
            raise UserError("needs a name (of `gbar cells`) or a file of yours" + (", not both" if self.name else ""))
        for key in ("compartments", "second_order"):
            if getattr(self, key):
                raise UserError(f"{key}: {getattr(self, key)!r} is not allowed without mechanisms; leave it out")
        for key in of_file if self.file is None else ("variant", "morphology"):
            if getattr(self, key):
                kind = "a cell with a name" if self.file is None else "a cell of a file"
                raise UserError(f"{key}: {getattr(self, key)!r} is not allowed for {kind}; leave it out")

    def _check_neuron(self, of_file: tuple[str, ...]) -> None:
        if self.morphology is None or not self.mechanisms:
            missing = "an SWC file (morphology)" if self.mechanisms else "mechanisms, region by region"
            raise UserError(f"a neuron of files needs {missing}")
        for key in ("name", "file", "variant", *of_file):
            if getattr(self, key):
                raise UserError(f"{key}: {getattr(self, key)!r} is not allowed for a neuron of files; leave it out")


class SolverSection(Section):
    """How the equations are integrated."""

    method: Annotated[
        Method | None,
        Field(
            description="rosenbrock (adaptive), rush_larsen (the authors' fixed-step scheme) or backward_euler (cells "
            "that bring their own step); as usual for the cell when left out"
        ),
    ] = None
    rtol: Annotated[
        Number, Field(ge=RTOL_RANGE[0], le=RTOL_RANGE[1], description="relative tolerance (rosenbrock)")
    ] = 1e-5
    max_step_ms: Annotated[Positive, Field(description="longest step, ms (rosenbrock)")] = 20.0
    dt_ms: Annotated[
        Positive | None, Field(le=LARGEST_DT_MS, description="fixed step, ms; as usual for the cell when left out")
    ] = None
    precision: Annotated[
        Precision, Field(description="float32 is faster where there is a GPU; long sums are compensated")
    ] = "float64"

    def settings(self) -> SolverSettings:
        """Return these settings as the solvers take them."""
        return SolverSettings(**self.model_dump())


def check_names(key: str, names: list[str], allowed: list[str]) -> None:
    """Raise UserError for a name that is not allowed under a key."""
    for name in names:
        if name not in allowed:
            raise UserError(f"{key}: {name!r} is unknown; allowed are {among(name, allowed)}")
