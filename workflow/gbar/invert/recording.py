"""An inverter asked about a recorded trace: its window, the answer, and the trace simulated again from it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import butter, sosfiltfilt

from gbar import stimuli
from gbar.config.invert import RecordingSection
from gbar.errors import UserError, wrong
from gbar.files import whole
from gbar.invert.answer import Answer
from gbar.invert.inverter import Inverter, load_inverter
from gbar.invert.resimulate import Simulator
from gbar.invert.spikes import Difference, difference, features, spike_times
from gbar.metrics import write_metrics
from gbar.recordings import Recording, read_recording

# A spike lasts about 1 ms; what is sampled more coarsely does not show it, what is sampled more finely is no recording.
COARSEST_ms, FINEST_ms = 0.5, 1e-4
# A membrane potential is between these: others are in another unit, whatever the file says.
SMALLEST_mV, LARGEST_mV = 1.0, 1000.0
# Before a trace is sampled more coarsely, what is faster than this share of the new Nyquist frequency is filtered out.
PASSED, FILTER_ORDER = 0.8, 4
MARGIN_ms = 20.0  # filtered beside the window, so that its ends are no edges
# Two currents are of one course if they correlate so well; their units and gains may differ.
SAME_COURSE = 0.99


@dataclass(frozen=True, eq=False)
class Asked:
    """What an inverter says of a recorded trace.

    Attributes:
        recording: the recorded sweep.
        start_ms: time of the recording where the window starts.
        sample_ms: interval of the window's samples.
        V_mV: the window, mV, (samples,).
        answer: of the inverter, for this one trace.
        predicted_mV: simulated from the answer, (samples,); NaN from where it diverged.
        difference: between the two.
        notes: what to bear in mind, in sentences.
    """

    recording: Recording
    start_ms: float
    sample_ms: float
    V_mV: np.ndarray
    answer: Answer
    predicted_mV: np.ndarray
    difference: Difference
    notes: list[str]

    @property
    def time_ms(self) -> np.ndarray:
        """Time of each sample from the start of the window, ms."""
        return np.arange(len(self.V_mV)) * self.sample_ms


def ask(inverter: Inverter, recording: Recording, start_ms: float = 0.0) -> Asked:
    """Ask an inverter about a window of a recording.

    Raises:
        UserError: as `prepare`.
    """
    simulator = Simulator(inverter.sweep, inverter.window, inverter.parameters)
    V = prepare(recording, inverter.samples, inverter.sample_ms, start_ms)
    answer = inverter.predict(V[None])
    predicted = simulator.windows(answer.unit)[0]
    off = difference(V, predicted, inverter.sample_ms, inverter.window.clip_mV)
    notes = [*_stimulus_notes(recording, simulator, start_ms), *filter(None, answer.warnings)]
    if np.abs(answer.unit).max() > 1:
        notes.append("parameters beyond the published range are simulated at its end")
    return Asked(recording, start_ms, inverter.sample_ms, V, answer, predicted, off, notes)


def prepare(recording: Recording, samples: int, sample_ms: float, start_ms: float) -> np.ndarray:
    """Return a window of a recording on another grid, mV, float32, (samples,).

    Between the samples of the recording it is linear. What is recorded more finely than the grid is filtered before,
    forwards and backwards.

    Args:
        recording: the sweep.
        samples: length of the window.
        sample_ms: interval of its samples.
        start_ms: time of the recording where it starts.

    Raises:
        UserError: the recording is too short, sampled too coarsely or absurdly finely, not finite in the window, or no
            membrane potential in mV.
    """
    name, own_ms = recording.source, recording.sample_ms
    if not FINEST_ms <= own_ms <= COARSEST_ms:
        raise UserError(
            f"{name}: the sampling rate is wrong: a sample every {own_ms:g} ms, but it must be {FINEST_ms:g} to "
            f"{COARSEST_ms:g} ms to show action potentials"
        )
    if not (np.isfinite(start_ms) and start_ms >= 0):
        raise wrong("start_ms", start_ms, "a time of the recording, ms")
    length_ms = (samples - 1) * sample_ms
    if start_ms + length_ms > recording.duration_ms + own_ms / 2:
        raise UserError(
            f"{name}: is too short: it lasts {recording.duration_ms:g} ms, but the window of the model is "
            f"{length_ms:g} ms from {start_ms:g} ms on"
        )
    margin_ms = MARGIN_ms if own_ms < sample_ms else own_ms
    first = max(0, int((start_ms - margin_ms) / own_ms))
    V = np.asarray(recording.V_mV[first : int((start_ms + length_ms + margin_ms) / own_ms) + 2], float)
    if not np.isfinite(V).all():
        at = (first + int(np.argmin(np.isfinite(V)))) * own_ms
        raise UserError(f"{name}: the voltage at {at:g} ms is not a number; choose a window without gaps")
    largest = float(np.abs(V).max())
    if not SMALLEST_mV <= largest <= LARGEST_mV:
        raise UserError(
            f"{name}: the values of {recording.channel} reach {largest:.3g}, which is no membrane potential in mV; "
            "they are in another unit, or another signal"
        )
    if own_ms < sample_ms:
        lowpass = butter(FILTER_ORDER, PASSED * own_ms / sample_ms, output="sos")
        V = np.asarray(sosfiltfilt(lowpass, V))
    time_ms = (first + np.arange(len(V))) * own_ms
    return np.interp(start_ms + np.arange(samples) * sample_ms, time_ms, V).astype(np.float32)


def _stimulus_notes(recording: Recording, simulator: Simulator, start_ms: float) -> list[str]:
    """Return a warning if the recording was made under another stimulus than the model's, or nobody knows."""
    cell, protocol = simulator.sweep.cell.cell(), simulator.sweep.protocol
    section = protocol.stimulus_of(cell)
    if recording.command is None:
        return [f"the file does not tell its stimulus; the model knows traces under {section.kind} only"]
    stimulus = stimuli.build(section, cell.stimulus, protocol.duration_ms, [0])
    window_ms = simulator.window.first * protocol.save_every_ms
    time_ms = np.arange(simulator.samples) * simulator.sample_ms
    ours = np.zeros(simulator.samples) if stimulus is None else stimuli.sample(stimulus, window_ms + time_ms)
    theirs = np.interp(start_ms + time_ms, np.arange(len(recording.command)) * recording.sample_ms, recording.command)
    if _same_course(ours, theirs):
        return []
    return [
        f"the stimulus of the recording is not the {section.kind} that the model was trained on: "
        "the answer means little"
    ]


def _same_course(ours: np.ndarray, theirs: np.ndarray) -> bool:
    if np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return bool(np.ptp(ours) == np.ptp(theirs) == 0)
    return bool(np.corrcoef(ours, theirs)[0, 1] > SAME_COURSE)


def ask_recording(settings: RecordingSection, model: str | Path, out: str | Path, traces: str | Path) -> None:
    """Ask an inverter about a recording, and write what it says.

    Args:
        settings: the recording: file, sweep, channel, start of the window.
        model: inverter.
        out: answer to write, JSON, as of `told`.
        traces: NPZ to write, as of `arrays`.

    Raises:
        UserError: as `read_recording`, `load_inverter` and `prepare`; nothing is written then.
    """
    recording = read_recording(settings.file, settings.sweep, settings.channel)
    asked = ask(load_inverter(model), recording, settings.start_ms)
    with whole(traces) as made, made.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays(asked))
    write_metrics(out, told(asked), [traces])


def arrays(asked: Asked) -> dict[str, np.ndarray]:
    """Return the window, the trace simulated again, both (samples,), and the times of their spikes."""
    return {
        "time_ms": asked.time_ms,
        "V_mV": asked.V_mV,
        "V_predicted_mV": asked.predicted_mV,
        "spikes_ms": spike_times(asked.V_mV, asked.sample_ms),
        "spikes_predicted_ms": spike_times(asked.predicted_mV, asked.sample_ms),
    }


def told(asked: Asked) -> dict[str, Any]:
    """Return what there is to tell of an answer, as plain data."""
    answer, sample_ms = asked.answer, asked.sample_ms
    columns = zip(answer.value[0], answer.error[0], answer.low[0], answer.high[0], answer.unit[0], strict=True)
    parameters = [
        {
            "name": one.name,
            "unit": one.unit,
            "value": float(value),
            "error": float(error),
            "low": float(low),
            "high": float(high),
            "range": [one.low, one.high],
            "unit_value": float(unit),
        }
        for one, (value, error, low, high, unit) in zip(answer.parameters, columns, strict=True)
    ]
    clipped = [asked.V_mV, np.nan_to_num(asked.predicted_mV)]
    measured = features(clipped, sample_ms)
    return {
        "recording": asked.recording.source.name,
        "sweep": asked.recording.sweep,
        "channel": asked.recording.channel,
        "recorded_every_ms": asked.recording.sample_ms,
        "start_ms": asked.start_ms,
        "window_ms": len(asked.V_mV) * sample_ms,
        "parameters": parameters,
        "verdict": answer.verdict[0],
        "reasons": answer.reasons[0],
        "score": float(answer.score[0]),
        "notes": asked.notes,
        **asdict(asked.difference),
        **{name: float(values[0]) for name, values in measured.items()},
        **{f"{name}_predicted": float(values[1]) for name, values in measured.items()},
    }


def lines(asked: Asked) -> list[str]:
    """Return an answer as lines of text."""
    answer, off, recording = asked.answer, asked.difference, asked.recording
    table = [("parameter", "value", "error", "90 % interval", "published range", "unit")]
    for one in told(asked)["parameters"]:
        interval, span = (f"{low:.4g} to {high:.4g}" for low, high in ((one["low"], one["high"]), one["range"]))
        unit = "" if one["unit"] == "1" else one["unit"]
        table.append((one["name"], f"{one['value']:.4g}", f"+- {one['error']:.2g}", interval, span, unit))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    end_ms = asked.start_ms + len(asked.V_mV) * asked.sample_ms
    reasons = f": {answer.reasons[0]}" if answer.reasons[0] else ""
    isi = "undefined" if np.isnan(off.isi_distance) else f"{off.isi_distance:.3f}"
    timing = "" if np.isnan(off.timing_ms) else f", spikes {off.timing_ms:.3g} ms apart on average"
    return [
        f"{recording.source} sweep {recording.sweep}, {recording.channel}, {asked.start_ms:g} to {end_ms:g} ms",
        *(
            "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ),
        f"  verdict: {answer.verdict[0]}{reasons}",
        *(f"  note: {note}" for note in asked.notes),
        f"  simulated again: {off.rmse_mV:.3g} mV RMSE, {off.spikes_predicted} spikes where {off.spikes} are recorded,"
        f" ISI distance {isi}{timing}",
    ]
