"""Units of recorded voltages and currents: how files write them, and what they are in mV and pA."""

# Of micro: the sign, the Greek letter, and what is left of either in ASCII.
MICRO = ("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}")
MV_PER = {"mV": 1.0, "V": 1e3, "uV": 1e-3}
PA_PER = {"pA": 1.0, "nA": 1e3, "uA": 1e6, "mA": 1e9, "A": 1e12, "fA": 1e-3}
LONG = {
    "volts": "V",
    "volt": "V",
    "millivolts": "mV",
    "millivolt": "mV",
    "microvolts": "uV",
    "amperes": "A",
    "ampere": "A",
    "amps": "A",
    "picoamperes": "pA",
    "nanoamperes": "nA",
}


def plain_unit(unit: str) -> str:
    """Return a unit in short, ASCII letters: mV, uV, pA."""
    for sign in MICRO:
        unit = unit.replace(sign, "u")
    unit = unit.strip()
    return LONG.get(unit.lower(), unit)


def is_voltage(unit: str) -> bool:
    """Tell whether values of this unit can be a membrane potential."""
    return unit in MV_PER


def is_current(unit: str) -> bool:
    """Tell whether values of this unit can be an injected or a measured current."""
    return unit in PA_PER


def converted(unit: str) -> tuple[str, ...]:
    """Return the sentence to say where a voltage was converted to mV: none where it was not."""
    return () if unit == "mV" else (f"The voltage is in {unit} in the file; it was converted to mV.",)
