"""The state of a batch of an adaptive method: one lane a row, each with its own time and step."""

from typing import NamedTuple

import jax
import numpy as np
from jax import export

from gbar.solve.settings import OK

Array = jax.Array | np.ndarray

FIRST_STEP_MS = 1e-3


class Lanes(NamedTuple):
    """State of the integration of each lane; every array ends in the lane axis.

    Attributes:
        t: time, ms.
        y: states, (states, lanes).
        lost: what rounding has kept out of the states so far, (states, lanes).
        h: next step, ms.
        retrying: whether its last step was rejected.
        restarting: whether the stimulus has just changed.
        piece: piece of the stimulus.
        accepted: accepted steps so far.
        rejected: rejected steps so far.
        status: `OK` or `DIVERGED`.
        closed: nothing is left to do.
    """

    t: Array
    y: Array
    lost: Array
    h: Array
    retrying: Array
    restarting: Array
    piece: Array
    accepted: Array
    rejected: Array
    status: Array
    closed: Array


export.register_namedtuple_serialization(Lanes, serialized_name="gbar.solve.lanes.Lanes")


def start(y: np.ndarray) -> Lanes:
    """Return lanes at t = 0 in states `y` (states, lanes), whose type is that of the arithmetic."""
    lanes = y.shape[1]
    return Lanes(
        t=np.zeros(lanes),
        y=y,
        lost=np.zeros_like(y),
        h=np.full(lanes, FIRST_STEP_MS),
        retrying=np.zeros(lanes, bool),
        restarting=np.zeros(lanes, bool),
        piece=np.zeros(lanes, np.int32),
        accepted=np.zeros(lanes, np.int64),
        rejected=np.zeros(lanes, np.int64),
        status=np.full(lanes, OK, np.int8),
        closed=np.zeros(lanes, bool),
    )
