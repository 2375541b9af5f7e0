"""Stimuli as a user writes them, sampled."""

import numpy as np
from pydantic import TypeAdapter

from gbar import stimuli
from gbar.cells import Stimulation
from gbar.config.stimulus import StimulusSection

UNIT = Stimulation("1", 1.0)
HEART = Stimulation("pA/pF", -52.0, "pacing")


def section(kind: str, **fields) -> StimulusSection:
    return TypeAdapter(StimulusSection).validate_python({"kind": kind} | fields)


def built(kind: str, duration_ms: float, stimulation: Stimulation = UNIT, **fields):
    stimulus = stimuli.build(section(kind, **fields), stimulation, duration_ms, [0])
    assert stimulus is not None
    return stimulus


def sampled(kind: str, duration_ms: float, every_ms: float = 0.02, **fields) -> np.ndarray:
    time_ms = np.arange(round(duration_ms / every_ms)) * every_ms
    return stimuli.sample(built(kind, duration_ms, **fields), time_ms)


def pieces(stimulus) -> list[tuple[float, float]]:
    return list(zip(stimulus.start_ms.tolist(), stimulus.value.tolist(), strict=True))
