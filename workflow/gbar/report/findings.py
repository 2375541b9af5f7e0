"""What a check of results found of one file or folder, in a sentence."""

from dataclasses import dataclass
from pathlib import Path

from gbar.errors import UserError

EDITED = "is not as it was written (its digest differs)"


@dataclass(frozen=True)
class Finding:
    """What was found of one file or folder.

    Attributes:
        path: the file or folder.
        said: what it holds, or what is wrong with it and what to do.
        ok: whether it is as it should be.
    """

    path: Path
    said: str
    ok: bool = True


def fault(path: Path, said: str) -> Finding:
    """Return the finding of something that is wrong."""
    return Finding(path, said, ok=False)


def without_path(path: Path, error: UserError) -> str:
    """Return a message without the path it begins with."""
    return str(error).removeprefix(f"{path}: ")
