"""From a section of the configuration to the stimulus of the rows of a design.

A design varies the gain of a stimulus and the numbers of its waveform. Such numbers are handed over as arrays, one
value a row, under the names of the fields.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gbar.cells.cell import Parameter, Stimulation
from gbar.errors import UserError
from gbar.solve.stimulus import Stimulus
from gbar.stimuli.kinds import KINDS
from gbar.stimuli.waveform import Pieces, Waveform, require

if TYPE_CHECKING:
    from gbar.config.stimulus import AppliedStimulus, StimulusSection

# A piece has begun this long before its start: times that steps add up to fall short of it by rounding.
SAME_INSTANT_MS = 1e-6

Varied = Mapping[str, np.ndarray]


def varied_fields(section: StimulusSection, stimulation: Stimulation) -> dict[str, Parameter]:
    """Return the numbers of a stimulus that a design may vary; their defaults are the values of the section.

    Args:
        section: the stimulus.
        stimulation: how the cell is stimulated.
    """
    if section.kind == "none":
        return {}
    waveform = KINDS[section.kind]
    fields = {}
    if not _clamps(section):
        unit = stimulation.unit if waveform.unit_height else "1"
        fields["gain"] = Parameter("gain", gain_of(section, stimulation), unit, "what the waveform is multiplied by")
    for name, quantity in waveform.varied.items():
        unit = quantity.unit.format("mV" if _clamps(section) else stimulation.unit)
        fields[name] = Parameter(name, getattr(section, name), unit, quantity.meaning)
    return fields


def length_ms(section: StimulusSection) -> float | None:
    """Return how long a run of this stimulus must be; None where any length will do."""
    return None if section.kind == "none" else KINDS[section.kind].length_ms


def check(section: StimulusSection, stimulation: Stimulation, duration_ms: float, varied: Varied | None = None) -> None:
    """Check a stimulus against a run and, of a design, every row's numbers.

    Args:
        section: the stimulus.
        stimulation: how the cell is stimulated.
        duration_ms: length of the run.
        varied: value of each varied field, shape (rows,).

    Raises:
        UserError: a field that cannot be varied, a value that is not allowed, a stimulus shorter or longer than the
            run, a file that cannot be used.
    """
    varied = varied or {}
    allowed = varied_fields(section, stimulation)
    for name, values in varied.items():
        if name not in allowed:
            what = f"the stimulus {section.kind}{' with clamp' if _clamps(section) else ''}"
            raise UserError(
                f"stimulus.{name}: cannot be varied; {what} allows {', '.join(allowed) if allowed else 'nothing'}"
            )
        for value in values.tolist():
            require(f"stimulus.{name}", value, math.isfinite(value), "a finite number")
    if section.kind != "none":
        for waveform in _waveforms(section, varied):
            waveform.check_run(duration_ms)


def build(
    section: StimulusSection,
    stimulation: Stimulation,
    duration_ms: float,
    row_keys: Sequence[int],
    varied: Varied | None = None,
) -> Stimulus | None:
    """Return the stimulus of some rows, None where there is none.

    Args:
        section: the stimulus.
        stimulation: how the cell is stimulated.
        duration_ms: length of the run.
        row_keys: a number of each row, 0 or more, that stays with the row whatever block it is in.
        varied: value of each varied field, shape (rows,).

    Returns:
        A stimulus of shape (pieces,) where all rows share it, of shape (rows, pieces) otherwise.

    Raises:
        UserError: as `check`.
    """
    varied = varied or {}
    check(section, stimulation, duration_ms, varied)
    if section.kind == "none":
        return None
    rows = _pieces(section, duration_ms, row_keys, varied)
    if KINDS[section.kind].unit_height and stimulation.on_from_ms > 0:
        rows = [_switched_on(pieces, stimulation.on_from_ms) for pieces in rows]
    start_ms, value = _joined(rows)
    gain = varied["gain"][:, None] if "gain" in varied else gain_of(section, stimulation)
    value = value * gain + 0.0  # adding 0 turns the -0 of a negative gain into 0
    return Stimulus(np.broadcast_to(start_ms, value.shape), value, _clamps(section))


def pulses_ms(
    section: StimulusSection, stimulation: Stimulation, duration_ms: float, varied: Varied | None = None
) -> list[np.ndarray]:
    """Return start and end of the pulses that rows are paced with, ms, each of shape (pulse, 2).

    Arguments are those of `check`.

    Returns:
        The pulses of each row, or those that all rows share where no number of the waveform is varied.
    """
    if section.kind == "none" or _clamps(section):
        return [np.empty((0, 2))]
    on_from_ms = stimulation.on_from_ms if KINDS[section.kind].unit_height else 0.0
    spans = [waveform.pulses_ms(duration_ms) for waveform in _waveforms(section, varied or {})]
    return [span[span[:, 1] > on_from_ms] for span in spans]


def sample(stimulus: Stimulus, time_ms: np.ndarray, row: int = 0) -> np.ndarray:
    """Return the value of a row's stimulus at some times, shape of `time_ms`.

    A piece has begun at its start, and already `SAME_INSTANT_MS` before it: k * dt may fall short by rounding.
    """
    start_ms, value = (array[row] if array.ndim == 2 else array for array in (stimulus.start_ms, stimulus.value))
    return value[np.searchsorted(start_ms, np.asarray(time_ms) + SAME_INSTANT_MS, side="right") - 1]


def gain_of(section: AppliedStimulus, stimulation: Stimulation) -> float:
    """Return what the waveform of a section is multiplied by: the user's gain, else the cell's or 1."""
    if section.gain is not None:
        return section.gain
    return stimulation.gain if KINDS[section.kind].unit_height else 1.0


def _clamps(section: StimulusSection) -> bool:
    return getattr(section, "clamp", False)


def _waveforms(section: AppliedStimulus, varied: Varied) -> Iterator[Waveform]:
    """Yield the waveform of each row, or one for all of them where none of its numbers is varied."""
    names = [name for name in varied if name != "gain"]
    rows = zip(*(varied[name].tolist() for name in names), strict=True) if names else [()]
    for row in rows:
        try:
            yield section.waveform(**dict(zip(names, row, strict=True)))
        except UserError as error:
            raise UserError(f"stimulus.{error}") from None


def _pieces(section: AppliedStimulus, duration_ms: float, row_keys: Sequence[int], varied: Varied) -> list[Pieces]:
    """Return the pieces of each row, or the one set that all rows share."""
    waveforms = list(_waveforms(section, varied))
    if len(waveforms) == 1:
        keys = row_keys if waveforms[0].random else row_keys[:1]
        return [waveforms[0].pieces(duration_ms, key) for key in keys]
    return [waveform.pieces(duration_ms, key) for waveform, key in zip(waveforms, row_keys, strict=True)]


def _switched_on(pieces: Pieces, from_ms: float) -> Pieces:
    """Return pieces that are 0 up to some time."""
    then = int(np.searchsorted(pieces.start_ms, from_ms, side="right"))
    start_ms = np.concatenate([[0.0, from_ms], pieces.start_ms[then:]])
    return Pieces(start_ms, np.concatenate([[0.0], pieces.value[then - 1 :]]))


def _joined(rows: list[Pieces]) -> Pieces:
    """Return the pieces of all rows in one pair of arrays, shorter rows padded; one row stays as it is."""
    if len(rows) == 1:
        return rows[0]
    shape = (len(rows), max(len(row.value) for row in rows))
    joined = Pieces(np.full(shape, np.inf), np.zeros(shape))
    for row, pieces in enumerate(rows):
        for all_rows, of_row in zip(joined, pieces, strict=True):
            all_rows[row, : len(of_row)] = of_row
    return joined
