"""The `subthreshold` section: filters that turn a noisy current into the voltage of a neuron that does not spike."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gbar.config.base import Count, Droppable, Fraction, Name, NonNegative, Number, Positive, Section, Seed, Whole
from gbar.config.emulate import Activation, TrainingSection


class NoiseSection(Section):
    """The current: an Ornstein-Uhlenbeck process in steps of 1 ms."""

    theta: Annotated[Positive, Field(lt=2, description="rate of return to the mean, 1/ms")] = 0.01
    mu: Annotated[Number, Field(description="mean, pA")] = 0.0
    sigma: Annotated[NonNegative, Field(description="strength of the noise, pA/sqrt(ms)")] = 25.0


class CurrentsSection(Section):
    """The data set: paths of the current, and the voltage of a Hodgkin-Huxley neuron under each."""

    noise: NoiseSection = NoiseSection()
    seed: Annotated[Seed, Field(description="seed of NumPy's legacy generator, which draws path after path")] = 1234
    skipped: Annotated[
        int, Field(ge=0, description="paths of `samples` drawn first and not used; the published study showed two")
    ] = 2
    paths: Annotated[Whole, Field(ge=2, description="paths to train and validate on")] = 10_000
    samples: Annotated[Whole, Field(ge=100, description="samples of each, one a ms")] = 1000
    validation: Annotated[Fraction, Field(description="share of them that validates, the last ones")] = 0.05
    test_paths: Annotated[Count, Field(description="paths of the test")] = 10
    test_samples: Annotated[Whole, Field(ge=100, description="samples of each")] = 10_000

    @property
    def validation_paths(self) -> int:
        """How many of the paths validate, at least one."""
        return max(1, round(self.validation * self.paths))

    @model_validator(mode="after")
    def _something_to_learn_from(self) -> Self:
        if self.validation_paths >= self.paths:
            raise ValueError(f"validation: {self.validation} leaves no path of {self.paths} to train on")
        return self


class ConvFilterSection(Section):
    """Layers of convolutions; the output is a weighted sum of the last layer's units."""

    name: Literal["convfilter"]
    widths: Annotated[tuple[Count, ...], Field(min_length=1, description="units of each layer")]
    spans: Annotated[tuple[Count, ...], Field(description="samples of each layer's kernels")]
    dilations: Annotated[
        tuple[Count, ...], Field(description="distance of these samples; 1 for all when left out")
    ] = ()
    activations: Annotated[tuple[Activation, ...], Field(description="activation of each layer")]
    causal: Annotated[
        bool, Field(description="the output knows the past alone; as published: no, zeros on both sides")
    ] = True
    lag: Annotated[
        int, Field(ge=0, description="samples from a current to the first voltage it moves; 0 if not causal")
    ] = 2
    linear: Annotated[
        int, Field(ge=0, description="samples of a linear filter straight to the output; 0: none (causal)")
    ] = 0

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        lag = {"lag": 0} if values.get("causal") is False else {}
        widths = values.get("widths")
        layers = len(widths) if isinstance(widths, list | tuple) else 0
        return {"dilations": [1] * layers} | lag | values

    @model_validator(mode="after")
    def _layers_fit(self) -> Self:
        for key in ("spans", "dilations", "activations"):
            if len(getattr(self, key)) != len(self.widths):
                raise ValueError(f"{key}: must have one entry for each of the {len(self.widths)} widths")
        if not self.causal and (self.lag or self.linear):
            raise ValueError("lag, linear: must be 0 for a filter that is not causal")
        return self


class GruFilterSection(Section):
    """One layer of gated recurrent units."""

    name: Literal["grufilter"]
    width: Annotated[Count, Field(description="units of the layer")]
    lag: Annotated[Whole, Field(ge=0, description="samples from a current to the first voltage it moves")] = 2


class FilterSection(Section):
    """One filter: its network and its training."""

    network: Annotated[ConvFilterSection | GruFilterSection, Field(discriminator="name")]
    training: TrainingSection
    paths: Annotated[Count | None, Field(description="learn from the first so many paths only; all if left out")] = None
    scaled: Annotated[
        bool, Field(description="current and voltage are scaled to deviation 1, voltage to mean 0; as published: no")
    ] = True
    penalty: Annotated[
        NonNegative, Field(description="factor of the sum of squares of all numbers of the layers, in the loss")
    ] = 0.0
    repeats: Annotated[Count, Field(description="trainings, with the seed and those that follow it")] = 1

    @model_validator(mode="after")
    def _penalty_has_layers(self) -> Self:
        if self.penalty and self.network.name != "convfilter":
            raise ValueError("penalty: is for a convfilter only")
        return self


class BaselineSection(Section):
    """A linear filter by least squares: an offset and one weight a lag."""

    first: Annotated[Whole, Field(ge=0, description="least lag, samples")] = 2
    last: Annotated[Whole, Field(ge=0, description="greatest lag")]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last: {self.last} must not be below first ({self.first})")
        return self


class SubthresholdSection(Section):
    """The subthreshold study."""

    currents: CurrentsSection = CurrentsSection()
    models: Annotated[dict[Name, FilterSection], Field(min_length=1, description="the filters, by name"), Droppable]
    baselines: Annotated[
        dict[Name, BaselineSection],
        Field(
            default_factory=lambda: {"linear_7": BaselineSection(last=7), "linear_40": BaselineSection(last=40)},
            description="linear filters, by name",
        ),
        Droppable,
    ]

    @model_validator(mode="after")
    def _batches_fit(self) -> Self:
        training = self.currents.paths - self.currents.validation_paths
        for name, model in self.models.items():
            paths = min(model.paths or training, training)
            if model.training.batch_size > paths:
                raise ValueError(
                    f"models.{name}.training.batch_size: {model.training.batch_size} is not allowed; it must be at "
                    f"most the number of training paths, {paths}"
                )
        if both := sorted(self.models.keys() & self.baselines.keys()):
            raise ValueError(f"models, baselines: {both[0]!r} names one of each; names must differ")
        return self

    def trainings_of(self, name: str) -> dict[str, FilterSection]:
        """Return the trainings of a model by name: `MODEL`, or `MODEL_SEED` for each of several seeds."""
        model, found = self.models[name], {}
        for seed in range(model.training.seed, model.training.seed + model.repeats):
            training = model.training.model_copy(update={"seed": seed})
            one = model.model_copy(update={"training": training, "repeats": 1})
            found[name if model.repeats == 1 else f"{name}_{seed}"] = one
        return found

    def trainings(self) -> dict[str, FilterSection]:
        """Return the trainings of all models by name."""
        return {name: one for model in self.models for name, one in self.trainings_of(model).items()}
