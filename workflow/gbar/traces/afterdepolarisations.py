"""Early afterdepolarisations: second rises during repolarisation."""

from collections.abc import Callable, Iterable

import numpy as np

from gbar.traces.rises import next_rise


def afterdepolarisations(
    V: np.ndarray,
    dt_ms: float,
    pieces: Iterable[tuple[int, int]],
    earliest: float,
    least_mV: float,
    pulse_end: Callable[[int], int],
) -> list[tuple[float, float]]:
    """Return height and take-off potential, mV, of each rise of a repolarising trace.

    A rise takes off at the lowest sample since the peak, the last rise or the last pulse, and is as high as V comes
    before it falls below its take-off again, or the piece ends.

    Args:
        V: the trace, mV.
        dt_ms: sampling interval.
        pieces: first and last sample of each stretch between pulses, from the peak on.
        earliest: sample before which a rise that takes off is none, but the dome.
        least_mV: least height; 0 of cells in which none is looked for.
        pulse_end: told the first sample of a piece, returns where the pulse that it begins with ends.
    """
    found: list[tuple[float, float]] = []
    for first, last in pieces if least_mV else ():
        start = pulse_end(first)
        start += _still_rising(V[start : last + 1])
        while start < last:
            rise = next_rise(V[start : last + 1], least_mV, dt_ms)
            if rise is None:
                break
            takeoff, top = rise
            if start + takeoff >= earliest and start + top < last:
                found.append((float(V[start + top] - V[start + takeoff]), float(V[start + takeoff])))
            start += top
    return found


def _still_rising(piece: np.ndarray) -> int:
    """Return how many samples of a piece V goes on rising for."""
    if len(piece) > 1 and piece[1] < piece[0]:
        return 0
    falling = np.diff(piece) < 0
    return int(falling.argmax()) if falling.any() else max(len(piece) - 1, 0)
