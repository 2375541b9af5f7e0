"""The notice that batch systems give before they end a job: SIGTERM."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def sigterm_noted(log: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Keep SIGTERM from ending this process while the block runs, and give a function that tells whether it came.

    Outside the main thread, where signals cannot be handled, it is left alone.

    Args:
        log: takes one line of text when the signal comes.
    """
    came = threading.Event()

    def handle(number: int, frame: object) -> None:
        came.set()
        log("SIGTERM: stopping after this epoch")

    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return
    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGTERM, before)
