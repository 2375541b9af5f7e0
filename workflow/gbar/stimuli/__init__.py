"""What cells are driven with: pacing, chirps, steps, noise, a file of the user's.

A waveform (one class each) is multiplied by a gain and becomes the piecewise-constant `Stimulus` that solvers take.
`kinds` lists the waveforms by name, `rows` builds the stimulus of the rows of a design.
Importing this costs neither JAX nor pydantic.
"""

from gbar.stimuli.meaning import meaning, row_meanings
from gbar.stimuli.rows import build, check, length_ms, pulses_ms, sample, varied_fields

__all__ = ["build", "check", "length_ms", "meaning", "pulses_ms", "row_meanings", "sample", "varied_fields"]
