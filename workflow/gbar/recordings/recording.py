"""A recorded sweep, and what is checked of one whatever file it comes from."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.traces.samples import without_padding

# Half of a trace is within these; a signal in another unit, or one that an amplifier has multiplied by 10, is not.
LARGEST_MEDIAN_mV = 200.0


@dataclass(frozen=True, eq=False)
class Recording:
    """One sweep of a recorded membrane potential.

    Attributes:
        source: the file.
        sweep: number of the sweep, as the file has it, or from 0.
        channel: name of the channel.
        sample_ms: interval between samples, ms; the first sample is at time 0.
        V_mV: membrane potential, mV, shape (sample,); NaN where there is none.
        command: current that the amplifier was told to inject, shape (sample,); None where the file does not tell.
        command_unit: its unit.
        notes: what to bear in mind, in sentences; one says why there is no command.
    """

    source: Path
    sweep: int
    channel: str
    sample_ms: float
    V_mV: np.ndarray
    command: np.ndarray | None = None
    command_unit: str = ""
    notes: tuple[str, ...] = ()

    @property
    def duration_ms(self) -> float:
        """Time from the first sample to the last, ms."""
        return (len(self.V_mV) - 1) * self.sample_ms


def checked(recording: Recording) -> Recording:
    """Return a recording whose padding is no number, with notes on what is missing.

    Raises:
        UserError: its values are no membrane potential.
    """
    V_mV = recording.V_mV
    finite = V_mV[np.isfinite(V_mV)]
    if len(finite) < 2:
        raise UserError(f"{recording.source}: sweep {recording.sweep} has no voltage: none of its samples is a number")
    median = float(np.median(finite))
    if abs(median) > LARGEST_MEDIAN_mV:
        raise UserError(
            f"{recording.source}: half of the values of {recording.channel} are beyond {median:.4g} mV, which is no "
            "membrane potential: the gain or the unit in the file is wrong, or it is another signal"
        )
    notes = []
    zeros = len(V_mV) - without_padding(V_mV)[1]
    if zeros:
        V_mV = np.append(V_mV[: len(V_mV) - zeros], np.full(zeros, np.nan))
        notes.append(
            f"The sweep ends in {zeros} zeros from {(len(V_mV) - zeros) * recording.sample_ms:.6g} ms on, which are "
            "padding; they are no number here."
        )
    gap = np.flatnonzero(~np.isfinite(V_mV[: len(V_mV) - zeros]))
    if len(gap) and not any("stopped" in note for note in recording.notes):
        notes.append(
            f"The voltage has gaps: {len(gap)} samples are no number, the first at "
            f"{gap[0] * recording.sample_ms:.6g} ms, the last at {gap[-1] * recording.sample_ms:.6g} ms."
        )
    return replace(recording, V_mV=V_mV, notes=(*recording.notes, *notes))
