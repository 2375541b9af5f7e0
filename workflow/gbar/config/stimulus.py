"""The `stimulus` of a protocol: what the cell is driven with."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from gbar.cells.cell import Stimulation
from gbar.config.base import Count, NonNegative, Number, Section, Seed
from gbar.errors import UserError
from gbar.stimuli.kinds import KINDS
from gbar.stimuli.noise import Noise
from gbar.stimuli.trains import S1S2, Pacing
from gbar.stimuli.waveform import SHORTEST_MS, Waveform

Pulse = Annotated[Number, Field(ge=SHORTEST_MS, description="length of a pulse, ms")]
First = Annotated[NonNegative, Field(description="start of the first pulse, ms")]
Cycle = Annotated[Number, Field(gt=SHORTEST_MS, description="from the start of a pulse to the start of the next, ms")]
CellGain = Annotated[
    Number | None,
    Field(
        description="height in the unit of the cell's stimulus (negative: depolarising, if pA/pF); its own if absent"
    ),
]
Factor = Annotated[Number | None, Field(description="factor on the values; 1 when left out")]
Clamp = Annotated[
    bool, Field(description="the values are the membrane potential, mV, that a voltage clamp holds, not a current")
]
Step = Annotated[list[Number], Field(min_length=2, max_length=2)]


class _Stimulus(Section):
    """What all kinds have in common, but for `none`."""

    kind: str
    gain: Factor = None

    @model_validator(mode="after")
    def _makes_a_waveform(self) -> Self:
        try:
            self.waveform()
        except UserError as error:
            raise ValueError(str(error)) from None
        return self

    def waveform(self, **changed: float) -> Waveform:
        """Return the waveform, some of its fields changed.

        Raises:
            UserError: values that are not allowed.
        """
        return KINDS[self.kind](**self.model_dump(exclude={"kind", "gain"}) | changed)


class _Written(_Stimulus):
    """Values the user writes down."""

    clamp: Clamp = False

    @model_validator(mode="after")
    def _clamps_without_gain(self) -> Self:
        if self.clamp and self.gain not in (None, 1):
            raise ValueError(f"gain: {self.gain} is not allowed with clamp, whose values are in mV; leave it out")
        return self


class NoStimulus(Section):
    """No stimulus: the cell by itself."""

    kind: Literal["none"]


class ChirpStimulus(_Stimulus):
    """A current of reset and chirp; the run is as long as the waveform: 460, 320, 152 and 152 ms."""

    kind: Literal["chirp23a", "chirp16a", "chirp_05", "chirp_damp"]
    gain: CellGain = None


class _Train(_Stimulus):
    """What trains of pulses have in common."""

    gain: CellGain = None
    cycle_length_ms: Cycle = Pacing.cycle_length_ms
    first_ms: First = Pacing.first_ms
    width_ms: Pulse = Pacing.width_ms


class PacingStimulus(_Train):
    """A train of pulses to the end of the run."""

    kind: Literal["pacing"]
    pulses: Annotated[
        Count | None, Field(description="number of pulses; as many as start before the end of the run if absent")
    ] = None


class S1S2Stimulus(_Train):
    """A train of pulses S1, then one pulse S2 at an interval of its own."""

    kind: Literal["s1s2"]
    s1_pulses: Annotated[Count, Field(description="number of pulses S1")] = S1S2.s1_pulses
    coupling_ms: Annotated[
        Number, Field(gt=SHORTEST_MS, description="from the start of the last S1 to the start of S2, ms")
    ] = S1S2.coupling_ms


class ConstantStimulus(_Written):
    """One value all the time."""

    kind: Literal["constant"]
    value: Annotated[Number, Field(description="the value, in the unit of the cell's stimulus")]


class StepsStimulus(_Written):
    """Steps from value to value; 0 before the first."""

    kind: Literal["steps"]
    values: Annotated[
        list[Step],
        Field(min_length=1, description="[start in ms, value in the unit of the cell's stimulus] of each step"),
    ]


class NoiseStimulus(_Stimulus):
    """Ornstein-Uhlenbeck noise, its own for each row."""

    kind: Literal["noise"]
    theta: Annotated[NonNegative, Field(description="rate of return to the mean, 1/ms; at most 1/step_ms")] = (
        Noise.theta
    )
    mu: Annotated[Number, Field(description="mean, in the unit of the cell's stimulus")] = Noise.mu
    sigma: Annotated[NonNegative, Field(description="strength, that unit per square root of ms")] = Noise.sigma
    step_ms: Annotated[Number, Field(ge=SHORTEST_MS, description="how long each value is held, ms")] = Noise.step_ms
    seed: Annotated[Seed, Field(description="seed of the noise of all rows")] = Noise.seed


class CsvStimulus(_Written):
    """A CSV file with the columns `time_ms` and `value`: each value holds from its time on, the first from 0."""

    kind: Literal["csv"]
    path: Annotated[str, StringConstraints(min_length=1), Field(description="the CSV file")]


AppliedStimulus = (
    ChirpStimulus | PacingStimulus | S1S2Stimulus | ConstantStimulus | StepsStimulus | NoiseStimulus | CsvStimulus
)
StimulusSection = Annotated[NoStimulus | AppliedStimulus, Field(discriminator="kind")]


def default_section(stimulation: Stimulation) -> StimulusSection:
    """Return the stimulus of a cell when the user says nothing."""
    values = {"kind": stimulation.kind or "none"} | dict(stimulation.defaults)
    return TypeAdapter(StimulusSection).validate_python(values)


def with_defaults(section: StimulusSection, stimulation: Stimulation) -> StimulusSection:
    """Return a stimulus with the cell's own numbers where the user gave none, if it is of the cell's own kind."""
    own = {key: value for key, value in stimulation.defaults if key not in section.model_fields_set}
    if section.kind != stimulation.kind or not own:
        return section
    given = section.model_dump(include=section.model_fields_set)
    return TypeAdapter(StimulusSection).validate_python(given | own)
