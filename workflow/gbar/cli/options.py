"""Options that several verbs share."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from gbar.errors import UserError, among, wrong


def add_named_paths(parser: argparse.ArgumentParser, option: str, text: str, at_least_one: bool = True) -> None:
    """Add an option that takes any number of NAME=PATH; it arrives as a list of pairs."""
    number = "+" if at_least_one else "*"
    parser.add_argument(option, type=_named_path, required=True, nargs=number, metavar="NAME=PATH", help=text)


def _named_path(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be NAME=PATH")
    return name, Path(path)


def assignments(
    option: str,
    texts: list[str],
    allowed: list[str],
    check: Callable[[str, str, float], None],
    called: Callable[[str], str] = str,
) -> dict[str, float]:
    """Return NAME=VALUE options as numbers.

    Args:
        option: the option, as the user writes it.
        texts: its arguments.
        allowed: the names it takes.
        check: raises `UserError` for a value that is not allowed, told what to call it, its name and the value.
        called: maps what the user writes to one of `allowed`, if it is another name of it.

    Raises:
        UserError: a text is not of this form, a name or value is not allowed, a name is given twice.
    """
    values: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        if not equals:
            raise wrong(option, text, "NAME=VALUE")
        name = called(name)
        if name not in allowed:
            raise wrong(option, name, f"one of {among(name, allowed)}" if allowed else "left out: this cell has none")
        if name in values:
            raise UserError(f"{option}: {name} is given twice")
        try:
            values[name] = float(number)
        except ValueError:
            raise wrong(f"{option} {name}", number, "a number") from None
        check(f"{option} {name}", name, values[name])
    return values


def not_negative(key: str, name: str, value: float) -> None:
    """Raise `UserError` for a scaling that is below 0 or not finite."""
    if not (math.isfinite(value) and value >= 0):
        raise wrong(key, value, "a finite number of at least 0")


def positive(text: str) -> float:
    """Return an option's argument as a number above 0, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be a number above 0")
    return value


def check_ending(option: str, path: Path | None, endings: tuple[str, ...]) -> None:
    """Raise `UserError` for a file whose name ends in none of `endings`."""
    if path is not None and path.suffix not in endings:
        raise wrong(option, str(path), f"a file ending in {' or '.join(endings)}")
