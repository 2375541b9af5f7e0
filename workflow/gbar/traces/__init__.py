"""Membrane potentials over time: their beats, the course these take, and their biomarkers. One definition for all.

docs/biomarkers.md explains it. Importing this costs no JAX.
"""

from gbar.traces.beats import Beats
from gbar.traces.reading import NO_PULSES, Biomarkers, Reading, find_beats, read_trace, undefined
from gbar.traces.settings import BeatSettings, of_kind

__all__ = [
    "NO_PULSES",
    "BeatSettings",
    "Beats",
    "Biomarkers",
    "Reading",
    "find_beats",
    "of_kind",
    "read_trace",
    "undefined",
]
