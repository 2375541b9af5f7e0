"""The options that say what drives a cell: one of each field that some kind of stimulus has."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from gbar.cells import Cell
from gbar.cli.options import any_number
from gbar.errors import wrong
from gbar.records.user_tables import number

if TYPE_CHECKING:
    from gbar.config.stimulus import StimulusSection

KINDS = "none, pacing, s1s2, constant, steps, noise, chirp23a, chirp16a, chirp_05, chirp_damp"
NUMBERS = {
    "gain": "what the waveform is multiplied by, in the unit of the cell's stimulus",
    "cycle_length_ms": "from pulse to pulse (pacing, s1s2)",
    "first_ms": "start of the first pulse (pacing, s1s2)",
    "width_ms": "length of a pulse (pacing, s1s2)",
    "pulses": "number of pulses (pacing)",
    "s1_pulses": "number of pulses S1 (s1s2)",
    "coupling_ms": "from the last S1 to S2 (s1s2)",
    "value": "the value (constant)",
    "theta": "rate of return, 1/ms (noise)",
    "mu": "mean (noise)",
    "sigma": "strength (noise)",
    "step_ms": "how long each value is held (noise)",
    "seed": "of the random numbers (noise)",
}


def add_stimulus(verb: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = verb.add_argument_group("stimulus", "Defaults are explained in the configuration's schema.")
    group.add_argument(
        "--stimulus",
        metavar="KIND",
        help=f"{KINDS}, or a CSV file with the columns time_ms,value; as usual for the cell when left out",
    )
    for name, text in NUMBERS.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=any_number, metavar="NUMBER", help=text)
    group.add_argument("--values", nargs="+", metavar="MS=VALUE", help="value from each time on (steps)")
    group.add_argument(
        "--clamp", action="store_true", default=None, help="values are a voltage clamp's, mV (constant, steps, file)"
    )


def given_stimulus(options: argparse.Namespace, cell: Cell) -> StimulusSection:
    """Return the stimulus that the options describe; options for another kind of stimulus are refused.

    Raises:
        UserError: an unknown kind, an option that the kind has not, a value that is not allowed.
    """
    from gbar.config.explain import checked
    from gbar.config.protocol import ProtocolSection

    kind = options.stimulus or cell.stimulus.kind or "none"
    values: dict[str, Any] = {name: getattr(options, name) for name in [*NUMBERS, "clamp"]}
    if options.values is not None:
        values["values"] = [_step(text) for text in options.values]
    values["kind"] = kind
    if kind.lower().endswith(".csv"):
        values |= {"kind": "csv", "path": kind}
    given = {name: value for name, value in values.items() if value is not None}
    return checked(ProtocolSection, {"stimulus": given}).stimulus_of(cell)


def _step(text: str) -> list[float]:
    step = [number(part) for part in text.split("=")]
    if len(step) != 2 or any(map(math.isnan, step)):
        raise wrong("--values", text, "MS=VALUE, two numbers")
    return step
