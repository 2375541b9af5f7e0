"""Rises of a trace: stretches over which V climbs by some height before it falls below where it began."""

import numpy as np

# A rise takes longer than this: where samples so far apart show none of half its height, there is none.
SHORTEST_MS = 0.2


def next_spike(piece: np.ndarray, least_mV: float, dt_ms: float) -> tuple[int, int] | None:
    """Return the first peak and the middle of the rise that follows upon the fall behind it, in samples of the piece.

    Args:
        piece: a stretch of a trace, mV.
        least_mV: least height of the fall and of the rise.
        dt_ms: sampling interval.
    """
    if not len(piece) or not _may_fall_and_rise(piece, least_mV, dt_ms):
        return None
    low = np.maximum.accumulate(piece) - piece >= least_mV
    fallen = int(low.argmax())
    if not low[fallen]:
        return None
    high = piece[fallen:] - np.minimum.accumulate(piece[fallen:]) >= least_mV
    seen = fallen + int(high.argmax())
    if not high[seen - fallen]:
        return None
    takeoff = fallen + int(piece[fallen : seen + 1].argmin())
    middle = takeoff + int((piece[takeoff : seen + 1] >= piece[takeoff] + least_mV / 2).argmax())
    return int(piece[: fallen + 1].argmax()), middle


def next_rise(piece: np.ndarray, least_mV: float, dt_ms: float) -> tuple[int, int] | None:
    """Return take-off and top of the first rise that is high enough, in samples of the piece.

    Args:
        piece: a stretch of a trace, mV.
        least_mV: least height.
        dt_ms: sampling interval.
    """
    if not len(piece) or not _may_rise(piece, least_mV, dt_ms):
        return None
    high = piece - np.minimum.accumulate(piece) >= least_mV
    seen = int(high.argmax())
    if not high[seen]:
        return None
    takeoff = int(piece[: seen + 1].argmin())
    below = piece[seen:] < piece[takeoff]
    end = seen + int(below.argmax()) if below.any() else len(piece)
    return takeoff, seen + int(piece[seen:end].argmax())


def _may_fall_and_rise(piece: np.ndarray, least_mV: float, dt_ms: float) -> bool:
    """Tell likewise whether it can have a fall before its highest sample, or a rise behind it."""
    highest = int(piece.argmax())
    return _may_rise(piece[highest:], least_mV, dt_ms) or _may_rise(piece[highest::-1], least_mV, dt_ms)


def _may_rise(piece: np.ndarray, least_mV: float, dt_ms: float) -> bool:
    """Tell, by some of its samples, whether a stretch can have a rise that is high enough: most have none."""
    seldom = piece[:: max(1, int(SHORTEST_MS / dt_ms))]
    return bool((seldom - np.minimum.accumulate(seldom)).max() >= least_mV / 2)
