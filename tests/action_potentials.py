"""Synthetic action potentials with known biomarkers, and reference traces of the Akwaboah 2021 cell."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "golden"
REST_MV, PEAK_MV = -70.0, 30.0
RISE_MS = 1.0  # the upstroke is a half cosine of twice this length
FALL_MS = 200.0  # from the peak back to rest, linear


def action_potentials(
    upstrokes_ms: Sequence[float], duration_ms: float, *, dt_ms: float = 0.05, fall_ms: float = FALL_MS
) -> np.ndarray:
    """A trace at rest but for action potentials whose steepest rise is at the times given.

    Each peaks at 30 mV one ms later and then falls linearly; a new upstroke starts from where V is.
    """
    t = np.arange(round(duration_ms / dt_ms) + 1) * dt_ms
    v = np.full(len(t), REST_MV)
    for upstroke in upstrokes_ms:
        start = np.searchsorted(t, upstroke - RISE_MS - 1e-9)
        foot = v[start]
        rising = (t >= upstroke - RISE_MS - 1e-9) & (t < upstroke + RISE_MS)
        phase = np.pi * (t[rising] - upstroke + RISE_MS) / (2 * RISE_MS)
        v[rising] = foot + (PEAK_MV - foot) * (1 - np.cos(phase)) / 2
        falling = t >= upstroke + RISE_MS
        fall = PEAK_MV + (REST_MV - PEAK_MV) * (t[falling] - upstroke - RISE_MS) / fall_ms
        v[falling] = np.maximum(fall, REST_MV)
    return v


def reference_trace(name: str) -> tuple[np.ndarray, float]:
    """The first 5 s of the Akwaboah 2021 cell, variant c, mV, and the sampling interval, ms.

    Solved by LSODA (relative tolerance 1e-8) from the equations as published with the authors' C program; stored as
    steps between samples in whole microvolts.
    """
    with np.load(GOLDEN / f"biomarkers_{name}.npz", allow_pickle=False) as file:
        steps = np.append(file["first_uV"], file["steps_uV"].astype(np.int64))
        return np.cumsum(steps) / 1000, float(file["dt_ms"])
