"""The words and signs of an NMODL file, without its comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gbar.errors import UserError

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\f\ufeff]+|[:?][^\n]*)
      | (?P<newline>\n)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<text>"[^"\n]*")
      | (?P<sign><=|>=|==|!=|&&|\|\||.)""",
    re.VERBOSE,
)
_SKIPPED_TO = {"COMMENT": "ENDCOMMENT"}


@dataclass(frozen=True)
class Token:
    """A word, a number, a text in quotes, a sign, or the end of the file, and its line."""

    kind: Literal["name", "number", "text", "sign", "end"]
    text: str
    line: int


def tokens(text: str, where: str) -> Iterator[Token]:
    """Yield the tokens of a file, the end last.

    Args:
        text: of the file.
        where: its path, for errors.

    Raises:
        UserError: a comment that does not end.
    """
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None  # any character is a sign
        place, kind, found = match.end(), match.lastgroup, match.group()
        if kind == "newline":
            line += 1
        elif kind == "name" and found in _SKIPPED_TO:
            end = re.compile(rf"\b{_SKIPPED_TO[found]}\b").search(text, place)
            if end is None:
                raise UserError(f"{where} line {line}: {found} does not end; {_SKIPPED_TO[found]} is missing")
            line += text.count("\n", place, end.end())
            place = end.end()
        elif kind == "name" and found == "TITLE":
            end_of_line = text.find("\n", place)
            place = len(text) if end_of_line < 0 else end_of_line
        elif kind in ("name", "number", "text", "sign"):
            yield Token(kind, found, line)
    yield Token("end", "", line)
