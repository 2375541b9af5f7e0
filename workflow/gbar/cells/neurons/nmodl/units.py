"""Constants of nature under the names of NMODL's UNITS block, in the units it asks for.

The values are those of the SI since 2019, which NEURON has had since version 8.
"""

import math
import re

FARADAY = 96485.33212331001  # C/mol
GAS = 8.31446261815324  # J/(K mol)

_KNOWN = {
    "faraday": (FARADAY, "coulomb"),
    "e-mole": (FARADAY, "coulomb"),
    "k-mole": (GAS, "joule/degC"),
    "gasconstant": (GAS, "joule/degC"),
    "pi": (math.pi, "1"),
    "e": (1.602176634e-19, "coulomb"),
    "k": (1.380649e-23, "joule/degC"),
    "boltzmann": (1.380649e-23, "joule/degC"),
    "mole": (6.02214076e23, "1"),
    "avogadro": (6.02214076e23, "1"),
}
_SAME = {
    "coul": "coulomb", "coulombs": "coulomb", "c": "coulomb", "joules": "joule", "j": "joule", "degk": "degc",
    "k": "degc", "kelvin": "degc", "": "1",
}  # fmt: skip
_PREFIXES = {"milli": 1e-3, "micro": 1e-6, "kilo": 1e3, "nano": 1e-9, "pico": 1e-12, "mega": 1e6}


def constant(quantity: str, unit: str) -> float | None:
    """Return a constant of nature in a unit; None where either is not known.

    Args:
        quantity: as "faraday" or "k-mole".
        unit: as "coulomb", "10000 coulomb", "kilocoulombs" or "joule/degC".
    """
    known = _KNOWN.get(quantity.replace(" ", "").lower())
    if known is None:
        return None
    value, own = known
    factor, text = _split(unit)
    base, below, under = text.partition("/")
    for prefix, size in _PREFIXES.items():
        if base.startswith(prefix) and len(base) > len(prefix):
            factor, base = factor * size, base.removeprefix(prefix)
            break
    asked = _plain(base) + (f"/{_plain(under.removesuffix('/mole').removesuffix('/mol'))}" if below else "")
    return value / factor if asked == own.lower() and factor else None


def _split(unit: str) -> tuple[float, str]:
    match = re.match(r"\s*([\d.]+(?:[eE][+-]?\d+)?)\s*(.*)", unit)
    if match is None or (not match.group(2) and match.group(1) == "1"):
        return 1.0, unit.replace(" ", "").lower()
    return float(match.group(1)), match.group(2).replace(" ", "").lower()


def _plain(unit: str) -> str:
    return _SAME.get(unit, unit)
