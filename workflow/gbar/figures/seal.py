"""The seal of a figure's file: a digest of its content, kept where an SVG and a PNG may carry words.

An SVG ends in a comment with it; a PNG has it in a text chunk before its end (W3C, Portable Network Graphics,
section 11.3.4.3). Both show as before. The seal depends on the content alone, so that equal figures are equal files.
"""

import hashlib
import struct
import zlib
from pathlib import Path

KEY = b"gbar-sha256"
PNG_END = b"\0\0\0\0IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


def sealed(content: bytes) -> bytes:
    """Return the content of an SVG or PNG file with its seal."""
    digest = hashlib.sha256(content).hexdigest().encode()
    if not content.endswith(PNG_END):
        return content + b"<!-- %s %s -->\n" % (KEY, digest)
    chunk = b"tEXt%s\0%s" % (KEY, digest)
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return content.removesuffix(PNG_END) + framed + PNG_END


def is_intact(path: str | Path) -> bool:
    """Tell whether a figure's file has its seal and is as it was written."""
    content = Path(path).read_bytes()
    end = PNG_END if content.endswith(PNG_END) else b""
    length = len(sealed(end)) - len(end)
    return sealed(content[: len(content) - len(end) - length] + end) == content
