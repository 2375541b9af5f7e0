"""Biomarkers in words: name, value and unit of each that says something."""

from dataclasses import fields

import numpy as np

from gbar.traces.reading import Biomarkers

UNITS = {"ms": "ms", "mV": "mV", "min": "per min", "s": "V/s"}
COUNTED = {"n_beats": "action potentials", "eads": "EADs", "n_pulses": "pulses", "n_captured": "captured"}
# What has a line even where it is undefined.
ALWAYS = (
    "cycle_length_ms",
    "rate_per_min",
    "apd30_ms",
    "apd40_ms",
    "apd50_ms",
    "apd75_ms",
    "apd90_ms",
    "mdp_mV",
    "peak_mV",
    "amplitude_mV",
    "dvdt_max_V_s",
)


def described(biomarkers: Biomarkers) -> list[tuple[str, str, str]]:
    """Return name, value and unit of each biomarker that says something, as text."""
    lines = []
    for field in fields(biomarkers):
        value = getattr(biomarkers, field.name)
        if field.name in COUNTED:
            if value or field.name == "n_beats":
                lines.append((COUNTED[field.name], str(value), ""))
        elif field.name in ALWAYS or not np.isnan(value):
            name, _, unit = field.name.rpartition("_")
            known = unit in UNITS
            name = name.removesuffix("_V").removesuffix("_per") if known else field.name
            lines.append((name, "undefined" if np.isnan(value) else f"{value:.2f}", UNITS.get(unit, "")))
    return lines
