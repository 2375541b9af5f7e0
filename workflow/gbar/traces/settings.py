"""What counts as a beat, for each kind of cell; docs/biomarkers.md draws and explains it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from gbar.cells.cell import Tissue
from gbar.errors import wrong


def _of(unit: str, meaning: str, default: float) -> Any:
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(frozen=True)
class BeatSettings:
    """What counts as a beat, and which numbers tell one course of beats from another.

    The numbers of a kind of cell are those of `KINDS`; the defaults here are the cardiac ones.

    Attributes:
        kind: of cell: "cardiac", "nodal" or "neuron".
        reference: the diastole that the levels of repolarisation count from, "before" or "after" the beat.

    The others, with their units, are explained by `meanings`.
    """

    kind: Tissue = "cardiac"
    reference: Literal["before", "after"] = "before"
    level_mV: float = _of("mV", "level that an upstroke crosses", -20.0)
    hysteresis_mV: float = _of("mV", "how far below that level V must have been since the last crossing", 10.0)
    rearm_mV: float = _of("mV", "level at or below which a cell is repolarised enough for any upstroke", -40.0)
    dvdt_min_V_s: float = _of("V/s", "least dV/dt of an upstroke that begins at or below rearm_mV", 2.0)
    fast_V_s: float = _of("V/s", "least dV/dt of one that begins above it, on a depolarised baseline", 10.0)
    amplitude_min_mV: float = _of("mV", "least rise from the lowest V before to the peak", 40.0)
    width_min_ms: float = _of("ms", "shortest time above level_mV; what is shorter is an artefact", 2.0)
    latency_ms: float = _of("ms", "longest time from a pulse to the upstroke that it causes", 100.0)
    notch_ms: float = _of("ms", "a second rise that takes off sooner after the upstroke is the dome", 100.0)
    ead_min_mV: float = _of("mV", "least height of an early afterdepolarisation; 0: none is looked for", 3.0)
    alternans_min_ms: float = _of("ms", "least difference of the APDs of alternating beats", 5.0)
    stuck_ms: float = _of("ms", "shortest time above rearm_mV that is called no repolarisation", 1000.0)
    quiet_ms: float = _of("ms", "shortest time without a beat that is called quiescent behind a single one", 2000.0)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise wrong("kind", self.kind, f"one of {', '.join(KINDS)}")
        if self.reference not in ("before", "after"):
            raise wrong("reference", self.reference, "before or after")
        for name in meanings():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise wrong(name, value, "a finite number")
            if name not in LEVELS and value < 0:
                raise wrong(name, value, "0 or more")
        if not self.rearm_mV < self.level_mV:
            raise wrong("rearm_mV", self.rearm_mV, f"below level_mV ({self.level_mV:g})")

    def told(self) -> str:
        """Return the settings in a few words: the kind of cell, and what differs from the kind's own."""
        own = KINDS[self.kind]
        changed = [one.name for one in fields(self) if getattr(self, one.name) != own.get(one.name, one.default)]
        return " ".join([self.kind, *(f"{name}={_brief(getattr(self, name))}" for name in changed if name != "kind")])


LEVELS = ("level_mV", "rearm_mV")  # the settings that may be negative

# A pacemaker's upstroke is carried by Ca: 1 to 10 V/s. A spike lasts 1 ms; under current its trough may be above 0 mV.
KINDS: dict[str, Mapping[str, float]] = {
    "cardiac": {},
    "nodal": {"dvdt_min_V_s": 0.5, "fast_V_s": 1.0, "amplitude_min_mV": 20.0},
    "neuron": {
        "level_mV": 0.0,
        "hysteresis_mV": 2.0,
        "rearm_mV": -50.0,
        "dvdt_min_V_s": 5.0,
        "fast_V_s": 5.0,
        "amplitude_min_mV": 15.0,
        "width_min_ms": 0.0,
        "latency_ms": 20.0,
        "ead_min_mV": 0.0,
        "stuck_ms": 50.0,
        "quiet_ms": 200.0,
    },
}


def of_kind(kind: str, changes: Mapping[str, Any] | None = None) -> BeatSettings:
    """Return the settings of a kind of cell, some of them changed.

    Raises:
        UserError: an unknown kind or setting, or a value that is not allowed.
    """
    changes = dict(changes or {})
    kind = changes.pop("kind", kind)
    if kind not in KINDS:
        raise wrong("kind", kind, f"one of {', '.join(KINDS)}")
    allowed = [one.name for one in fields(BeatSettings)]
    for name in changes:
        if name not in allowed:
            raise wrong("beats", name, f"one of {', '.join(allowed)}")
    return replace(BeatSettings(), kind=kind, **dict(KINDS[kind]) | changes)


def meanings() -> dict[str, tuple[str, str]]:
    """Return unit and meaning of every number, by name."""
    return {one.name: (one.metadata["unit"], one.metadata["meaning"]) for one in fields(BeatSettings) if one.metadata}


def _brief(value: object) -> str:
    return value if isinstance(value, str) else f"{value:g}"
