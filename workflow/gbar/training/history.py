"""The record of a training run: its epochs, how it ended, and the progress lines of its log."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from gbar.records.files import write_csv
from gbar.training.optimiser import TrainingSettings

REPORT_EVERY_S = 5.0


@dataclass(frozen=True)
class EpochRecord:
    """One row of history.csv; the learning rate is that of the epoch's first step, epochs count from 1."""

    epoch: int
    train_loss: float
    validation_loss: float
    learning_rate: float
    seconds: float


def write_history(path: Path, history: Sequence[EpochRecord]) -> None:
    """Write history.csv: one row an epoch, columns as in `EpochRecord`."""
    header = [field.name for field in fields(EpochRecord)]
    write_csv(path, header, (astuple(record) for record in history))


def ending(history: Sequence[EpochRecord], settings: TrainingSettings) -> str | None:
    """Return how the run ended, or None while it goes on."""
    if history and not (math.isfinite(history[-1].train_loss) and math.isfinite(history[-1].validation_loss)):
        return "diverged"
    if len(history) >= settings.epochs:
        return "completed"
    if settings.patience and len(history) - best_epoch(history)[0] >= settings.patience:
        return "stopped_early"
    return None


def best_epoch(history: Sequence[EpochRecord]) -> tuple[int, float]:
    """Return epoch and value of the first lowest validation loss; (0, infinity) without a finite one."""
    losses = [record.validation_loss if math.isfinite(record.validation_loss) else math.inf for record in history]
    lowest = min(losses, default=math.inf)
    return (losses.index(lowest) + 1 if lowest < math.inf else 0), lowest


def rate_scale(history: Sequence[EpochRecord], settings: TrainingSettings) -> float:
    """Return the factor on the learning rate of the next epoch: 1 but for the schedule "plateau".

    There it is `decay_rate` once more after every `plateau_epochs` epochs in a row without a lower validation loss than
    any before, but at least `final_fraction`.
    """
    if settings.schedule != "plateau":
        return 1.0
    scale, lowest, waited = 1.0, math.inf, 0
    for record in history:
        waited = 0 if record.validation_loss < lowest else waited + 1
        lowest = min(lowest, record.validation_loss)
        if waited == settings.plateau_epochs:
            scale, waited = scale * settings.decay_rate, 0
    return max(scale, settings.final_fraction)


def overview(histories: Sequence[Sequence[EpochRecord]]) -> list[EpochRecord]:
    """Return one history of members trained together: the means over those that were trained in an epoch."""
    if len(histories) == 1:
        return list(histories[0])
    together = []
    for epoch in range(max(map(len, histories))):
        columns = zip(*(astuple(history[epoch]) for history in histories if len(history) > epoch), strict=True)
        means = [sum(column) / len(column) for column in columns]
        together.append(EpochRecord(epoch + 1, *means[1:]))
    return together


Log = Callable[[str], None]  # takes a line of progress


def print_line(line: str) -> None:
    """Print a line at once, so that it is in the log while the job runs."""
    print(line, flush=True)


class Progress:
    """Writes where a run is, at most once in `REPORT_EVERY_S`, the first and the last epoch in any case."""

    def __init__(self, epochs: int, log: Callable[[str], None]):
        self.epochs, self.log = epochs, log
        self.done, self.seconds = 0, 0.0
        self.reported = time.monotonic()

    def report(self, history: Sequence[EpochRecord], seconds: float) -> None:
        """Take note of the epoch just finished, the last of `history`, and of how long it took without compilation."""
        now, last = time.monotonic(), history[-1]
        self.done, self.seconds = self.done + 1, self.seconds + seconds
        if self.done > 1 and last.epoch < self.epochs and now - self.reported < REPORT_EVERY_S:
            return
        self.reported = now
        per_epoch = self.seconds / self.done
        chosen, lowest = best_epoch(history)
        self.log(
            f"epoch {last.epoch}/{self.epochs}  train {last.train_loss:.4g}"
            f"  validation {last.validation_loss:.4g}  best {lowest:.4g} @ {chosen}"
            f"  rate {last.learning_rate:.2g}  {per_epoch:.2g} s/epoch"
            f"  ETA {_duration(per_epoch * (self.epochs - last.epoch))}"
        )


def _duration(seconds: float) -> str:
    """Write a duration as a reader of a log wants it: 45 s, 12 min, 3.4 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
