"""The state of a batch: one lane a row, each with its own time and step."""

from typing import NamedTuple

import jax
import numpy as np

from gbar.solve.settings import OK

Array = jax.Array | np.ndarray

FIRST_STEP_MS = 1e-3


class Lanes(NamedTuple):
    """State of the integration of each lane; every array ends in the lane axis.

    Attributes:
        t: time, ms.
        y: states, (states, lanes).
        h: next step of an adaptive method, ms.
        retrying: whether its last step was rejected.
        accepted: accepted steps so far.
        rejected: rejected steps so far.
        status: `OK` or `DIVERGED`.
        closed: nothing is left to do.
    """

    t: Array
    y: Array
    h: Array
    retrying: Array
    accepted: Array
    rejected: Array
    status: Array
    closed: Array


def start(y: np.ndarray) -> Lanes:
    """Return lanes at t = 0 in states `y` (states, lanes)."""
    lanes = y.shape[1]
    return Lanes(
        t=np.zeros(lanes),
        y=y,
        h=np.full(lanes, FIRST_STEP_MS),
        retrying=np.zeros(lanes, bool),
        accepted=np.zeros(lanes, np.int64),
        rejected=np.zeros(lanes, np.int64),
        status=np.full(lanes, OK, np.int8),
        closed=np.zeros(lanes, bool),
    )
