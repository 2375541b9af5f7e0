"""The interval of a constant sampling rate, from times that were written with few digits or that jitter."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gbar.errors import UserError

# Times of a clock jitter, and those written with few digits differ by rounding; more than this share is another rate.
TOLERANCE = 0.02
MOST_DECIMALS = 15
# So many times at either end show how many digits all of them were written with.
ENDS = 10_000


def regular_interval(path: Path, times: np.ndarray, texts: Sequence[str] = ()) -> float:
    """Return the interval of times of a constant sampling rate, in their unit.

    Times that are written as text were rounded: the interval is then the shortest decimal number that gives each of
    them to its last digit, so that 0, 0.05, … 1999.95, 2000 are 0.05 apart.

    Args:
        path: the file, for messages.
        times: shape (sample,).
        texts: the same as written; empty where they are no text.

    Raises:
        UserError: fewer than two samples, or times that are not finite or do not rise in equal steps.
    """
    if len(times) < 2:
        raise UserError(f"{path}: holds {len(times)} samples; a trace takes more")
    if not np.isfinite(times).all():
        raise UserError(f"{path}: the time of sample {np.argmin(np.isfinite(times))} is not a number")
    if texts:
        rounded = _of_rounded(times, texts)
        if rounded is not None:
            return rounded
    steps = np.diff(times)
    usual = float(np.median(steps))
    off = ~(np.abs(steps - usual) <= TOLERANCE * abs(usual))
    if not usual > 0 or off.any():
        at = int(np.argmax(off)) if off.any() else 0
        raise UserError(
            f"{path}: the sampling rate is not constant: samples {at} and {at + 1} are {steps[at]:g} apart, most are "
            f"{usual:g}; times must rise in equal steps"
        )
    return float(times[-1] - times[0]) / (len(times) - 1)


def _of_rounded(times: np.ndarray, texts: Sequence[str]) -> float | None:
    """Return the interval whose multiples are the times once rounded as the texts are; None if none is, or many are."""
    half = _half_digits(times, texts)
    passed = np.arange(1, len(times))
    slack = half[1:] + half[0]
    low = float(((times[1:] - times[0] - slack) / passed).max())
    high = float(((times[1:] - times[0] + slack) / passed).min())
    if not 0 < low <= high <= low * (1 + TOLERANCE):
        return None
    middle = (low + high) / 2
    return next((short for n in range(MOST_DECIMALS) if low <= (short := round(middle, n)) <= high), middle)


def _half_digits(times: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Return half of the last digit of each time: of as many decimals, or as many digits, as the longest has."""
    ends = texts if len(texts) <= 2 * ENDS else (*texts[:ENDS], *texts[-ENDS:])
    parts = [text.lower().lstrip("+-").partition("e") for text in ends]
    decimals, digits = 0, 1
    for number, _, power in parts:
        whole, _, fraction = number.partition(".")
        decimals = max(decimals, len(fraction) - int(power or 0))
        digits = max(digits, len((whole + fraction).lstrip("0")))
    size = np.floor(np.log10(np.maximum(np.abs(times), 10.0**-decimals)))
    last = np.maximum(10.0**-decimals, 10.0 ** (size + 1 - digits))
    return np.maximum(last / 2, 4 * np.finfo(float).eps * np.abs(times))
