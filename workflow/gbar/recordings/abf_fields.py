"""Fields of the header of an Axon binary file, as ABF1 and ABF2 keep them alike."""

import struct
from collections.abc import Sequence
from typing import Any

from gbar.recordings.units import plain_unit


def numbers(content: Any, kinds: str, at: int) -> tuple[Any, ...]:
    """Return numbers of some kinds (of `struct`) at a byte of a file."""
    return struct.unpack_from(f"<{kinds}", content, at)


def text(raw: bytes) -> str:
    """Return the words in a field of fixed length."""
    return raw.partition(b"\0")[0].decode("latin-1").strip()


def unit(raw: bytes) -> str:
    """Return the unit in a field of fixed length."""
    return plain_unit(text(raw))


def gain(full_scale: float, counts: int, factors: Sequence[float], telegraphed: float | None) -> float:
    """Return the value of one count of a channel.

    Args:
        full_scale: range of the converter, V.
        counts: its resolution.
        factors: by which the signal was amplified before.
        telegraphed: gain that an amplifier told; None where none did.
    """
    value = full_scale / counts
    for factor in factors if telegraphed is None else (*factors, telegraphed):
        value /= factor
    return value


def synch_lengths(content: Any, entries: int, at: int) -> list[int]:
    """Return the length of each sweep by the table of their beginnings and lengths."""
    if entries * 8 > len(content):
        raise ValueError(f"it lists {entries} sweeps, more than it has room for")
    return [int(length) for length in numbers(content, "2i" * entries, at)[1::2]]
