"""A data set of made-up cells that slow down, to learn in seconds."""

import numpy as np
from scipy.special import expit

from gbar.emulate.split import TEST, TRAIN, VALIDATION
from gbar.emulate.windows import BEAT_TIME, Windows
from gbar.sweeps.store import Quantity

TIME = np.arange(400.0)
UPSTROKE_MS = 60.0


def cycle_length_ms(gK: np.ndarray, upstroke_ms: np.ndarray) -> np.ndarray:
    return 190 + 75 * gK + 0.01 * upstroke_ms


def window(gK: float, gCa: float, upstroke_ms: float) -> np.ndarray:
    """Three beats of a cell that slows down, from 60 ms before an upstroke."""
    cycle = cycle_length_ms(np.array(gK), np.array(upstroke_ms))
    later = cycle + cycle_length_ms(np.array(gK), upstroke_ms + cycle)
    trace = np.full(len(TIME), -70.0)
    for upstroke in (0, cycle, later):
        t = TIME - UPSTROKE_MS - upstroke
        trace += 100 * expit(t) * expit((40 + 30 * gCa - t) / 10)
    return trace


def synthetic_windows() -> Windows:
    """Cells beat where gK + gCa > 0.6; of every one there are windows of an early and a late beat."""
    stream = np.random.default_rng(0)
    settings = stream.uniform(0, 2, (240, 2)).astype(np.float32)
    beats = settings.sum(axis=1) > 0.6
    part = stream.choice([TRAIN, VALIDATION, TEST], 240, p=[0.7, 0.15, 0.15]).astype(np.int8)
    row = np.repeat(np.flatnonzero(beats), 2).astype(np.int32)
    upstroke_ms = np.tile([500.0, 3000.0], len(row) // 2)
    cycle = cycle_length_ms(settings[row, 0], upstroke_ms)
    return Windows(
        trace=np.stack([window(*settings[r], u) for r, u in zip(row, upstroke_ms, strict=True)]).astype(np.float32),
        inputs=np.column_stack([settings[row], upstroke_ms]).astype(np.float32),
        time=TIME,
        row=row,
        start_ms=upstroke_ms - UPSTROKE_MS,
        upstroke_ms=upstroke_ms,
        cycle_length_ms=np.where(cycle > 340, np.nan, cycle),
        split=part[row],
        split_by_window=part[row],
        setting_inputs=settings,
        setting_beats=beats.astype(np.int8),
        setting_split=part,
        quantities=(
            Quantity("gK", "1", "", 1.0),
            Quantity("gCa", "1", "", 1.0),
            Quantity(BEAT_TIME, "ms", "", 1750.0),
        ),
    )
