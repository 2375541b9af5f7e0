"""The `invert` and `recordings` sections: networks that regress a cell's parameters from a trace."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gbar.config.base import Count, Fraction, Name, NonNegative, Number, Positive, Section, Seed, Whole
from gbar.config.emulate import TrainingSection

Range = tuple[Whole, Whole]


class TracesSection(Section):
    """The data set: which part of each trace a network sees, how it is scaled, which traces are left out."""

    first: Annotated[Whole, Field(ge=0, description="first sample of the window in the stored trace")] = 5500
    samples: Annotated[Count, Field(description="samples a window spans in the stored trace")] = 9000
    every: Annotated[
        Count,
        Field(
            description="a network sees a value for so many samples of the window; above 1 of three samples half an"
            " interval apart, weighted 1, 2, 1"
        ),
    ] = 1
    clip_mV: Annotated[tuple[Number, Number], Field(description="[low, high] that traces are clipped to, mV")] = (
        -80.0,
        50.0,
    )
    checked: Annotated[
        bool,
        Field(description="leave out traces that fail the QA flag: spikes during the reset, none or over 30 after"),
    ] = True
    held_out: Annotated[
        Fraction, Field(description="share that no network learns from: half calibrates, half tests the ensemble")
    ] = 0.1
    folds: Annotated[Count, Field(ge=3, le=127, description="equal blocks the rest is split into")] = 8
    seed: Annotated[Seed, Field(description="seed of the split")] = 0

    @model_validator(mode="after")
    def _clip_rises(self) -> Self:
        if self.clip_mV[0] >= self.clip_mV[1]:
            raise ValueError(f"clip_mV: {self.clip_mV} is not allowed; it must rise")
        if self.samples // self.every < 16:
            raise ValueError(f"every: {self.every} leaves {self.samples // self.every} of {self.samples} samples")
        return self


class RegressorSection(Section):
    """A 1-D convolutional network from a trace to unit parameters."""

    name: Literal["regressor"] = "regressor"
    repeat: Annotated[Count, Field(description="convolutions of each block, before its pooling")] = 2
    filters: Annotated[tuple[Count, ...], Field(min_length=1, description="channels of each block")]
    kernel: Annotated[Count, Field(description="samples a convolution spans")]
    pool: Annotated[Count, Field(description="samples pooled into one, by their largest")]
    dense: Annotated[tuple[Count, ...], Field(description="units of the dense layers behind")]
    dropout: Annotated[Number, Field(ge=0, lt=1, description="share of units dropped behind each dense layer")] = 0.02
    last: Annotated[Literal["tanh", "linear"], Field(description="activation of the output")] = "tanh"
    amplitude: Annotated[Positive, Field(description="what a tanh output is multiplied by")] = 1.2
    standardised: Annotated[
        bool, Field(description="inputs are scaled to mean 0 and deviation 1 of the training traces; as published: no")
    ] = False

    def flat_size(self, samples: int) -> int:
        """Return how many numbers the convolutions leave of a trace of so many samples; 0 where it is too short."""
        for _ in self.filters:
            samples = max(0, samples - self.repeat * (self.kernel - 1)) // self.pool
        return samples * self.filters[-1]


class InverterTrainingSection(TrainingSection):
    """One training of a regressor."""

    batch_size: Annotated[Count, Field(description="traces a step")] = 64
    loss: Annotated[Literal["mse", "mae"], Field(description="mean squared or mean absolute error")] = "mse"


class DrawsSection(Section):
    """A random scan but for its length: each trial is drawn from (seed, number of the trial) alone."""

    seed: Annotated[Seed, Field(description="seed of the draws")] = 0
    epochs: Annotated[Count, Field(description="epochs of a trial at most")] = 80
    patience: Annotated[
        int, Field(ge=0, description="epochs without a better validation loss before a trial stops; 0: never")
    ] = 12
    blocks: Annotated[Range, Field(description="[least, most] blocks of convolutions")] = (2, 7)
    filters: Annotated[Range, Field(description="channels of the first block")] = (2, 20)
    filters_step: Annotated[Range, Field(description="channels that each block has more than the one before")] = (0, 7)
    kernel: Annotated[Range, Field(description="samples a convolution spans")] = (3, 7)
    pool: Annotated[Range, Field(description="samples pooled into one")] = (3, 7)
    repeat: Annotated[Range, Field(description="convolutions of a block")] = (1, 3)
    dense_layers: Annotated[Range, Field(description="dense layers")] = (2, 7)
    dense_last: Annotated[
        int, Field(ge=1, description="most units of the last dense layer; the least are its outputs")
    ] = 50
    dense_step: Annotated[Range, Field(description="units that each dense layer has more than the one behind")] = (
        0,
        19,
    )
    dropout: Annotated[tuple[Number, ...], Field(min_length=1, description="shares of units dropped")] = (
        0.01,
        0.02,
        0.05,
    )
    optimizer: Annotated[
        tuple[Literal["adam", "nadam", "adadelta"], ...], Field(min_length=1, description="optimisers")
    ] = ("adam", "nadam", "adadelta")
    batch_size: Annotated[tuple[Count, ...], Field(min_length=1, description="traces a step")] = (16, 32, 64, 128)
    loss: Annotated[tuple[Literal["mse", "mae"], ...], Field(min_length=1, description="losses")] = ("mse", "mae")
    last: Annotated[tuple[Literal["tanh", "linear"], ...], Field(min_length=1, description="output activations")] = (
        "tanh",
        "linear",
    )
    rate_factor: Annotated[
        tuple[Number, Number], Field(description="[least, greatest] root of the plateau's factor")
    ] = (0.2, 0.8)
    largest_flat: Annotated[Count, Field(description="numbers between convolutions and dense layers at most")] = 20_000
    fold: Annotated[Whole, Field(ge=0, description="the offset that trials are trained at")] = 0
    traces: Annotated[Count | None, Field(description="learn from so many training traces only; all when left out")] = (
        None
    )
    grace_epochs: Annotated[
        int, Field(ge=0, description="a trial is stopped as unpromising after so many epochs; 0: never")
    ] = 10
    grace_mse: Annotated[
        Positive,
        Field(
            description="if its validation MSE is still above this, or the MAE of one trained by it above the root of"
            " three quarters of this; knowing nothing gives 1/3"
        ),
    ] = 0.30


class ScanSection(DrawsSection):
    """A random scan over networks and their training."""

    trials: Annotated[Count, Field(description="number of trials; more of them train only the new ones")]


class StabilitySection(Section):
    """The best trials trained again with several seeds, to choose the golden design."""

    top: Annotated[Count, Field(description="trials trained again")] = 3
    seeds: Annotated[Whole, Field(ge=2, description="seeds of each")] = 16


class EnsembleSection(Section):
    """The golden design trained over folds and seeds: together they are the inverter."""

    folds: Annotated[Count, Field(description="offsets trained, the first ones; at most traces.folds")] = 8
    seeds: Annotated[Count, Field(description="networks of each offset, trained together")] = 4


class SizesSection(Section):
    """Accuracy against the number of training traces."""

    traces: Annotated[tuple[Count, ...], Field(min_length=2, description="numbers of training traces")]
    folds: Annotated[Count, Field(description="offsets trained with each number")] = 2


class RefineSection(Section):
    """Parameters fitted to the trace from the inverter's answer on, by Gauss-Newton steps through the solver."""

    cells: Annotated[Count, Field(description="held-out cells refined")] = 100
    starts: Annotated[
        Count, Field(description="points each fit starts from: the answer, and those of some of the networks")
    ] = 8
    horizons: Annotated[
        Count, Field(description="lengths of the trace that are fitted one after the other, the last the whole of it")
    ] = 12
    steps: Annotated[Count, Field(description="steps at each length")] = 2


class DesignSection(Section):
    """The golden design where it is given: a network and its training; both, or neither."""

    network: Annotated[
        RegressorSection | None, Field(description="the golden design; chosen by the scan when left out")
    ] = None
    training: Annotated[InverterTrainingSection | None, Field(description="its training; the scan's when left out")] = (
        None
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.network is None) != (self.training is None):
            raise ValueError("network and training: give both, or neither and a scan")
        return self


class InverterSection(DesignSection):
    """The inverter of one sweep."""

    sweep: Annotated[Name, Field(description="the sweep it learns from: a uniform or sobol design")]
    traces: TracesSection = TracesSection()
    scan: Annotated[ScanSection | None, Field(description="a random scan over designs")] = None
    stability: Annotated[StabilitySection | None, Field(description="the best trials with more seeds")] = None
    ensemble: EnsembleSection = EnsembleSection()
    false_alarms: Annotated[
        Fraction, Field(description="share of the simulator's own traces that may be called out of range")
    ] = 0.05
    cross: Annotated[tuple[Name, ...], Field(description="other sweeps whose traces are shown to the ensemble")] = ()
    sizes: Annotated[SizesSection | None, Field(description="accuracy against training size")] = None
    round_trip: Annotated[Whole, Field(ge=0, description="held-out cells simulated again as predicted")] = 100
    refine: Annotated[RefineSection | None, Field(description="fit parameters to traces from the answer on")] = None

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.network is None and self.scan is None:
            raise ValueError("network: is missing; give network and training, or a scan to choose them")
        if self.stability is not None and self.scan is None:
            raise ValueError("stability: is not allowed without a scan, whose best trials it trains again")
        if self.scan is not None and self.stability is not None and self.stability.top > self.scan.trials:
            raise ValueError(f"stability.top: {self.stability.top} must not exceed scan.trials ({self.scan.trials})")
        for key, folds in (("ensemble.folds", self.ensemble.folds), ("sizes.folds", self.sizes and self.sizes.folds)):
            if folds and folds > self.traces.folds:
                raise ValueError(f"{key}: {folds} must not exceed traces.folds ({self.traces.folds})")
        if self.scan is not None and self.scan.fold >= self.traces.folds:
            raise ValueError(f"scan.fold: {self.scan.fold} must be below traces.folds ({self.traces.folds})")
        return self


class RecordingSection(Section):
    """A recorded trace that an inverter of the study is asked about."""

    file: Annotated[str, Field(min_length=1, description="file of a recording, as `gbar recording` reads it")]
    inverter: Annotated[Name, Field(description="the inverter")]
    sweep: Annotated[Whole, Field(ge=0, description="sweep: its number in the file, or from 0")] = 0
    channel: Annotated[
        str | None, Field(description="its voltage channel: name or place; the only one in mV when left out")
    ] = None
    start_ms: Annotated[NonNegative, Field(description="time of the recording where the window starts, ms")] = 0.0
