"""What every stimulus is made of: a waveform, its checks, and its pieces."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, NamedTuple

import numpy as np

from gbar.errors import wrong

# Shortest pulse, and shortest step of noise. Far above the rounding of times, which decides what is one instant.
SHORTEST_MS = 0.01


class Pieces(NamedTuple):
    """A piecewise-constant function of time: start of each piece (ms, rising from 0) and its value, each (pieces,)."""

    start_ms: np.ndarray
    value: np.ndarray


class Quantity(NamedTuple):
    """A number of a waveform that a design may vary; `{}` in the unit stands for the unit of the cell's stimulus."""

    unit: str
    meaning: str


@dataclass(frozen=True)
class Waveform:
    """A stimulus before its gain. The numbers of a waveform are checked when it is made.

    Attributes:
        kind: its name in the configuration.
        unit_height: a waveform without unit, multiplied by the cell's own gain unless the user gives one; the
            others are in the unit of the cell's stimulus.
        varied: fields that a design may vary, besides the gain.
        random: each row has its own, by its key.
        length_ms: length of a waveform of definite length; a run of it must be as long.
    """

    kind: ClassVar[str]
    unit_height: ClassVar[bool] = False
    varied: ClassVar[Mapping[str, Quantity]] = {}
    random: ClassVar[bool] = False
    length_ms: ClassVar[float | None] = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float):
                require(field.name, value, math.isfinite(value), "a finite number")

    def check_run(self, duration_ms: float) -> None:
        """Raise UserError unless the waveform fits a run of this length."""

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the waveform over a run.

        Args:
            duration_ms: length of the run.
            key: identity of the row, 0 or more, which random waveforms are drawn by.

        Raises:
            UserError: an input file that cannot be used.
        """
        raise NotImplementedError

    def pulses_ms(self, duration_ms: float) -> np.ndarray:
        """Return start and end of the pulses that a run of this length paces with, shape (pulse, 2); most have none."""
        return np.empty((0, 2))


def require(field: str, value: object, fits: bool, allowed: str) -> None:
    """Raise UserError for the value of a field unless it fits."""
    if not fits:
        raise wrong(field, value, allowed)


def merged(pieces: Pieces) -> Pieces:
    """Return the same function of time in as few pieces as it takes: neighbours of equal value are one piece."""
    first = np.concatenate([[True], np.diff(pieces.value) != 0])
    return Pieces(pieces.start_ms[first], pieces.value[first])


def brief(number: float) -> str:
    """Return a number for a message, without the digits that only rounding made."""
    return f"{number:.10g}"
