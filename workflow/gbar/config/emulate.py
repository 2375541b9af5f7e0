"""The `emulate` section: the data set of the emulators, the networks, their training and evaluation."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gbar.config.base import Count, Droppable, Fraction, Name, NonNegative, Number, Positive, Section, Seed, Whole


class WindowsSection(Section):
    """The windows of voltage a network learns to predict, as in the DLSTM study."""

    samples: Annotated[Count, Field(description="samples a window spans in the stored trace")] = 12000
    resampled: Annotated[Count, Field(description="samples it is Fourier-resampled to")] = 5000
    trim: Annotated[Whole, Field(ge=0, description="samples then cut off at each end (ringing)")] = 50
    lead_ms: Annotated[NonNegative, Field(description="time before the upstroke where a window starts, ms")] = 106.0
    skip_beats: Annotated[Whole, Field(ge=0, description="first beats of a trace left out")] = 1
    overlap: Annotated[
        bool, Field(description="a window for every beat; otherwise a window starts after the last one ended")
    ] = False
    beat_time: Annotated[bool, Field(description="the time of the upstroke as a further input")] = False
    min_beats: Annotated[Count, Field(description="a setting beats if its trace has at least this many beats")] = 3

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if self.resampled > self.samples:
            raise ValueError(f"resampled: {self.resampled} must not exceed samples ({self.samples})")
        if 2 * self.trim + 2 > self.resampled:
            raise ValueError(f"trim: {self.trim} at each end leaves nothing of {self.resampled} samples")
        return self


class SplitSection(Section):
    """How many windows train, validate and test."""

    test: Annotated[Fraction, Field(description="share held out for the figures reported")] = 0.2
    validation: Annotated[Fraction, Field(description="share of the rest that chooses epoch and smoothing")] = 0.1
    seed: Annotated[Seed, Field(description="seed of the split")] = 0


LONGEST_SEQUENCE = 1000  # input steps, each of which keeps the state of every sample of a batch

Activation = Literal["linear", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh"]


class DeepNetworkSection(Section):
    """A deep LSTM network; its last dense layer is the trace, as wide as a window has samples."""

    name: Annotated[
        Literal["dlstm2", "dlstm3", "lstm_wide"],
        Field(description="dlstm2: two LSTM layers; dlstm3: three and a dropout; lstm_wide: one, the first network"),
    ]
    lstm_widths: Annotated[list[Count], Field(description="units of each LSTM layer")]
    dense_widths: Annotated[list[Count], Field(description="units of each dense layer but the last")]
    activation: Annotated[Activation, Field(description="activation of the dense layers but the last")] = "relu"
    dropout: Annotated[Number, Field(ge=0, lt=1, description="share of units dropped after the LSTM layers")] = 0.0
    sequence_length: Annotated[
        Count, Field(le=LONGEST_SEQUENCE, description="times the scalings are repeated as input steps")
    ] = 1
    pruned: Annotated[
        bool, Field(description="leave out the weights that act on nothing at a sequence length of 1; same output")
    ] = False

    @model_validator(mode="after")
    def _layers_fit(self) -> Self:
        lstm, dense = {"dlstm2": (2, 2), "dlstm3": (3, 2), "lstm_wide": (1, 1)}[self.name]
        for key, number in (("lstm_widths", lstm), ("dense_widths", dense)):
            if len(getattr(self, key)) != number:
                raise ValueError(f"{key}: {getattr(self, key)} is not allowed; {self.name} takes {number} of them")
        if self.pruned and self.sequence_length > 1:
            raise ValueError("pruned: true is not allowed with a sequence_length above 1: all weights act there")
        return self


class LatentNetworkSection(Section):
    """An ensemble of small networks: beat shape by principal components, cycle length, and whether a setting beats."""

    name: Literal["latent"]
    rank: Annotated[Count, Field(description="principal components of the beat shape")] = 32
    members: Annotated[Whole, Field(ge=2, description="networks of the ensemble")] = 8
    widths: Annotated[list[Count], Field(min_length=1, description="units of their hidden layers")]
    activation: Annotated[Activation, Field(description="activation of the hidden layers")] = "gelu"


Network = Annotated[DeepNetworkSection | LatentNetworkSection, Field(discriminator="name")]


class TrainingSection(Section):
    """One training: epochs, batches, optimiser, learning rate."""

    epochs: Annotated[Count, Field(description="passes over the training windows")]
    batch_size: Annotated[Count, Field(description="windows a step")] = 12
    optimizer: Annotated[
        Literal["adam", "adamw", "nadam", "rmsprop", "sgd", "adadelta"], Field(description="optimiser (optax)")
    ] = "adam"
    learning_rate: Annotated[Positive, Field(description="first learning rate")] = 1e-3
    schedule: Annotated[
        Literal["constant", "cosine", "exponential", "warmup_cosine", "plateau"],
        Field(description="learning-rate schedule"),
    ] = "constant"
    warmup_epochs: Annotated[NonNegative, Field(description="epochs spent rising (warmup_cosine)")] = 0.0
    decay_rate: Annotated[
        Positive,
        Field(description="factor on the rate every decay_epochs (exponential), or when the loss stays (plateau)"),
    ] = 0.1
    decay_epochs: Annotated[Positive, Field(description="epochs between two factors (exponential)")] = 100.0
    plateau_epochs: Annotated[
        Count, Field(description="epochs without a better validation loss before a factor (plateau)")
    ] = 5
    final_fraction: Annotated[
        Number, Field(ge=0, le=1, description="smallest rate of a falling schedule, as a share of the first")
    ] = 0.0
    patience: Annotated[
        int, Field(ge=0, description="epochs without a better validation loss before it stops; 0: never")
    ] = 0
    gradient_clip: Annotated[NonNegative, Field(description="largest global norm of a gradient; 0: no clipping")] = 0.0
    weight_decay: Annotated[NonNegative, Field(description="weight decay")] = 0.0
    seed: Annotated[Seed, Field(description="seed of initial weights, batches and dropout")] = 0

    @model_validator(mode="after")
    def _warmup_fits(self) -> Self:
        if self.schedule == "warmup_cosine" and self.warmup_epochs >= self.epochs:
            raise ValueError(f"warmup_epochs: {self.warmup_epochs} must be below epochs ({self.epochs})")
        if self.schedule == "plateau" and self.decay_rate >= 1:
            raise ValueError(f"decay_rate: {self.decay_rate} must be below 1 with the schedule plateau")
        return self


class ModelSection(Section):
    """One emulator: what it learns from, its network and its training."""

    split: Annotated[
        Literal["simulation", "window"],
        Field(description="simulation: all windows of a setting on one side; window: as published, which leaks"),
    ] = "simulation"
    settings: Annotated[
        Count | None,
        Field(description="learn from so many of the training settings, beating or not; all when left out"),
    ] = None
    network: Network
    training: TrainingSection
    beating: Annotated[
        TrainingSection, Field(description="training of the classifier that tells whether a setting beats (latent)")
    ] = TrainingSection(
        epochs=200, batch_size=128, learning_rate=3e-3, schedule="cosine", optimizer="adamw", weight_decay=0.1
    )


class LearningSection(Section):
    """Learning curves: models trained again on fewer settings."""

    models: Annotated[list[Name], Field(min_length=1, description="names of the models")]
    settings: Annotated[list[Count], Field(min_length=1, description="numbers of training settings")]


class SmoothingSection(Section):
    """Gaussian smoothing of predicted traces; its width is chosen on validation windows, none at all among them."""

    smallest: Annotated[Positive, Field(description="least width tried, in samples of the window")] = 1.0
    largest: Annotated[Positive, Field(description="greatest width tried")] = 7.0
    step: Annotated[Positive, Field(description="step between widths")] = 0.1

    @property
    def sigmas(self) -> list[float]:
        """The widths tried, in samples; 0 is no smoothing."""
        count = math.floor((self.largest - self.smallest) / self.step + 1e-9) + 1
        return [0.0, *(round(self.smallest + k * self.step, 6) for k in range(count))]


class DatasetSection(Section):
    """The data set of the emulators."""

    windows: WindowsSection = WindowsSection()
    split: SplitSection = SplitSection()


class EmulateSection(DatasetSection):
    """The emulators of one sweep."""

    sweep: Annotated[Name, Field(description="the sweep they learn from")]
    smoothing: SmoothingSection = SmoothingSection()
    models: Annotated[dict[Name, ModelSection], Field(min_length=1, description="the emulators, by name"), Droppable]
    learning: Annotated[LearningSection | None, Field(description="error against the number of settings")] = None

    @model_validator(mode="after")
    def _learning_names_models(self) -> Self:
        for name in self.learning.models if self.learning else ():
            if name not in self.models:
                raise ValueError(
                    f"learning.models: {name!r} is not allowed; it must be one of {', '.join(self.models)}"
                )
        return self

    def trainings(self) -> dict[str, ModelSection]:
        """Return every training of the study by name: the models, and `MODEL_N` for each learning on N settings."""
        learning = {
            f"{name}_{number}": self.models[name].model_copy(update={"settings": number})
            for name in (self.learning.models if self.learning else ())
            for number in (self.learning.settings if self.learning else ())
        }
        return self.models | learning
