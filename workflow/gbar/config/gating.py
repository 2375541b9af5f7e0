"""The `gating` section: hidden gates and altered currents from the voltage and calcium of a paced cell."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from gbar.config.base import Count, Fraction, NonNegative, Positive, Section, Seed

SAMPLE_MS = 1.0


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
    clamp_voltages: Annotated[int, Field(ge=2, description="clamped voltages, 1 mV apart from -100.5 mV on")] = 152
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
    width: Annotated[Count, Field(description="units of the dense layers")] = 30
    penalty: Annotated[NonNegative, Field(description="factor of the mean square of each array of weights")] = 1e-4


class DataStageSection(Section):
    """The published second stage: the layer of gates alone is trained again, on records of a cell."""

    training: SequenceSection = SequenceSection()
    eta: Annotated[Positive, Field(description="weight of staying with the gates of the first stage")] = 1.5e-3
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

    every_ms: Annotated[Count, Field(description="samples used, one every so many ms")] = 1
    noise_mV: Annotated[NonNegative, Field(description="noise of the recorded voltage")] = 0.0
    error_mV: Annotated[
        Positive, Field(description="error of the voltage beside noise; smaller ones follow flat valleys for long")
    ] = 1.0
    error_mM: Annotated[Positive, Field(description="error of the calcium concentration")] = 1e-4
    upstroke_ms: Annotated[NonNegative, Field(description="time from each stimulus on that weighs a tenth")] = 8.0
    ridge: Annotated[Positive, Field(description="by how much the logarithms of factors usually differ from 0")] = 0.1
    iterations: Annotated[Count, Field(description="most steps of Gauss and Newton")] = 20
