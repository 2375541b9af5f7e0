"""Rises of a trace: stretches over which V climbs by some height before it falls below where it began."""

import numpy as np


def next_rise(piece: np.ndarray, least_mV: float) -> tuple[int, int] | None:
    """Return take-off and top of the first rise that is high enough, in samples of the piece."""
    high = piece - np.minimum.accumulate(piece) >= least_mV
    seen = int(high.argmax()) if len(piece) else 0
    if not len(piece) or not high[seen]:
        return None
    takeoff = int(piece[: seen + 1].argmin())
    below = piece[seen:] < piece[takeoff]
    end = seen + int(below.argmax()) if below.any() else len(piece)
    return takeoff, seen + int(piece[seen:end].argmax())
