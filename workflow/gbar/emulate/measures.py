"""What is measured of the action potential that a window holds."""

from dataclasses import replace

import numpy as np

from gbar.traces.beats import Beats
from gbar.traces.reading import find_beats
from gbar.traces.settings import BeatSettings

APDS = ("apd50", "apd75", "apd90")


def first_beats(windows: np.ndarray, sample_ms: float, settings: BeatSettings) -> Beats:
    """Return the first beat of each window, measures of shape (window,); all NaN where there is none.

    Args:
        windows: mV, shape (window, sample).
        sample_ms: sampling interval.
        settings: what counts as a beat of the cell. A window may open amid the diastolic depolarisation, past the MDP:
            levels count from the diastole after the AP, which is always inside.
    """
    settings = replace(settings, reference="after")
    names = list(Beats.__dataclass_fields__)
    table = np.full((len(windows), len(names)), np.nan)
    for k, v in enumerate(windows):
        beats = find_beats(v, sample_ms, settings, recorded=False)
        if len(beats):
            table[k] = [getattr(beats, name)[0] for name in names]
    return Beats(*table.T)
