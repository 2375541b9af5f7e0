"""Options that several verbs share."""

import argparse
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from gbar.errors import UserError, among, wrong
from gbar.records.user_tables import number


def named_path(text: str) -> tuple[str, Path]:
    """Return an option's argument NAME=PATH, for argparse."""
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
    own: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return NAME=VALUE options as numbers; with values to go by, NAME*FACTOR as well.

    Args:
        option: the option, as the user writes it.
        texts: its arguments.
        allowed: the names it takes.
        check: raises `UserError` for a value that is not allowed, told what to call it, its name and the value.
        called: maps what the user writes to one of `allowed`, if it is another name of it.
        own: what a factor multiplies, by name; factors are not taken when None.

    Raises:
        UserError: a text is not of this form, a name or value is not allowed, a name is given twice.
    """
    values: dict[str, float] = {}
    for text in texts:
        factor = own is not None and "=" not in text
        name, sign, written = text.partition("*" if factor else "=")
        if not sign:
            raise wrong(option, text, "NAME=VALUE" + (" or NAME*FACTOR" if factor else ""))
        name = called(name)
        if name not in allowed:
            raise wrong(option, name, f"one of {among(name, allowed)}" if allowed else "left out: this cell has none")
        if name in values:
            raise UserError(f"{option}: {name} is given twice")
        values[name] = number(written)
        if math.isnan(values[name]) and written.lower() != "nan":
            raise wrong(f"{option} {name}", written, "a number")
        if factor and own is not None:
            values[name] *= own[name]
        check(f"{option} {name}", name, values[name])
    return values


def not_negative(key: str, name: str, value: float) -> None:
    """Raise `UserError` for a scaling that is below 0 or not finite."""
    if not (math.isfinite(value) and value >= 0):
        raise wrong(key, value, "a finite number of at least 0")


def finite(key: str, name: str, value: float) -> None:
    """Raise `UserError` for a value that is not finite."""
    if not math.isfinite(value):
        raise wrong(key, value, "a finite number")


def any_number(text: str) -> float:
    """Return an option's argument as a number, for argparse; Python's own reading takes 5_4 for 54."""
    value = number(text)
    if math.isnan(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be a number")
    return value


def positive(text: str) -> float:
    """Return an option's argument as a number above 0, for argparse."""
    value = number(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be a number above 0")
    return value


def check_fits_memory(option: str, duration_ms: float, sample_ms: float) -> None:
    """Raise `UserError` for a run whose trace, three times in float64, takes more memory than this machine has.

    Args:
        option: of the duration, as the user writes it.
        duration_ms: length of the run.
        sample_ms: interval of the samples that are held.
    """
    taken_GB = 3 * 8e-9 * duration_ms / sample_ms
    has_GB = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9 if hasattr(os, "sysconf") else math.inf
    if taken_GB > has_GB:
        raise UserError(
            f"{option}: {duration_ms:g} ms take {taken_GB:.3g} GB of memory, and this machine has {has_GB:.3g} GB; "
            "it must be less"
        )


def add_setting(verb: argparse.ArgumentParser, scale: str, values: str) -> None:
    """Add the options of one setting of a cell: scalings, as `scale` says, and `values` of other quantities."""
    for option, metavar, text in (("--scale", "CURRENT=FACTOR", scale), ("--set", "NAME=VALUE", values)):
        verb.add_argument(option, nargs="+", action="extend", default=[], metavar=metavar, help=text)


def add_files(verb: argparse.ArgumentParser, text: str) -> None:
    """Add the options of the files that a verb of the user writes: what it found, as `text` says, and a plot."""
    verb.add_argument("--out", type=Path, help=text)
    verb.add_argument("--plot", type=Path, help="plot to write, .svg or .png")


def check_files(options: argparse.Namespace, *endings: str) -> None:
    """Raise `UserError` where these files have other endings than `endings`, or those of plots."""
    check_ending("--out", options.out, endings)
    check_ending("--plot", options.plot, (".svg", ".png"))


def check_ending(option: str, path: Path | None, endings: tuple[str, ...]) -> None:
    """Raise `UserError` for a file whose name ends in none of `endings`."""
    if path is not None and path.suffix not in endings:
        raise wrong(option, str(path), f"a file ending in {' or '.join(endings)}")
