"""beats.csv: one line a beat, or a pulse that caused none, of each row of a sweep, in the order of time.

Its columns: the row's `id`, the number of the `beat` in its trace, the number of the `pulse` that caused it and its
time, what became of it (`outcome`, as of `gbar.traces.course`), and the measures of `gbar.traces.beats`. A pulse that
caused no beat has failed and has no measures.
"""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from gbar.traces.beats import Beats
from gbar.traces.reading import Reading

MEASURES = tuple(field.name for field in fields(Beats) if field.name != "pulse")
DIGITS = 6  # microseconds and microvolts are below what sampling resolves
NONE = -1  # in place of the number of a beat or a pulse
COUNT = MEASURES.index("eads")  # the one that is a number of things
HEADER = ("id", "beat", "pulse", "pulse_ms", "outcome", *MEASURES)


def beat_lines(identity: str, reading: Reading) -> Iterator[list[object]]:
    """Yield the lines of one row's trace."""
    beats = reading.beats
    measures = _cells(np.array([getattr(beats, name) for name in MEASURES]).T)
    failed = [(float(reading.pulses_ms[pulse]), NONE, int(pulse)) for pulse in np.flatnonzero(~reading.captured)]
    caused = [(float(time), beat, int(beats.pulse[beat])) for beat, time in enumerate(beats.upstroke_ms)]
    for _, beat, pulse in sorted(failed + caused):
        paced = ["", ""] if pulse == NONE else [pulse, round(float(reading.pulses_ms[pulse]), DIGITS)]
        if beat == NONE:
            yield [identity, "", *paced, "failed", *[""] * len(MEASURES)]
        else:
            yield [identity, beat, *paced, reading.outcomes[beat], *measures[beat]]


def _cells(values: np.ndarray) -> list[list[object]]:
    """Return the cells of a table of measures; one that is undefined stays empty."""
    rows = np.round(values, DIGITS).tolist()
    for row in rows:
        row[COUNT] = int(row[COUNT])
    return [["" if value != value else value for value in row] for row in rows]
