"""The one exception for mistakes of the user, as opposed to faults of the program."""

import difflib
from collections.abc import Sequence

MOST_NAMES = 40  # that are listed in full


class UserError(Exception):
    """A mistake in a configuration, an option or an input file.

    Its text is shown to the user as it is, without a traceback, and the process ends with status 2.
    It names the key or option, the value found, and what is allowed: build it with `wrong` where
    that pattern fits. What a file holds is shown, but cannot steer the terminal: control characters are escaped.
    """

    def __init__(self, text: str):
        super().__init__("".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in text))


def among(name: str, allowed: Sequence[str]) -> str:
    """Return what is allowed instead of a name, in words: all of it, or of much the nearest."""
    if len(allowed) <= MOST_NAMES:
        return ", ".join(allowed)
    close = difflib.get_close_matches(name.lower(), [one.lower() for one in allowed], n=5, cutoff=0.5)
    near = [one for one in allowed if one.lower() in close]
    shown = near or list(allowed[:MOST_NAMES])
    return f"{', '.join(shown)} and {len(allowed) - len(shown)} others"


def wrong(key: str, value: object, allowed: str) -> UserError:
    """Return the error for `value` found under `key` where only `allowed` would do.

    Args:
        key: configuration key (dotted), option or file and column, as the user wrote it.
        value: what was found there.
        allowed: what may stand there, in words.
    """
    return UserError(f"{key}: {value!r} is not allowed; it must be {allowed}")
