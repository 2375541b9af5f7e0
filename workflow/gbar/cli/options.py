"""Options that several verbs share."""

import argparse
import math
from pathlib import Path

from gbar.errors import UserError, wrong


def add_named_paths(parser: argparse.ArgumentParser, option: str, text: str) -> None:
    """Add an option that takes any number of NAME=PATH; it arrives as a list of pairs."""
    parser.add_argument(option, type=_named_path, required=True, nargs="+", metavar="NAME=PATH", help=text)


def _named_path(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be NAME=PATH")
    return name, Path(path)


def assignments(option: str, texts: list[str], allowed: list[str], lowest: float = -math.inf) -> dict[str, float]:
    """Return NAME=VALUE options as numbers.

    Raises:
        UserError: a text is not of this form, a name is not allowed or given twice, a value is no number or too low.
    """
    values: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        if not equals:
            raise wrong(option, text, "NAME=VALUE")
        if name not in allowed:
            raise wrong(option, name, f"one of {', '.join(allowed)}")
        if name in values:
            raise UserError(f"{option}: {name} is given twice")
        try:
            values[name] = float(number)
        except ValueError:
            raise wrong(f"{option} {name}", number, "a number") from None
        if not math.isfinite(values[name]) or values[name] < lowest:
            floor = "" if lowest == -math.inf else f" of at least {lowest:g}"
            raise wrong(f"{option} {name}", number, f"a finite number{floor}")
    return values


def check_ending(option: str, path: Path | None, endings: tuple[str, ...]) -> None:
    """Raise `UserError` for a file whose name ends in none of `endings`."""
    if path is not None and path.suffix not in endings:
        raise wrong(option, str(path), f"a file ending in {' or '.join(endings)}")
