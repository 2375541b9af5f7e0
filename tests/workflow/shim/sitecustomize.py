"""Harm for one job, always at the same point. Python imports this module when its folder is in PYTHONPATH.

FAULT_VERB       the verb of gbar whose process it is about
FAULT_FILE       part of the path of the file whose renaming into its place is the point: all of it was written before
FAULT_DEED       kill: end this process by SIGKILL
                 kill-snakemake: end Snakemake by SIGKILL, and go on
                 wait: go on when the file FAULT_GO is there
FAULT_HASTE      let the training loop believe that a minute passes whenever it looks at the clock
"""

import os
import signal
import sys
import time
from pathlib import Path


def ancestor(word: str) -> int:
    """Return the process id of the nearest ancestor whose command has a word."""
    pid = os.getppid()
    while word not in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid


def hook(event: str, arguments: tuple) -> None:
    if event != "os.rename" or os.environ["FAULT_FILE"] not in str(arguments[1]):
        return
    deed = os.environ["FAULT_DEED"]
    if deed == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif deed == "kill-snakemake":
        os.kill(ancestor("snakemake"), signal.SIGKILL)
    elif deed == "wait":
        Path(os.environ["FAULT_GO"]).with_suffix(".reached").touch()
        while not Path(os.environ["FAULT_GO"]).exists():
            time.sleep(0.05)


def hasty(clock=time.monotonic) -> float:
    looks[0] += sys._getframe(1).f_globals.get("__name__") == "gbar.training.loop"
    return clock() + 61 * looks[0]


looks = [0]
if sys.orig_argv[1:4] == ["-m", "gbar", os.environ.get("FAULT_VERB", "")]:
    if "FAULT_HASTE" in os.environ:
        time.monotonic = hasty
    if "FAULT_FILE" in os.environ:
        sys.addaudithook(hook)
