"""What a cell model is: states, parameters, scalable currents and where its equations are, as one frozen value.

Most models are a system of ordinary differential equations y' = f(y; c), autonomous but for a stimulus current. Each
state has a kind, because every conductance-based cell has the same structure and a stiff solver lives on it:

    core       voltage and concentrations: few and fully coupled
    relaxing   gates and buffers: many, each linear in itself, driven by one core state or two

Other models are defined by the scheme that steps them (cells with resets, trees of compartments as NEURON solves them).

Time is in ms, voltage in mV, concentrations in mM, current densities in pA/pF (= uA/uF = A/F) throughout.

Describing a cell costs no import of JAX: its equations stand in a module of their own, imported when first
evaluated. That module defines `constants(scale, parameter, tuning) -> c`, everything that does not change in time,
once per simulation, and, of a system of equations, for states `y` and constants `c` as namespaces of arrays of any
one shape,

    currents(y, c) -> {name: pA/pF}                 the scalable currents
    rates(y, c, stimulus) -> {state: per ms}        the right-hand side, stimulus in the unit of the cell's stimulus

and, where it was written by a program, `linearised(y, c, stimulus) -> rates, {(state, state): derivative}` as well,

or, of a cell that brings its own step ("backward_euler" among its methods), for states `y` (states, lanes),

    initial(c) -> y                                 the states at t = 0
    step(y, lost, c, stimulus, dt_ms) -> y, lost    the states one step later, the stimulus (lanes,) acting in between,
                                                    and what rounding has kept out of them (`gbar.cells.compensated`)
"""

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, Literal

import numpy as np

from gbar.errors import UserError, wrong

Kind = Literal["voltage", "concentration", "gate", "buffer"]
Tissue = Literal["cardiac", "nodal", "neuron"]
CORE_KINDS = ("voltage", "concentration")


@dataclass(frozen=True)
class State:
    """One state variable.

    Attributes:
        name: its name.
        initial: its value at the start.
        unit: its unit.
        kind: what it is; "gate" and "buffer" relax, the rest is core, unless `core` says otherwise.
        core: whether a solver keeps it in the core; by its kind when None.
        floor: below this size its error is absolute; as usual for its kind when None.
    """

    name: str
    initial: float
    unit: str
    kind: Kind
    core: bool | None = None
    floor: float | None = None

    @property
    def is_core(self) -> bool:
        """Whether a solver keeps the state in the core, where all is coupled, or eliminates it."""
        return self.kind in CORE_KINDS if self.core is None else self.core


@dataclass(frozen=True)
class Parameter:
    """One constant a user may set.

    Attributes:
        name: its name.
        default: the cell's own value.
        unit: its unit.
        meaning: what it is, in words.
        range: published range of designs that vary it.
        lowest: smallest value that makes sense; None where every finite one does.
        also: other names under which it can be set.
    """

    name: str
    default: float
    unit: str
    meaning: str
    range: tuple[float, float] | None = None
    lowest: float | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Current:
    """One current whose maximal conductance (or turnover) can be scaled; 1 is the cell's own value.

    Attributes:
        name: its name.
        meaning: what it is, in words.
        also: other names under which it can be scaled.
    """

    name: str
    meaning: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stimulation:
    """How a cell is stimulated.

    Attributes:
        unit: of the injected current: "pA/pF", "pA", "nA", or "1".
        gain: what a waveform of unit height (a pacing pulse, a chirp) is multiplied by when the user says nothing, in
            that unit; negative where a negative current depolarises.
        kind: the kind of stimulus applied when the user says nothing; None for none.
        on_from_ms: when the published runs switched the electrode on; waveforms of unit height do not act before.
        defaults: numbers of the stimulus of this kind that are the cell's own, by their names in the configuration.
    """

    unit: str
    gain: float
    kind: str | None = None
    on_from_ms: float = 0.0
    defaults: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Cell:
    """One variant of a cell model; hashable, so that compiled solvers can be kept per cell.

    Attributes:
        name: name in the registry.
        variant: which of `variants` this is.
        variants: names of all variants, the default first.
        title: the model in words.
        reference: the publication, with its DOI.
        states: in the order of every state array.
        parameters: what a user may set, with this variant's defaults.
        currents: what a user may scale.
        tuning: the variant's other frozen constants, passed to the equations as they are.
        equations: dotted name of the module of the equations.
        methods: integrators it can be solved with, the default first.
        dt_ms: step of the methods of fixed step when the user gives none.
        stimulus: how it is stimulated.
        tissue: the kind of cell by which beats are told: see `gbar.traces.settings`.
        folds: what nobody scales or sets is a number in the compiled program, not an array over the lanes: for cells of
            many constants, at the price of a program for each set of varied quantities.
    """

    name: str
    variant: str
    variants: tuple[str, ...]
    title: str
    reference: str
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    currents: tuple[Current, ...]
    tuning: Any
    equations: str
    methods: tuple[str, ...]
    dt_ms: float
    stimulus: Stimulation
    tissue: Tissue = "cardiac"
    folds: bool = False

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in order."""
        return tuple(state.name for state in self.states)

    @property
    def followed(self) -> dict[str, str]:
        """Units of the concentrations that are followed from beat to beat, by name; none of neurons, with many each."""
        if self.tissue == "neuron":
            return {}
        return {state.name: state.unit for state in self.states if state.kind == "concentration"}

    @property
    def current_names(self) -> tuple[str, ...]:
        """Names of the scalable currents, in order."""
        return tuple(current.name for current in self.currents)

    @property
    def parameter_defaults(self) -> dict[str, float]:
        """Value of every parameter where the user sets nothing."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    @property
    def initial(self) -> np.ndarray:
        """Initial values of the states, shape (states,), float64."""
        return np.array([state.initial for state in self.states])

    @property
    def own_values(self) -> dict[str, float]:
        """What every quantity is when nobody touches it: 1 for the scaling of a current, a parameter's default."""
        return dict.fromkeys(self.current_names, 1.0) | self.parameter_defaults

    def called(self, name: str, *, currents: bool = True, parameters: bool = True) -> str:
        """Return the cell's own name of what can be scaled (currents) or set; a name that is none, as it is.

        A name of both is that of the current: scaling it is what setting its conductance comes to.

        Raises:
            UserError: the name could be of several.
        """
        for kind in (self.currents if currents else (), self.parameters if parameters else ()):
            if any(name == item.name for item in kind):
                return name
            found = [item.name for item in kind if name in item.also]
            if len(found) > 1:
                raise UserError(f"{name}: could be {' or '.join(found)} of {self.name}; say which")
            if found:
                return found[0]
        return name

    def check_value(self, key: str, name: str, value: float) -> None:
        """Check the scaling of a current or the value of a parameter.

        Raises:
            UserError: it is not finite, or lower than makes sense; its text begins with `key`.
        """
        lowest = {parameter.name: parameter.lowest for parameter in self.parameters}.get(name, 0.0)
        if not math.isfinite(value) or (lowest is not None and value < lowest):
            raise wrong(key, value, "a finite number" + ("" if lowest is None else f" of at least {lowest:g}"))

    def split(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return values by name as the scalings of currents and the values of parameters among them."""
        own = (self.current_names, self.parameter_defaults)
        scale, parameter = ({name: values[name] for name in names if name in values} for names in own)
        return scale, parameter

    def constants(self, scale: Mapping[str, Any], parameter: Mapping[str, Any]) -> SimpleNamespace:
        """Return everything of the equations that does not change in time.

        Args:
            scale: scaling of each current; 1 for a current left out.
            parameter: value of each parameter; the default for one left out.
        """
        scales = SimpleNamespace(**{name: scale.get(name, 1.0) for name in self.current_names})
        parameters = SimpleNamespace(**(self.parameter_defaults | dict(parameter)))
        return self._module().constants(scales, parameters, self.tuning)

    def currents_of(self, y: Any, c: SimpleNamespace) -> dict[str, Any]:
        """Return every scalable current in pA/pF at states `y`, shape (states, ...), and constants `c`."""
        return self._module().currents(self._named(y), c)

    def rates(self, y: Any, c: SimpleNamespace, stimulus: Any = 0.0) -> list[Any]:
        """Return dy/dt per ms as a list in the order of the states.

        Args:
            y: states, shape (states, ...) or a sequence of arrays.
            c: constants as of `constants`.
            stimulus: injected current in pA/pF; negative depolarises.
        """
        rate = self._module().rates(self._named(y), c, stimulus)
        return [rate[name] for name in self.state_names]

    def linearised(self, y: Any, c: SimpleNamespace, stimulus: Any = 0.0) -> tuple[list[Any], dict[Any, Any]] | None:
        """Return dy/dt and its derivatives as the equations give them, by (row, column); None where they do not."""
        function = getattr(self._module(), "linearised", None)
        if function is None:
            return None
        rate, entries = function(self._named(y), c, stimulus)
        place = {name: k for k, name in enumerate(self.state_names)}
        return [rate[name] for name in self.state_names], {(place[i], place[j]): x for (i, j), x in entries.items()}

    def initial_in(self, c: SimpleNamespace) -> Any:
        """Return the states at t = 0, (states, lanes), of a cell that brings its own step."""
        return self._module().initial(c)

    def step(self, y: Any, lost: Any, c: SimpleNamespace, stimulus: Any, dt_ms: Any) -> tuple[Any, Any]:
        """Return the states one step of the cell's own scheme later, and what they lost; see the module's text."""
        return self._module().step(y, lost, c, stimulus, dt_ms)

    def _named(self, y: Any) -> SimpleNamespace:
        return SimpleNamespace(**dict(zip(self.state_names, y, strict=True)))

    def _module(self) -> ModuleType:
        return importlib.import_module(self.equations)
