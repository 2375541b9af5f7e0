"""Digests of results: a changed number, id or word is told from what was written."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


class Digest:
    """A SHA-256 that takes JSON-able values and arrays one after the other."""

    def __init__(self):
        self._sha = hashlib.sha256()

    def add(self, values: Any, arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Take up values, then arrays in the order of their names: names, dtypes, shapes and contents."""
        self._sha.update(json.dumps(values, sort_keys=True).encode())
        for name, array in sorted((arrays or {}).items()):
            self._sha.update(f"{name} {array.dtype.str} {array.shape}".encode())
            self._sha.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)

    def text(self) -> str:
        """Return the digest of all that was added so far."""
        return self._sha.hexdigest()


def digest_of(values: Any, arrays: Mapping[str, np.ndarray]) -> str:
    """Return the digest of JSON-able values and of named arrays."""
    digest = Digest()
    digest.add(values, arrays)
    return digest.text()


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's content."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lot(seed: int, key: str) -> bytes:
    """Return the lot that a key draws: sorted by their lots, keys are in an order as good as random.

    It depends on seed and key alone: most of an order stays when keys are added, and it is the same on every machine.
    """
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
