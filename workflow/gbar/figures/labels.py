"""Varied quantities in the words of figures: headings, axes, and what of a setting differs from the control cell."""

import textwrap
from collections.abc import Sequence

from gbar.figures.style import symbol
from gbar.sweeps.store import Quantity

SUBSCRIPT = 0.7  # width of its letters, in letters
# How names of columns of biomarkers.csv end, and what is written of that.
UNITS = {"_V_s": "V/s", "_C_per_F": "C/F", "_per_min": "1/min", "_ms": "ms", "_mV": "mV", "_mM": "mM", "_uM": "µM"}
SHORT = ("apd", "mdp")  # names that are capitals where they are written out


def words(quantity: Quantity) -> str:
    """Return the name in words: `stimulus.cycle_length_ms` becomes `stimulus cycle length`, others stay."""
    group, dot, name = quantity.name.partition(".")
    if not dot:
        return quantity.name
    return f"{group} {name.removesuffix(f'_{quantity.unit}')}".replace("_", " ")


def heading(quantity: Quantity, width: int = 100) -> str:
    """Return what stands above a panel of one quantity, in lines of at most `width` characters if words allow it."""
    return "\n".join(_lines(words(quantity), width)) if "." in quantity.name else symbol(quantity.name)


def is_scaling(quantity: Quantity) -> bool:
    """Tell whether values of a quantity are factors on what the cell has."""
    return quantity.unit == "1" and quantity.control == 1


def measure(quantity: Quantity) -> str:
    """Return what an axis of one quantity measures, where its name stands above the panel."""
    if is_scaling(quantity):
        return "scaling (1 = control)"
    unit = "value" if quantity.unit == "1" else quantity.unit
    return f"{unit} (control {quantity.control:.4g})".replace("-", "−")


def axis_label(quantity: Quantity, width: int = 100) -> str:
    """Return the name of a quantity with its unit, in lines of at most `width` characters if words allow it."""
    if is_scaling(quantity):
        return f"{heading(quantity, width)} scaling"
    unit = "" if quantity.unit == "1" else f" ({quantity.unit})"
    return "\n".join(_lines(words(quantity) + unit, width))


def measured(column: str) -> tuple[str, str]:
    """Return name and unit of a column of biomarkers.csv as figures write them: `apd90_ms` becomes APD90 and ms.

    The unit is empty where the column's name has none.
    """
    suffix = next((one for one in UNITS if column.endswith(one)), "")
    name = column.removesuffix(suffix)
    if name.startswith(SHORT):
        name = name.upper()
    return name.replace("dvdt", "dV/dt").replace("duration", "duration ").replace("_", " "), UNITS.get(suffix, "")


def setting(quantities: Sequence[Quantity], values: Sequence[float], width: float, per_line: int) -> str:
    """Return what of a setting differs from the control cell, in lines of so many characters and quantities."""
    lines: list[list[str]] = []
    filled = 0.0
    for quantity, value in zip(quantities, values, strict=True):
        if not quantity.differs(value):
            continue
        name = heading(quantity).removeprefix("stimulus ")
        number = f"{value:.3g}".replace("-", "−") + ("" if quantity.unit == "1" else f" {quantity.unit}")
        is_symbol = name.startswith("$")
        written = 1 + SUBSCRIPT * (len(quantity.name) - 1) if is_symbol else len(name)
        length = written + len(f" {number}, ")
        if not lines or len(lines[-1]) == per_line or filled + length > width:
            lines.append([])
            filled = 0.0
        lines[-1].append(f"{name} {number}")
        filled += length
    return ",\n".join(", ".join(line) for line in lines) or "control"


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
