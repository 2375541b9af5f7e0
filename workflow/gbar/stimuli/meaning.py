"""What of a stimulus bears on a trace, as plain data: what the identity of a row is hashed from.

It leaves out what is as the kind has it by default, so that a kind may gain a field and the rows keep their identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gbar.cells.cell import Stimulation
from gbar.stimuli.kinds import KINDS
from gbar.stimuli.rows import gain_of
from gbar.stimuli.steps import Table

if TYPE_CHECKING:
    from gbar.config.stimulus import StimulusSection


def meaning(section: StimulusSection, stimulation: Stimulation) -> dict[str, Any] | None:
    """Return the meaning of a stimulus, None where it is the one the cell has when the user says nothing.

    A stimulus is its kind, its gain (the user's or the cell's; not with a clamp), and the fields that are not as the
    kind has them by default. A CSV file counts by a digest of the function it describes, wherever it lies.

    Raises:
        UserError: a CSV file that cannot be used.
    """
    return _unless_own(_content(section, stimulation), stimulation)


def row_meanings(
    section: StimulusSection, stimulation: Stimulation, varied: Mapping[str, np.ndarray]
) -> list[dict[str, Any] | None]:
    """Return the meaning of each row's stimulus, its varied fields (arrays of shape (rows,)) at the row's values.

    A row means the same as the undesigned stimulus with these values.
    """
    content = _content(section, stimulation)
    columns = {name: values.tolist() for name, values in varied.items()}
    fields = type(section).model_fields
    meanings = []
    for row in zip(*columns.values(), strict=True):
        of_row = dict(content)
        for name, value in zip(columns, row, strict=True):
            of_row.pop(name, None)
            if name == "gain" or value != fields[name].default:
                of_row[name] = value
        meanings.append(_unless_own(of_row, stimulation))
    return meanings


def _content(section: StimulusSection, stimulation: Stimulation) -> dict[str, Any]:
    content: dict[str, Any] = {"kind": section.kind}
    if section.kind == "none":
        return content
    content |= section.model_dump(mode="json", exclude_defaults=True, exclude={"kind", "gain", "path"})
    if not content.get("clamp"):
        content["gain"] = gain_of(section, stimulation)
    waveform = section.waveform()
    if isinstance(waveform, Table):
        content["digest"] = waveform.digest()
    return content


def _unless_own(content: dict[str, Any], stimulation: Stimulation) -> dict[str, Any] | None:
    own: dict[str, Any] = {"kind": stimulation.kind or "none"}
    if stimulation.kind is not None:
        own["gain"] = stimulation.gain if KINDS[stimulation.kind].unit_height else 1.0
    return None if content == own else content
