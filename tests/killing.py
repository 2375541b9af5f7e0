"""A run that is killed in the midst."""

from collections.abc import Callable


class Killed(Exception):
    """In the place of SIGKILL."""


def killing_at(beginning: str) -> Callable[[str], None]:
    """Return a log that kills the run at the first line of progress that begins so."""

    def log(line: str) -> None:
        if line.startswith(beginning):
            raise Killed

    return log
