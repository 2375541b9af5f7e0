"""What the user writes down piece by piece, as a list or as a file: currents, or potentials to clamp to."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from gbar.errors import UserError
from gbar.records.user_tables import Line, UserTable, read_user_table
from gbar.stimuli.waveform import Pieces, Quantity, Waveform, brief, merged, require

COLUMNS = ("time_ms", "value")


@dataclass(frozen=True)
class Constant(Waveform):
    """One value all the time.

    Attributes:
        value: the value.
        clamp: it is the membrane potential to hold, mV.
    """

    kind = "constant"
    varied: ClassVar = {"value": Quantity("{}", "what the cell is driven with all the time")}

    value: float
    clamp: bool = False

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the one piece."""
        return Pieces(np.zeros(1), np.array([self.value]))


@dataclass(frozen=True)
class Steps(Waveform):
    """Steps from value to value.

    Attributes:
        values: (start in ms, value from then on) of each step; the value is 0 before the first.
        clamp: the values are the membrane potential to hold, mV; the first step then starts at 0.
    """

    kind = "steps"

    values: Sequence[tuple[float, float]]
    clamp: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        first_ms = self.values[0][0]
        if self.clamp:
            require("values[0]", first_ms, first_ms == 0, "0 with clamp: a potential from the start on")
        require("values[0]", first_ms, first_ms >= 0, "a start of 0 ms or later")
        for place, ((before_ms, _), (start_ms, _)) in enumerate(pairwise(self.values), start=1):
            require(f"values[{place}]", start_ms, start_ms > before_ms, f"a start after {brief(before_ms)} ms")

    def check_run(self, duration_ms: float) -> None:
        """Raise UserError unless every step starts before the end of the run."""
        last_ms = self.values[-1][0]
        if last_ms >= duration_ms:
            raise UserError(
                f"the last step of the stimulus starts at {brief(last_ms)} ms; "
                f"duration_ms must be above that, not {brief(duration_ms)}"
            )

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the steps, led by 0."""
        start_ms, value = np.array(self.values).T
        if start_ms[0] > 0:
            start_ms, value = np.insert(start_ms, 0, 0.0), np.insert(value, 0, 0.0)
        return merged(Pieces(start_ms, value))


@dataclass(frozen=True)
class Table(Waveform):
    """A CSV file with the columns `time_ms` and `value`: each value holds from its time on, the first from 0.

    The file is read when the waveform is checked against a run or its pieces are asked for.

    Attributes:
        path: the file.
        clamp: the values are the membrane potential to hold, mV.
    """

    kind = "csv"

    path: str
    clamp: bool = False

    def check_run(self, duration_ms: float) -> None:
        """Raise UserError unless the file can be used and every time in it is before the end of the run."""
        (start_ms, _), lines = self._read_lines()
        if start_ms[-1] >= duration_ms:
            raise UserError(
                f"{self.path} line {lines[-1]}: time_ms {brief(start_ms[-1])}, the stimulus is longer than "
                f"the run; duration_ms must be above that, not {brief(duration_ms)}"
            )

    def pieces(self, duration_ms: float, key: int) -> Pieces:
        """Return the rows of the file."""
        return merged(self._read())

    def digest(self) -> str:
        """Return a digest of the function of time the file describes."""
        digest = hashlib.blake2b(digest_size=16)
        for column in merged(self._read()):
            digest.update(column.astype("<f8").tobytes())
        return digest.hexdigest()

    def _read(self) -> Pieces:
        return self._read_lines()[0]

    def _read_lines(self) -> tuple[Pieces, list[int]]:
        """Return the rows of the file, and the lines that they stand in."""
        table = read_user_table(self.path)
        for name in COLUMNS:
            if name not in table.header:
                raise UserError(
                    f"{self.path}: the column {name!r} is missing; the header has {', '.join(table.header)}, "
                    f"a stimulus needs {' and '.join(COLUMNS)}"
                )
        if not table.rows:
            raise UserError(f"{self.path}: the stimulus is empty; it must have at least one row below the header")
        start_ms, value = np.array([[_number(table, row, name) for name in COLUMNS] for row in table.rows]).T
        lines = [row.number for row in table.rows]
        if start_ms[0] != 0:
            raise UserError(f"{self.path} line {lines[0]}: the first time_ms is {brief(start_ms[0])}; it must be 0")
        falls = np.flatnonzero(np.diff(start_ms) <= 0)
        if len(falls):
            late = int(falls[0]) + 1
            raise UserError(
                f"{self.path} line {lines[late]}: time_ms {brief(start_ms[late])} does not come after "
                f"{brief(start_ms[late - 1])}, the time of the line before; times must rise"
            )
        return Pieces(start_ms, value), lines


def _number(table: UserTable, row: Line, name: str) -> float:
    key, value = f"{table.path} line {row.number}, column {name}", table.number(row, name)
    require(key, row.cells[table.header.index(name)], math.isfinite(value), "a finite number")
    return value
