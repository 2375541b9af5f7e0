"""The `gating` section: hidden gates and altered currents from the voltage and calcium of a paced cell."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from gbar import cells
from gbar.config.base import Count, Droppable, Fraction, Name, NonNegative, Positive, Section, Seed, Whole

SAMPLE_MS = 1.0
SHOWN_MS = 2_000  # of traces in figures, the last ones
CONTROL = "control"
CELL = cells.get("tentusscher2004")
# Currents through the membrane; those of the reticulum leave the voltage alone.
MEMBRANE = tuple(name for name in CELL.current_names if name not in ("Irel", "Iup", "Ileak"))


class PacedSection(Section):
    """The runs: one cell paced at many cycle lengths, and clamped to a grid of voltages."""

    shortest_ms: Annotated[Positive, Field(description="shortest cycle length, ms")] = 300.0
    longest_ms: Annotated[Positive, Field(description="longest cycle length, ms")] = 800.0
    every_ms: Annotated[Positive, Field(description="distance of cycle lengths, ms")] = 5.0
    duration_ms: Annotated[Positive, Field(description="length of each run, ms, saved every ms")] = 20_000.0
    first_ms: Annotated[
        int, Field(ge=0, description="what is learnt from begins here, ms; the cell has settled by then")
    ] = 8999
    slices: Annotated[Count, Field(description="samples learnt from, one a ms")] = 10_001
    training: Annotated[Fraction, Field(description="share of the cycle lengths to train on")] = 0.75
    seed: Annotated[Seed, Field(description="of the draw of cycle lengths to train on")] = 0
    clamp_voltages: Annotated[Whole, Field(ge=2, description="clamped voltages, 1 mV apart from -100.5 mV on")] = 152
    clamp_ms: Annotated[Positive, Field(description="how long each is held before the states are taken, ms")] = 4000.0

    @property
    def cycle_lengths_ms(self) -> np.ndarray:
        """All cycle lengths, rising."""
        return np.arange(self.shortest_ms, self.longest_ms + 1e-9, self.every_ms)

    @property
    def training_runs(self) -> int:
        """How many of the cycle lengths are trained on."""
        return round(self.training * len(self.cycle_lengths_ms))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        runs = len(self.cycle_lengths_ms)
        if not 0 < self.training_runs < runs:
            raise ValueError(f"training: {self.training} of {runs} cycle lengths leaves none to train or validate on")
        if (last := self.first_ms + self.slices) > self.duration_ms / SAMPLE_MS:
            raise ValueError(f"slices: {self.slices} from {self.first_ms} ms on end at {last} ms, behind duration_ms")
        return self


class SequenceSection(Section):
    """A training in sequence: from sample to sample, or from window to window, the recurrent state carried on."""

    epochs: Annotated[Count, Field(description="passes over the samples")] = 3
    learning_rate: Annotated[Positive, Field(description="step of Adam")] = 1e-4
    schedule: Annotated[
        Literal["constant", "cosine"], Field(description="course of the learning rate, over all epochs")
    ] = "constant"
    window: Annotated[
        Count, Field(description="samples of one step of the optimiser, and as far back as its gradient reaches, ms")
    ] = 1
    seed: Annotated[Seed, Field(description="of the first weights")] = 0


class TheorySection(Section):
    """The first stage: a network learns the gates and other states of the unaltered model."""

    training: SequenceSection = SequenceSection()
    stimulus: Annotated[
        bool, Field(description="the known stimulus is an input beside Cai and V; as published: no")
    ] = False
    apart: Annotated[
        bool, Field(description="gates learn from their own errors alone, not those of other states; as published: no")
    ] = False
    clamps: Annotated[
        int, Field(ge=0, description="clamped voltages, at most, that are learnt beside the runs; as published: none")
    ] = 0
    width: Annotated[Count, Field(description="units of the dense layers")] = 30
    penalty: Annotated[NonNegative, Field(description="factor of the mean square of each array of weights")] = 1e-4


class RetrainingSection(Section):
    """The published second stage: the layer of gates alone is trained again, on records of a cell."""

    network: Annotated[Name, Field(description="which of `networks` is trained again")]
    training: SequenceSection = SequenceSection()
    etas: Annotated[
        tuple[Positive, ...],
        Field(min_length=1, description="weights of staying with the gates of the first stage, one training each"),
    ] = tuple(round(k * 1e-4, 4) for k in range(1, 21))
    penalty: Annotated[NonNegative, Field(description="factor of the mean square of each array of the layer")] = 1e-5


class MembraneSection(Section):
    """The second stage of ours: a factor on each membrane current, by regression of the membrane equation."""

    runs: Annotated[Count, Field(description="cycle lengths used, spread over those to train on")] = 4
    shortest_ms: Annotated[Positive, Field(description="shortest cycle length used; below, beats alternate")] = 400.0
    window_ms: Annotated[Count, Field(description="time over which a change of voltage is explained")] = 20
    after_ms: Annotated[
        Count, Field(description="windows begin so long after the stimulus does, when samples resolve the voltage")
    ] = 12
    error_mV: Annotated[Positive, Field(description="error that a change over a window is expected to have")] = 0.3
    ridge: Annotated[Positive, Field(description="by how much factors usually differ from 1")] = 0.3
    sweeps: Annotated[Count, Field(description="times that concentrations are followed with the factors found")] = 3


class RefineSection(Section):
    """The last stage of ours: the same factors, by fitting the whole model to the record."""

    starts: Annotated[
        Count, Field(description="fits begun with at most one current altered, from the likeliest on")
    ] = 3
    trial_steps: Annotated[Count, Field(description="steps of each fit, before the best of them goes on alone")] = 3
    error_mV: Annotated[
        Positive, Field(description="error of the voltage beside noise; smaller ones follow flat valleys for long")
    ] = 1.0
    error_mM: Annotated[Positive, Field(description="error of the calcium concentration")] = 1e-4
    upstroke_ms: Annotated[NonNegative, Field(description="time from each stimulus on that weighs a tenth")] = 8.0
    ridge: Annotated[Positive, Field(description="by how much the logarithms of factors usually differ from 0")] = 0.1
    iterations: Annotated[Count, Field(description="most steps of Gauss and Newton")] = 20


class RecordSection(Section):
    """How the voltage is recorded that factors are identified from."""

    noise_mV: Annotated[NonNegative, Field(description="deviation of white noise on the voltage")] = 0.0
    every_ms: Annotated[Count, Field(description="samples taken, one every so many ms")] = 1
    seed: Annotated[Seed, Field(description="of the noise")] = 0


class IdentificationSection(Section):
    """The second stage of ours: which current was altered and by what factor, for each kind of record."""

    membrane: MembraneSection = MembraneSection()
    refine: RefineSection = RefineSection()
    settled_ms: Annotated[Count, Field(description="length of the record behind `paced.first_ms`, ms")] = 2000
    records: Annotated[
        dict[Name, RecordSection], Field(min_length=1, description="kinds of record, by name"), Droppable
    ] = Field(default_factory=lambda: {"exact": RecordSection(), "noisy": RecordSection(noise_mV=1.0, every_ms=2)})


class AlteredSection(Section):
    """One altered cell: what stands in for an experiment."""

    scales: Annotated[dict[str, Positive], Field(min_length=1, description="factor on each current that is altered")]
    eta: Annotated[
        Positive, Field(description="the published second stage is shown with the eta of the sweep nearest to this")
    ] = 1.5e-3

    @model_validator(mode="after")
    def _currents_exist(self) -> Self:
        for name in self.scales:
            if name not in MEMBRANE:
                raise ValueError(f"scales: {name!r} is not allowed; it must be one of {', '.join(MEMBRANE)}")
        return self


class ShownSection(Section):
    """Cycle lengths of the figures, ms; of those solved, the nearest one is taken."""

    control_ms: Annotated[
        tuple[Positive, ...], Field(min_length=1, description="of the control's voltage and calcium")
    ] = (800.0, 550.0, 320.0)
    altered_ms: Annotated[Positive, Field(description="of the altered cells' voltages, and of the closed loop")] = 350.0
    currents_ms: Annotated[Positive, Field(description="of the currents")] = 445.0


class GatingSection(Section):
    """The gating study."""

    paced: PacedSection = PacedSection()
    cells: Annotated[
        dict[Name, AlteredSection], Field(min_length=1, description="the altered cells, by name"), Droppable
    ]
    networks: Annotated[
        dict[Name, TheorySection], Field(min_length=1, description="networks of the first stage, by name"), Droppable
    ]
    closed_loop_ms: Annotated[
        tuple[Positive, ...],
        Field(min_length=1, description="cycle lengths at which a network drives the cell, beside the cell itself, ms"),
    ] = (350.0, 445.0, 600.0, 800.0)
    retraining: RetrainingSection
    identification: IdentificationSection = IdentificationSection()
    shown: ShownSection = ShownSection()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        if CONTROL in self.cells:
            raise ValueError(f"cells: {CONTROL!r} is the unaltered cell; name this one otherwise")
        if (network := self.retraining.network) not in self.networks:
            raise ValueError(
                f"retraining.network: {network!r} is not allowed; it must be one of {', '.join(self.networks)}"
            )
        identification, longest_ms = self.identification, round(self.paced.duration_ms - self.paced.first_ms)
        if identification.settled_ms > longest_ms:
            raise ValueError(
                f"identification.settled_ms: {identification.settled_ms} is not allowed; from paced.first_ms on the "
                f"runs have {longest_ms} ms"
            )
        if identification.membrane.runs > self.paced.training_runs:
            raise ValueError(
                f"identification.membrane.runs: {identification.membrane.runs} is not allowed; "
                f"{self.paced.training_runs} cycle lengths are trained on"
            )
        return self

    def scales_of(self, cell: str) -> dict[str, float]:
        """Return the factors on the currents of a cell; none of the control."""
        return {} if cell == CONTROL else dict(self.cells[cell].scales)
