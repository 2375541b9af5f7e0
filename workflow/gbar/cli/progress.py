"""Progress of long verbs on standard error: the share done and the time left, every few seconds."""

import sys
import time
from collections.abc import Callable

EVERY_S = 5.0


def progress(what: str) -> Callable[[float], None]:
    """Return a function to be told the fraction done (0 to 1); it prints a line now and then and at the end.

    Args:
        what: what is being done, as the line begins.
    """
    start = time.monotonic()
    last_printed = start

    def tell(fraction: float) -> None:
        nonlocal last_printed
        now = time.monotonic()
        if fraction >= 1:
            print(f"{what}: done in {now - start:.1f} s", file=sys.stderr, flush=True)
        elif fraction > 0 and now - last_printed >= EVERY_S:
            left_s = (now - start) * (1 - fraction) / fraction
            print(f"{what}: {fraction:.0%}, about {left_s:.0f} s left", file=sys.stderr, flush=True)
            last_printed = now

    return tell
