"""Marks of settings whose beats are not regular: one shape a kind of class."""

from collections.abc import Sequence

from matplotlib.lines import Line2D

from gbar.figures.style import BLACK

# How a class begins, as of `gbar.traces.course`, and its mark.
MARKS = {
    "alternans": "v",
    "block": "s",
    "afterdepolarisations": "^",
    "no repolarisation": "X",
    "depolarisation block": "X",
    "quiescent": "P",
    "bursting": "D",
    "irregular": "*",
}


def marked(courses: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of the settings of each marked kind of class, by the kind."""
    found = {kind: [k for k, course in enumerate(courses) if course.startswith(kind)] for kind in MARKS}
    return {kind: places for kind, places in found.items() if places}


def handles(kinds: Sequence[str]) -> list[Line2D]:
    """Return what a legend shows of marked kinds."""
    return [Line2D([], [], linestyle="", marker=MARKS[kind], color=BLACK, markersize=3.5, label=kind) for kind in kinds]
