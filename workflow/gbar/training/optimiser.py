"""How a network is trained, as plain numbers, and the optax optimiser they stand for."""

import math
from dataclasses import dataclass, fields

import optax

from gbar.errors import UserError, wrong

OPTIMISERS = ("adam", "rmsprop", "nadam", "adamw", "sgd", "adadelta")
SCHEDULES = ("constant", "cosine", "exponential", "warmup_cosine", "plateau")


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides the course of a training run, given network, data and loss.

    Attributes:
        epochs: passes over the training samples.
        batch_size: samples of one optimiser step.
        optimizer: one of `OPTIMISERS`; all their other constants are optax's defaults.
        learning_rate: initial rate, or the peak of warmup_cosine.
        schedule: one of `SCHEDULES`, stepped with every batch. "cosine" falls to `final_fraction` of the rate
            over all epochs; "warmup_cosine" rises linearly from 0 for `warmup_epochs` first; "exponential"
            multiplies the rate by `decay_rate` every `decay_epochs` epochs, never below `final_fraction` of
            it; "plateau" multiplies it by `decay_rate` after every `plateau_epochs` epochs without a lower
            validation loss, no lower either (`gbar.training.history.rate_scale`).
        warmup_epochs: see "warmup_cosine".
        decay_rate: see "exponential" and "plateau".
        decay_epochs: see "exponential".
        plateau_epochs: see "plateau".
        final_fraction: smallest rate of the schedules that fall, as a share of `learning_rate`.
        seed: of the order of the samples and of dropout (the weights are drawn by `gbar.nets.build`).
        patience: stop after so many epochs without a lower validation loss; 0 never stops early.
        gradient_clip: largest global norm of the gradient; 0 leaves it as it is.
        weight_decay: with adamw the decoupled decay; with the others added to the gradient (an L2 penalty).
        checkpoint_every_s: wall-clock seconds between checkpoints; without influence on the result.
    """

    epochs: int = 100
    batch_size: int = 12
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    warmup_epochs: float = 0.0
    decay_rate: float = 0.1
    decay_epochs: float = 100.0
    plateau_epochs: int = 5
    final_fraction: float = 0.0
    seed: int = 0
    patience: int = 0
    gradient_clip: float = 0.0
    weight_decay: float = 0.0
    checkpoint_every_s: float = 60.0

    def __post_init__(self) -> None:
        """Raise `UserError` for a value out of bounds."""
        for key, allowed in (("optimizer", OPTIMISERS), ("schedule", SCHEDULES)):
            if getattr(self, key) not in allowed:
                raise wrong(key, getattr(self, key), f"one of {', '.join(allowed)}")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is int and (not isinstance(value, int) or isinstance(value, bool)):
                raise wrong(field.name, value, "a whole number")
            if field.type is float and not (isinstance(value, int | float) and math.isfinite(value)):
                raise wrong(field.name, value, "a finite number")
            if field.type is not str and field.name != "seed" and value < 0:
                raise wrong(field.name, value, "0 or more")
        for key in ("epochs", "batch_size", "learning_rate", "decay_rate", "decay_epochs", "plateau_epochs"):
            if getattr(self, key) == 0:
                raise wrong(key, 0, "positive")
        if self.schedule == "plateau" and self.decay_rate >= 1:
            raise wrong("decay_rate", self.decay_rate, "below 1 with the schedule plateau")
        if self.final_fraction > 1:
            raise wrong("final_fraction", self.final_fraction, "at most 1")
        if self.schedule == "warmup_cosine" and self.warmup_epochs >= self.epochs:
            raise UserError(
                f"warmup_epochs: {self.warmup_epochs} is not allowed; it must be below epochs ({self.epochs})"
            )


def learning_rate_schedule(settings: TrainingSettings, steps_per_epoch: int) -> optax.Schedule:
    """Return the learning rate as a function of the optimiser step (0, 1, …); of "plateau" before any fall."""
    rate, last = settings.learning_rate, settings.final_fraction * settings.learning_rate
    total = settings.epochs * steps_per_epoch
    if settings.schedule == "cosine":
        return optax.cosine_decay_schedule(rate, total, alpha=settings.final_fraction)
    if settings.schedule == "exponential":
        every = max(1, round(settings.decay_epochs * steps_per_epoch))
        falls = settings.decay_rate < 1
        return optax.exponential_decay(rate, every, settings.decay_rate, end_value=last if falls else None)
    if settings.schedule == "warmup_cosine":
        warmup = round(settings.warmup_epochs * steps_per_epoch)
        return optax.warmup_cosine_decay_schedule(0.0, rate, warmup, total, end_value=last)
    return optax.constant_schedule(rate)


def build_optimiser(settings: TrainingSettings, steps_per_epoch: int) -> optax.GradientTransformation:
    """Return the optimiser with its schedule: clip the gradient, add the L2 penalty, then the step itself."""
    rate = learning_rate_schedule(settings, steps_per_epoch)
    if settings.optimizer == "adamw":
        step = optax.adamw(rate, weight_decay=settings.weight_decay)
    else:
        step = getattr(optax, settings.optimizer)(rate)
        if settings.weight_decay:
            step = optax.chain(optax.add_decayed_weights(settings.weight_decay), step)
    if settings.gradient_clip:
        step = optax.chain(optax.clip_by_global_norm(settings.gradient_clip), step)
    return step
