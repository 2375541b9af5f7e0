"""Trains of pulses of unit height: pacing at a cycle length, and S1-S2."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gbar.errors import UserError
from gbar.stimuli.waveform import SHORTEST_MS, Pieces, Quantity, Waveform, brief, require

CYCLE_LENGTH = Quantity("ms", "from the start of a pulse to the start of the next")
FIRST = Quantity("ms", "start of the first pulse")
WIDTH = Quantity("ms", "length of a pulse")


@dataclass(frozen=True)
class _Train(Waveform):
    """Pulses at a cycle length.

    Attributes:
        cycle_length_ms: from the start of a pulse to the start of the next.
        first_ms: start of the first pulse.
        width_ms: length of a pulse.
    """

    unit_height = True

    cycle_length_ms: float = 1000.0
    first_ms: float = 10.0
    width_ms: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require("first_ms", self.first_ms, self.first_ms >= 0, "0 or more")
        require("width_ms", self.width_ms, self.width_ms >= SHORTEST_MS, f"{SHORTEST_MS} or more")
        longer = f"longer than a pulse (width_ms {brief(self.width_ms)})"
        require("cycle_length_ms", self.cycle_length_ms, self.cycle_length_ms > self.width_ms, longer)

    def start_of_pulse(self, number: np.ndarray | int) -> np.ndarray | float:
        """Return when a pulse of the regular train starts; the first is number 0."""
        return self.first_ms + number * self.cycle_length_ms

    def _spans(self, start_ms: np.ndarray, duration_ms: float) -> np.ndarray:
        """Return start and end of the pulses that begin before the end of the run, shape (pulse, 2)."""
        start_ms = start_ms[start_ms < duration_ms]
        return np.column_stack([start_ms, start_ms + self.width_ms])

    def _pulses(self, start_ms: np.ndarray, duration_ms: float) -> Pieces:
        """Return pulses of height 1 as pieces, up to the end of the run."""
        edges = np.column_stack([start_ms, start_ms + self.width_ms]).ravel()
        height = np.tile([1.0, 0.0], len(start_ms))
        if edges[0] > 0:
            edges, height = np.insert(edges, 0, 0.0), np.insert(height, 0, 0.0)
        return Pieces(edges[edges < duration_ms], height[edges < duration_ms])


@dataclass(frozen=True)
class Pacing(_Train):
    """A regular train, to the end of the run unless its number of pulses is given.

    Attributes:
        pulses: number of pulses; None for as many as start before the end of the run.
    """

    kind = "pacing"
    varied: ClassVar[Mapping[str, Quantity]] = {"cycle_length_ms": CYCLE_LENGTH, "first_ms": FIRST, "width_ms": WIDTH}

    pulses: int | None = None

    def check_run(self, duration_ms: float) -> None:
        """Raise UserError unless the first pulse, and every one counted, starts before the end of the run."""
        last = self.pulses or 1
        start_ms = float(self.start_of_pulse(last - 1))
        if start_ms >= duration_ms:
            raise UserError(
                f"pulse {last} of the stimulus pacing starts at {brief(start_ms)} ms; "
                f"duration_ms must be above that, not {brief(duration_ms)}"
            )

    def _starts_ms(self, duration_ms: float) -> np.ndarray:
        pulses = self.pulses or int((duration_ms - self.first_ms) / self.cycle_length_ms) + 1
        return np.asarray(self.start_of_pulse(np.arange(pulses)))

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the pulses; the last may be cut off by the end of the run."""
        return self._pulses(self._starts_ms(duration_ms), duration_ms)

    def pulses_ms(self, duration_ms: float) -> np.ndarray:
        """Return start and end of each pulse, shape (pulse, 2)."""
        return self._spans(self._starts_ms(duration_ms), duration_ms)


@dataclass(frozen=True)
class S1S2(_Train):
    """A regular train (S1), then one pulse (S2) at an interval of its own: what restitution is measured with.

    Attributes:
        s1_pulses: number of pulses S1.
        coupling_ms: from the start of the last S1 to the start of S2.
    """

    kind = "s1s2"
    varied: ClassVar[Mapping[str, Quantity]] = {
        "cycle_length_ms": CYCLE_LENGTH,
        "first_ms": FIRST,
        "width_ms": WIDTH,
        "coupling_ms": Quantity("ms", "from the start of the last S1 to the start of S2"),
    }

    s1_pulses: int = 10
    coupling_ms: float = 400.0

    def __post_init__(self) -> None:
        super().__post_init__()
        longer = f"longer than a pulse (width_ms {brief(self.width_ms)})"
        require("coupling_ms", self.coupling_ms, self.coupling_ms > self.width_ms, longer)

    @property
    def s2_ms(self) -> float:
        """Start of S2."""
        return float(self.start_of_pulse(self.s1_pulses - 1)) + self.coupling_ms

    def check_run(self, duration_ms: float) -> None:
        """Raise UserError unless S2 ends before the end of the run."""
        end_ms = self.s2_ms + self.width_ms
        if end_ms >= duration_ms:
            raise UserError(
                f"the pulse S2 of the stimulus s1s2 ends at {brief(end_ms)} ms; "
                f"duration_ms must be above that, not {brief(duration_ms)}"
            )

    def _starts_ms(self) -> np.ndarray:
        return np.append(np.asarray(self.start_of_pulse(np.arange(self.s1_pulses))), self.s2_ms)

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the pulses S1 and S2."""
        return self._pulses(self._starts_ms(), duration_ms)

    def pulses_ms(self, duration_ms: float) -> np.ndarray:
        """Return start and end of each pulse, shape (pulse, 2)."""
        return self._spans(self._starts_ms(), duration_ms)
