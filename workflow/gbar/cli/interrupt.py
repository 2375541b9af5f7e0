"""Ctrl-C ends a verb with a word, not with a traceback, and for certain."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130  # exit status, as shells have it: 128 and the number of SIGINT
PATIENCE_S = 5.0  # for temporary files to be removed


@contextmanager
def ctrl_c_ends() -> Iterator[None]:
    """Let SIGINT end the block by `KeyboardInterrupt`, and the process where that is lost.

    Python drops an exception that is raised in a callback, such as those of JAX when memory is freed: the run would go
    on as if nothing had happened.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or _is_thread():
        yield  # someone else handles it, a shell has it ignored in the background, or signals cannot be handled here
        return
    done = threading.Event()

    def end_for_certain() -> None:
        if not done.wait(PATIENCE_S):
            os._exit(INTERRUPTED)

    def handle(number: int, frame: object) -> None:
        print("gbar: stopped", file=sys.stderr, flush=True)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # once more ends it at once
        threading.Thread(target=end_for_certain, daemon=True).start()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        done.set()
        signal.signal(signal.SIGINT, before)


def _is_thread() -> bool:
    return threading.current_thread() is not threading.main_thread()
