"""What drives a cell from outside, as solvers take it: a piecewise-constant current, or a commanded voltage."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stimulus:
    """A piecewise-constant stimulus: piece k lasts from `start_ms[k]` up to the start of the next.

    Attributes:
        start_ms: start of each piece, rising from 0, shape (pieces,) for all rows or (rows, pieces); inf pads a row
            of fewer pieces.
        value: of each piece, of the same shape; a current in the unit of the cell's stimulus, or mV.
        clamp: the values are the membrane potential itself, which the clamp holds.
    """

    start_ms: np.ndarray
    value: np.ndarray
    clamp: bool = False

    def __post_init__(self) -> None:
        if self.start_ms.shape != self.value.shape or self.start_ms.ndim not in (1, 2) or not self.start_ms.shape[-1]:
            raise ValueError(f"starts of shape {self.start_ms.shape} and values of shape {self.value.shape} do not fit")
        if np.any(self.start_ms[..., 0] != 0) or np.any(self._gaps() <= 0):
            raise ValueError("the pieces of a stimulus must start at 0 and rise")
        if not np.all(np.isfinite(self.value)):
            raise ValueError("the values of a stimulus must be finite")

    def _gaps(self) -> np.ndarray:
        known = np.isfinite(self.start_ms)
        return np.diff(np.where(known, self.start_ms, 0.0), axis=-1)[known[..., 1:]]
