"""Sections cut into compartments of equal length, with the areas and resistances of the frusta between their points.

How many there are is odd, as NEURON's users have it: by the d_lambda rule (a tenth of the wavelength at 100 Hz, from
the middle of a compartment to the next), or two more for every so many um.

Hines ML, Carnevale NT. NEURON: a tool for neuroscientists. Neuroscientist 2001;7:123-135.
doi:10.1177/107385840100700207
"""

import math
from dataclasses import dataclass

from gbar.cable.tree import Cut, Piece
from gbar.cells.neurons.tree.sections import Section
from gbar.errors import wrong

FREQUENCY_HZ = 100.0
MOST = 10_000  # compartments of a tree; more is a slip of the pen


@dataclass(frozen=True)
class Rule:
    """How many compartments a section has; one of three.

    Attributes:
        d_lambda: longest compartment in wavelengths at 100 Hz.
        longest_um: two more compartments for every so many um.
        each: the number in each section.
    """

    d_lambda: float | None = 0.1
    longest_um: float | None = None
    each: int | None = None

    def count(self, section: Section, Ra_ohm_cm: float, cm_uF_per_cm2: float) -> int:
        """Return the number of compartments of a section of a resistivity and a capacitance."""
        if self.each is not None:
            return self.each
        if self.longest_um is not None:
            return 1 + 2 * int(section.length_um / self.longest_um)
        assert self.d_lambda is not None
        wavelengths = section.length_um / _wavelength_um(section, Ra_ohm_cm, cm_uF_per_cm2)
        return int((wavelengths / self.d_lambda + 0.9) / 2) * 2 + 1


def _wavelength_um(section: Section, Ra_ohm_cm: float, cm_uF_per_cm2: float) -> float:
    """Return the length constant at 100 Hz, as NEURON's lambda_f averages it over the points."""
    arc, diameter = section.arc_um, section.diameter_um
    total = sum((arc[i] - arc[i - 1]) / math.sqrt(diameter[i] + diameter[i - 1]) for i in range(1, len(arc)))
    total *= math.sqrt(2) * 1e-5 * math.sqrt(4 * math.pi * FREQUENCY_HZ * Ra_ohm_cm * cm_uF_per_cm2)
    return section.length_um / total


def cut(section: Section, count: int) -> Cut:
    """Return a section as `count` compartments."""
    length = section.length_um
    pieces = []
    for k in range(count):
        start, middle, end = (length * place / count for place in (k, k + 0.5, k + 1))
        left, right = _frusta(section, start, middle), _frusta(section, middle, end)
        pieces.append(
            Piece(
                area_um2=left.area_um2 + right.area_um2,
                diameter_um=(left.width_um2 + right.width_um2) / (end - start),
                left_per_um=left.resistance_per_um,
                right_per_um=right.resistance_per_um,
            )
        )
    return Cut(section.name, section.parent, section.position, section.region, tuple(pieces))


def check_count(counts: list[int], where: str) -> None:
    """Raise `UserError` for more compartments than make sense."""
    if sum(counts) > MOST:
        raise wrong(where, f"{sum(counts)} compartments", f"a rule that makes at most {MOST} of this tree")


@dataclass(frozen=True)
class _Half:
    area_um2: float
    width_um2: float  # diameter integrated over the length
    resistance_per_um: float


def _frusta(section: Section, start: float, end: float) -> _Half:
    """Return a stretch of a section; a jump of the diameter at one place counts as a ring."""
    arc, diameter = section.arc_um, section.diameter_um
    area = width = resistance = 0.0
    for i in range(1, len(arc)):
        a, b = max(arc[i - 1], start), min(arc[i], end)
        if arc[i] < start or arc[i - 1] > end or b < a:
            continue
        step = arc[i] - arc[i - 1]
        if step <= 0:
            if start < a < end or (a == start == 0.0):
                area += math.pi / 4 * abs(diameter[i] ** 2 - diameter[i - 1] ** 2)
            continue
        slope = (diameter[i] - diameter[i - 1]) / step
        d1, d2 = diameter[i - 1] + slope * (a - arc[i - 1]), diameter[i - 1] + slope * (b - arc[i - 1])
        area += math.pi / 2 * (d1 + d2) * math.hypot(b - a, (d2 - d1) / 2)
        width += (d1 + d2) / 2 * (b - a)
        resistance += 4 / math.pi * (b - a) / (d1 * d2)
    return _Half(area, width, resistance)
