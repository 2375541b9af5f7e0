"""The record of a training run: its epochs, how it ended, and the progress lines of its log."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from gbar.files import write_csv
from gbar.optimiser import TrainingSettings

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


def print_line(line: str) -> None:
    """Print a line at once, so that it is in the log while the job runs."""
    print(line, flush=True)


class Progress:
    """Writes where a run is, at most once in `REPORT_EVERY_S`, the first and the last epoch in any case."""

    def __init__(self, epochs: int, log: Callable[[str], None]):
        self.epochs, self.log = epochs, log
        self.done = 0
        self.started = self.reported = time.monotonic()

    def report(self, history: Sequence[EpochRecord]) -> None:
        """Take note of the epoch just finished, the last of `history`."""
        now, last = time.monotonic(), history[-1]
        self.done += 1
        if self.done > 1 and last.epoch < self.epochs and now - self.reported < REPORT_EVERY_S:
            return
        self.reported = now
        seconds = (now - self.started) / self.done
        chosen, lowest = best_epoch(history)
        self.log(
            f"epoch {last.epoch}/{self.epochs}  train {last.train_loss:.4g}"
            f"  validation {last.validation_loss:.4g}  best {lowest:.4g} @ {chosen}"
            f"  rate {last.learning_rate:.2g}  {seconds:.2g} s/epoch"
            f"  ETA {_duration(seconds * (self.epochs - last.epoch))}"
        )


def _duration(seconds: float) -> str:
    """Write a duration as a reader of a log wants it: 45 s, 12 min, 3.4 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
