"""The beats of a recorded sweep, read with the stimulus that its file tells."""

import numpy as np

from gbar.recordings.recording import Recording
from gbar.traces.described import described
from gbar.traces.reading import NO_PULSES, Reading, read_trace
from gbar.traces.settings import BeatSettings

# What of a command is an edge, as a share of its range, and what is so short that it paces rather than holds.
EDGE_SHARE, LONGEST_PULSE_MS = 0.02, 20.0
# A current that is switched leaves a jump across the bridge and the pipette's capacitance, which is over within this.
ARTEFACT_MS = 0.5
# Currents that change more often, on average, are noise or chirps: they have no edges to speak of.
FEWEST_MS_PER_EDGE = 20.0


def read_beats(recording: Recording, settings: BeatSettings) -> Reading:
    """Return what there is to say of a sweep; times count from its first sample.

    The first half millisecond behind each edge of the command is blanked, and short pulses of it are those that the
    cell was paced with.
    """
    pulses_ms, edges_ms = _switches(recording)
    blanked_ms = [(float(edge), float(edge) + ARTEFACT_MS) for edge in edges_ms]
    return read_trace(
        recording.V_mV, recording.sample_ms, settings, pulses_ms=pulses_ms, blanked_ms=blanked_ms, recorded=True
    )


def beat_lines(recording: Recording, settings: BeatSettings) -> list[str]:
    """Return what there is to say of a sweep as lines of text."""
    reading = read_beats(recording, settings)
    lines = [f"sweep {recording.sweep}: {reading.course}"]
    lines += [f"  {name:<17} {value} {unit}".rstrip() for name, value, unit in described(reading.biomarkers)]
    return [*lines, *(f"  note: {note}" for note in reading.notes)]


def _switches(recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Return start and end of the pulses of a command, shape (pulse, 2), and its edges, ms."""
    command = recording.command
    if command is None or not np.isfinite(command).all() or np.ptp(command) == 0:
        return NO_PULSES, np.empty(0)
    edges = np.flatnonzero(np.abs(np.diff(command)) > EDGE_SHARE * np.ptp(command)) + 1
    if len(edges) * FEWEST_MS_PER_EDGE > recording.duration_ms:
        return NO_PULSES, np.empty(0)
    rest = float(np.median(command))
    starts, ends = edges, np.append(edges[1:], len(command))
    is_pulse = ((ends - starts) * recording.sample_ms <= LONGEST_PULSE_MS) & (
        np.abs(command[starts] - rest) > EDGE_SHARE * np.ptp(command)
    )
    pulses = np.column_stack([starts[is_pulse], ends[is_pulse]]) * recording.sample_ms
    return pulses, edges * recording.sample_ms
