"""The option that says what counts as a beat."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gbar.errors import UserError, wrong

if TYPE_CHECKING:
    from gbar.traces.settings import BeatSettings


def add_beats(verb: argparse.ArgumentParser, otherwise: str) -> None:
    """Add the option.

    Args:
        verb: to add it to.
        otherwise: what holds where it is left out.
    """
    verb.add_argument(
        "--beats",
        nargs="*",
        action="extend",
        metavar="NAME=VALUE",
        help="what counts as a beat: kind (cardiac, nodal, neuron), reference (before, after), level_mV and the other "
        f"settings of docs/biomarkers.md; {otherwise}",
    )


def given_beats(texts: list[str], kind: str) -> BeatSettings:
    """Return what counts as a beat of a kind of cell, by NAME=VALUE options.

    Raises:
        UserError: a text is not of this form, a name or value is not allowed.
    """
    from gbar.config.beats import BeatsSection
    from gbar.config.explain import checked

    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise wrong("--beats", text, "NAME=VALUE")
        if name in values:
            raise UserError(f"--beats: {name} is given twice")
        values[name] = value
    try:
        return checked(BeatsSection, values).settings(kind)
    except UserError as error:
        raise UserError(f"--beats {error}") from None
