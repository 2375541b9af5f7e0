"""An inverter asked about a recorded trace: its window, the answer, and the trace simulated again from it.

The networks see of a recording what they see of a training trace (`gbar.invert.view`). Spikes are counted, and traces
compared and shown, as recorded and as simulated, each at its own sampling interval.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gbar import stimuli
from gbar.config.invert import RecordingSection
from gbar.errors import UserError, wrong
from gbar.invert.answer import Answer
from gbar.invert.comparison import Difference, difference, features
from gbar.invert.inverter import Inverter, load_inverter
from gbar.invert.out_of_range import WARN_BEYOND
from gbar.invert.resimulate import Simulator
from gbar.invert.stretch import Stretch, stretch
from gbar.invert.view import View
from gbar.jobs.job import Input, Output, job
from gbar.recordings import Recording, read_recording
from gbar.records.files import whole
from gbar.records.metrics import write_metrics

# A spike lasts about 1 ms; what is sampled more coarsely does not show it, what is sampled more finely is no recording.
COARSEST_ms, FINEST_ms = 0.5, 1e-4
# A membrane potential is between these: others are in another unit, whatever the file says.
SMALLEST_mV, LARGEST_mV = 1.0, 1000.0
# Two currents are of one course if they correlate so well; their units and gains may differ.
SAME_COURSE = 0.99


@dataclass(frozen=True, eq=False)
class Asked:
    """What an inverter says of a recorded trace.

    Attributes:
        recording: the recorded sweep.
        start_ms: time of the recording where the window starts.
        span_ms: length of the window.
        recorded: the recording around the window.
        answer: of the inverter, for this one trace.
        predicted: simulated from the answer, NaN from where it diverged.
        difference: between the two.
        notes: what to bear in mind, in sentences.
    """

    recording: Recording
    start_ms: float
    span_ms: float
    recorded: Stretch
    answer: Answer
    predicted: Stretch
    difference: Difference
    notes: list[str]


def ask(inverter: Inverter, recording: Recording, start_ms: float = 0.0) -> Asked:
    """Ask an inverter about a window of a recording.

    Raises:
        UserError: as `recorded_around`.
    """
    simulator, view = Simulator(inverter.sweep, inverter.window, inverter.parameters), inverter.view
    recorded = recorded_around(recording, view, start_ms)
    answer = inverter.predict(view.see(recorded.V_mV[None], recorded.sample_ms, recorded.begin_ms))
    (predicted,) = simulator.stretches(answer.unit)
    off = difference(recorded, predicted, view.clip_mV)
    notes = [*recording.notes, *_stimulus_notes(recording, simulator, start_ms), *_range_notes(answer)]
    span_ms = view.spanned * view.save_every_ms
    return Asked(recording, start_ms, span_ms, recorded, answer, predicted, off, notes)


def recorded_around(recording: Recording, view: View, start_ms: float) -> Stretch:
    """Return a recording around a window, at its own sampling interval.

    Args:
        recording: the sweep.
        view: what the inverter sees of a trace.
        start_ms: time of the recording where the window starts.

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
    known = np.flatnonzero(np.isfinite(recording.V_mV))
    lasts_ms = float(known[-1]) * own_ms if len(known) else 0.0
    if start_ms + view.length_ms > lasts_ms + own_ms / 2:
        raise UserError(
            f"{name}: is too short: it lasts {lasts_ms:g} ms, but the window of the model is "
            f"{view.length_ms:g} ms from {start_ms:g} ms on"
        )
    around = stretch(recording.V_mV, own_ms, start_ms, view.length_ms)
    missing = ~np.isfinite(around.V_mV)
    if missing.any():
        at = start_ms + around.begin_ms + int(np.argmax(missing)) * own_ms
        raise UserError(f"{name}: the voltage at {at:g} ms is not a number; choose a window without gaps")
    largest = float(np.abs(around.window_mV).max())
    if not SMALLEST_mV <= largest <= LARGEST_mV:
        raise UserError(
            f"{name}: the values of {recording.channel} reach {largest:.3g}, which is no membrane potential in mV; "
            "they are in another unit, or another signal"
        )
    return around


def _stimulus_notes(recording: Recording, simulator: Simulator, start_ms: float) -> list[str]:
    """Return a warning if the recording was made under another stimulus than the model's, or nobody knows."""
    cell, protocol, view = simulator.sweep.cell.cell(), simulator.sweep.protocol, simulator.view
    section = protocol.stimulus_of(cell)
    if recording.command is None:
        return [f"The model knows traces under {section.kind} only."]  # the reader says why nothing is told
    stimulus = stimuli.build(section, cell.stimulus, protocol.duration_ms, [0])
    time_ms = np.arange(view.spanned) * view.save_every_ms
    window_ms = simulator.window.first * view.save_every_ms
    ours = np.zeros(view.spanned) if stimulus is None else stimuli.sample(stimulus, window_ms + time_ms)
    theirs = np.interp(start_ms + time_ms, np.arange(len(recording.command)) * recording.sample_ms, recording.command)
    if _same_course(ours, theirs):
        return []
    return [
        f"The stimulus of the recording is not the {section.kind} that the model was trained on: "
        "the answer means little."
    ]


def _range_notes(answer: Answer) -> list[str]:
    """Return a warning if the networks answer with parameters beyond the range they learned from."""
    beyond = np.abs(answer.unit[0])
    names = [one.name for one, u in zip(answer.parameters, beyond, strict=True) if u > WARN_BEYOND]
    notes = []
    if names:
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        notes.append(f"The values of {listed} lie beyond the published range, where no network has learned.")
    if beyond.max() > 1:
        notes.append("Parameters beyond the published range are simulated at its end.")
    return notes


def _same_course(ours: np.ndarray, theirs: np.ndarray) -> bool:
    if np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return bool(np.ptp(ours) == np.ptp(theirs) == 0)
    return bool(np.corrcoef(ours, theirs)[0, 1] > SAME_COURSE)


@job("answer", jax="float64")
def ask_recording(settings: RecordingSection, model: Input, out: Output, traces: Output) -> None:
    """Ask an inverter about a recording, for the report.

    Args:
        settings: the recording: file, sweep, channel, start of the window.
        model: inverter.
        out: answer to write, JSON, as of `told`.
        traces: NPZ to write, as of `arrays`.

    Raises:
        UserError: as `read_recording`, `load_inverter` and `recorded_around`; nothing is written then.
    """
    recording = read_recording(settings.file, settings.sweep, settings.channel)
    asked = ask(load_inverter(model), recording, settings.start_ms)
    with whole(traces) as made, made.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays(asked))
    write_metrics(out, told(asked), [traces])


def arrays(asked: Asked) -> dict[str, np.ndarray]:
    """Return the window as recorded and as simulated again, each at its own times, and the times of their spikes."""
    recorded, predicted = asked.recorded, asked.predicted
    return {
        "time_ms": recorded.time_ms,
        "V_mV": recorded.window_mV,
        "time_predicted_ms": predicted.time_ms,
        "V_predicted_mV": predicted.window_mV,
        "spikes_ms": recorded.spikes_ms,
        "spikes_predicted_ms": predicted.spikes_ms,
    }


def told(asked: Asked) -> dict[str, Any]:
    """Return what there is to tell of an answer, as plain data."""
    answer = asked.answer
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
    measured = features([asked.recorded, asked.predicted])
    return {
        "recording": asked.recording.source.name,
        "sweep": asked.recording.sweep,
        "channel": asked.recording.channel,
        "recorded_every_ms": asked.recording.sample_ms,
        "start_ms": asked.start_ms,
        "window_ms": asked.span_ms,
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
    end_ms = asked.start_ms + asked.span_ms
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
