"""Units at the border: the solver's ms and mV, and currents in a unit that stimuli are given in."""

from gbar.cells.imported.model import Source, Unit
from gbar.errors import UserError

# Powers of g, m, s, A, K, cd, mol, and the factor to them.
MS = Unit((0, 0, 1, 0, 0, 0, 0), 1e-3, "ms")
MV = Unit((1, 2, -3, -1, 0, 0, 0), 1.0, "mV")
MM = Unit((0, -3, 0, 0, 0, 0, 1), 1.0, "mM")
MM_PER_MS = Unit((0, -3, -1, 0, 0, 0, 1), 1e3, "mM/ms")
ONE = Unit((0, 0, 0, 0, 0, 0, 0), 1.0, "1")
# What a stimulus may be in; the first that converts.
CURRENTS = (
    Unit((1, 2, -4, -1, 0, 0, 0), 1e3, "pA/pF"),
    Unit((0, -2, 0, 1, 0, 0, 0), 1e-2, "uA/cm^2"),
    Unit((0, 0, 0, 1, 0, 0, 0), 1e-12, "pA"),
)
NA = Unit((0, 0, 0, 1, 0, 0, 0), 1e-9, "nA")


def time_in_ms(source: Source, findings: list[str]) -> float:
    """Return how many ms one unit of the file's time is.

    Raises:
        UserError: its unit is none of time.
    """
    unit = source.variables[source.time].unit if source.time is not None else None
    return _factor(source, source.time, unit, MS, "time", findings)


def voltage_in_mV(source: Source, findings: list[str]) -> float:
    """Return how many mV one unit of the file's membrane potential is.

    Raises:
        UserError: its unit is none of voltage.
    """
    return _factor(source, source.voltage, source.variables[source.voltage].unit, MV, "voltage", findings)


def _factor(source: Source, name: str | None, unit: Unit | None, wanted: Unit, key: str, findings: list[str]) -> float:
    if unit is None or unit.powers == ONE.powers:
        findings.append(f"{name or key} has no unit and is taken as in {wanted.text}")
        return 1.0
    factor = unit.per(wanted)
    if factor is None:
        raise UserError(f"{source.name}: {name} is in {unit.text}, which is no unit of {key} ({wanted.text})")
    return factor


def current_unit(unit: Unit | None) -> tuple[str, float]:
    """Return the unit in which a current is given to a cell, and how many of it one of the file's unit is."""
    if unit is not None and unit.factor >= NA.factor and unit.powers == NA.powers:
        return NA.text, unit.factor / NA.factor
    for wanted in CURRENTS:
        factor = unit.per(wanted) if unit is not None else None
        if factor is not None:
            return wanted.text, _rounded(factor)
    return "1", 1.0


def _rounded(factor: float) -> float:
    """Return a factor without the rounding of its two units: 1, not 1.0000000000000002."""
    return float(f"{factor:.12g}")
