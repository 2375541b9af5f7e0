"""A recording is brought onto the model's grid, answered and simulated again; a bad one ends in one message."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from fake_inverter import FakeInverter
from saved_traces import FORMATS, INTERVALS_ms, sampled

from gbar import stimuli
from gbar.cli import main
from gbar.config.invert import RecordingSection, TracesSection
from gbar.errors import UserError
from gbar.figures.invert.recording_data import read_recorded
from gbar.invert.recording import ask, ask_recording, lines, recorded_around, told
from gbar.invert.traces import from_unit
from gbar.invert.view import View
from gbar.recordings import Recording, read_recording
from gbar.records.files import write_csv
from gbar.records.metrics import read_metrics
from gbar.sweeps.solved import solve_values

pytestmark = pytest.mark.slow

CELL = (-0.8, 0.1, 0.5, -0.2)  # unit parameters of the Izhikevich cell: some spikes


def recording(V_mV, sample_ms: float = 0.02, command=None) -> Recording:
    return Recording(Path("cell.csv"), 0, "V_mV", sample_ms, np.asarray(V_mV, float), command, "pA")


def wave(sample_ms: float, duration_ms: float = 300.0, kHz: float = 0.02) -> Recording:
    t = np.arange(round(duration_ms / sample_ms) + 1) * sample_ms
    return recording(-50 + 20 * np.sin(2 * np.pi * kHz * t), sample_ms)


def view(samples: int = 9000, every: int = 1) -> View:
    return View.of(TracesSection(samples=samples, every=every), 0.02)


def seen(given: Recording, of: View, start_ms: float) -> np.ndarray:
    around = recorded_around(given, of, start_ms)
    return of.see(around.V_mV[None], around.sample_ms, around.begin_ms)[0]


@pytest.mark.parametrize("sample_ms", [0.05, 0.02, 0.0125, 0.004])
def test_the_window_is_the_recording_on_another_grid(sample_ms: float) -> None:
    found = seen(wave(sample_ms), view(), start_ms=33.333)
    expected = -50 + 20 * np.sin(2 * np.pi * 0.02 * (33.333 + 0.02 * np.arange(9000)))
    # Linear between samples 0.05 ms apart: 20 (2 pi 0.02)^2 0.05^2 / 8 mV at most.
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_what_is_faster_than_the_grid_is_filtered_out_and_not_folded_back() -> None:
    fast = wave(0.01, kHz=2.4)  # on a grid of 0.4 ms it would look like 0.1 kHz
    found = seen(fast, view(4000, every=20), start_ms=50)
    assert np.ptp(found[1:]) < 0.5  # the first voltage of a window is held before it


def test_the_window_may_end_with_the_recording() -> None:
    assert np.isfinite(seen(wave(0.05, duration_ms=180), view(), 0.0)).all()


@pytest.mark.parametrize("start_ms", [2.0, 10.0])
def test_what_is_missing_beside_the_window_is_left_alone(start_ms: float) -> None:
    given = wave(0.05, duration_ms=205)
    expected = seen(given, view(), start_ms)
    given.V_mV[: round(start_ms / 0.05)] = np.nan
    given.V_mV[round((start_ms + 179.98) / 0.05) + 2 :] = np.nan  # a sweep stopped early, filled up
    np.testing.assert_array_equal(seen(given, view(), start_ms), expected)


def padded() -> Recording:
    given = wave(0.05)
    given.V_mV[2000:] = np.nan
    return given


def gap() -> Recording:
    V = np.full(20_000, -60.0)
    V[5000] = np.nan
    return recording(V)


BAD = {
    "too short": (wave(0.05, 170), 0.0, r"too short: it lasts 170 ms, but the window of the model is 179\.98 ms"),
    "stopped early": (padded(), 0.0, r"too short: it lasts 99\.95 ms, but the window"),
    "never a number": (recording(np.full(20_000, np.nan)), 0.0, "too short: it lasts 0 ms"),
    "too short from there": (wave(0.05), 150.0, "too short: .* from 150 ms on"),
    "sampled too coarsely": (wave(1.0), 0.0, "sampling rate is wrong: a sample every 1 ms"),
    "not a number": (gap(), 0.0, "voltage at 100 ms is not a number"),
    "volts": (recording(np.full(20_000, -0.07)), 0.0, "no membrane potential in mV"),
    "a current": (recording(np.full(20_000, 4000.0)), 0.0, "no membrane potential in mV"),
    "no time": (wave(0.05), -1.0, "start_ms: -1.0"),
}


@pytest.mark.parametrize(("given", "start_ms", "message"), BAD.values(), ids=BAD.keys())
def test_a_window_that_cannot_be_used_ends_in_one_message(given: Recording, start_ms: float, message: str) -> None:
    with pytest.raises(UserError, match=message):
        recorded_around(given, view(), start_ms)


@pytest.fixture(scope="module")
def inverter() -> FakeInverter:
    return FakeInverter(CELL, TracesSection(samples=4000))


def own_trace(inverter: FakeInverter) -> np.ndarray:
    return inverter.simulator.stretches(inverter.unit)[0].window_mV


def whole_trace(inverter: FakeInverter) -> np.ndarray:
    """What the cell does from time 0 on, past the end of the window."""
    cell = dict(zip("abcd", from_unit(inverter.unit, inverter.parameters)[0, :, None], strict=True))
    return solve_values(inverter.sweep, cell, [0]).V[0]


def test_a_trace_of_the_simulator_comes_back_from_its_own_parameters(inverter: FakeInverter) -> None:
    asked = ask(inverter, recording(own_trace(inverter)))
    off = asked.difference
    assert off.spikes == off.spikes_predicted > 3
    assert (off.rmse_mV, off.isi_distance) == (pytest.approx(0, abs=1e-4), pytest.approx(0, abs=1e-9))
    assert asked.notes == ["The model knows traces under chirp23a only."]


def test_a_stimulus_of_the_same_course_passes_and_another_is_warned_of(inverter: FakeInverter) -> None:
    sweep, V = inverter.sweep, own_trace(inverter)
    chirp = stimuli.build(sweep.protocol.stimulus_of(sweep.cell.cell()), sweep.cell.cell().stimulus, 460, [0])
    same = 40 + 3 * stimuli.sample(chirp, 110 + 0.02 * np.arange(4000))
    assert ask(inverter, recording(V, command=same)).notes == []
    step = np.where(np.arange(4000) < 500, 0.0, 50.0)
    for command in (step, np.zeros(4000)):
        assert "is not the chirp23a" in ask(inverter, recording(V, command=command)).notes[0]


@pytest.mark.parametrize("sample_ms", INTERVALS_ms)
@pytest.mark.parametrize("ending", FORMATS)
def test_a_saved_trace_of_the_simulator_has_its_spikes_and_is_seen_as_a_training_trace(
    ending: str, sample_ms: float, tmp_path: Path
) -> None:
    window = TracesSection(samples=7000, every=20)
    inverter = FakeInverter(CELL, window)
    V, save_ms = whole_trace(inverter), 0.02
    (stored,) = inverter.simulator.cut(V[None])
    path = tmp_path / f"cell.{ending}"
    FORMATS[ending](path, sampled(V, save_ms, sample_ms), sample_ms)
    asked = ask(inverter, read_recording(path), start_ms=window.first * save_ms)
    assert asked.difference.spikes == asked.difference.spikes_predicted == len(stored.spikes_ms) > 3
    np.testing.assert_allclose(asked.recorded.spikes_ms, stored.spikes_ms, atol=0.1)
    as_trained = inverter.view.see(V[None, window.first : window.first + window.samples])[0]
    around = asked.recorded
    as_recorded = inverter.view.see(around.V_mV[None], around.sample_ms, around.begin_ms)[0]
    np.testing.assert_allclose(as_recorded, as_trained, atol=0.007)  # 200 mV in 16 bits, cut off


def test_spikes_are_those_of_the_recording_and_not_of_the_values_that_the_network_sees() -> None:
    inverter = FakeInverter(CELL, TracesSection(samples=4000, every=20))
    asked = ask(inverter, recording(own_trace(inverter)))
    assert inverter.view.see(own_trace(inverter)[None]).max() < 10  # no value is as high as a spike
    assert asked.difference.spikes == asked.difference.spikes_predicted > 3
    assert told(asked)["mean_frequency"] > 0
    assert "spikes where 0 are recorded" not in "\n".join(lines(asked))


def test_every_note_is_a_sentence_that_names_the_parameters_beyond_their_range() -> None:
    inverter = FakeInverter((-1.3, 0.1, 1.1, 1.02), TracesSection(samples=4000))
    given = replace(recording(own_trace(inverter)), notes=("The channel is in V; its values were taken times 1000.",))
    assert ask(inverter, given).notes == [
        "The channel is in V; its values were taken times 1000.",
        "The model knows traces under chirp23a only.",
        "The values of a and c lie beyond the published range, where no network has learned.",
        "Parameters beyond the published range are simulated at its end.",
    ]


def test_an_answer_is_told_in_lines(inverter: FakeInverter) -> None:
    asked = ask(inverter, recording(own_trace(inverter)))
    text = "\n".join(lines(asked))
    assert "verdict: in range" in text
    assert all(f"  {name} " in text for name in "abcd")


def written(path: Path, duration_ms: float = 20.0, value: float = -40.0) -> Path:
    times = np.arange(round(duration_ms / 0.1) + 1) * 0.1
    write_csv(path, ["time_ms", "V_mV"], [[f"{t:.4f}", f"{value + 5 * np.sin(t):.4f}"] for t in times])
    return path


def test_the_job_writes_an_answer_and_traces_that_the_report_reads(study: Path, tmp_path: Path) -> None:
    section = RecordingSection(file=str(written(tmp_path / "cell.csv")), inverter="small", start_ms=2.0)
    answer, traces = tmp_path / "answer.json", tmp_path / "traces.npz"
    ask_recording(section, study / "model", answer, traces)
    values = read_metrics(answer)
    assert [one["name"] for one in values["parameters"]] == ["a", "d"]
    assert all(one["low"] < one["value"] < one["high"] for one in values["parameters"])
    found = read_recorded(answer, traces)
    assert len(found.time_predicted_ms) == len(found.V_predicted_mV) == 64  # every 0.2 ms
    np.testing.assert_allclose(found.time_ms, 0.1 * np.arange(127), atol=1e-9)  # as recorded
    np.testing.assert_allclose(found.V_mV, -40 + 5 * np.sin(2.0 + 0.1 * np.arange(127)), atol=0.01)


def test_the_verb_prints_the_answer_and_writes_what_it_is_asked_for(study: Path, tmp_path: Path, capsys) -> None:
    out, plot = tmp_path / "answer.json", tmp_path / "plot.svg"
    given = ["invert", str(written(tmp_path / "cell.csv")), "--model", str(study / "model")]
    assert main([*given, "--out", str(out), "--plot", str(plot)]) == 0
    printed = capsys.readouterr().out
    assert "90 % interval" in printed
    assert json.loads(out.read_text())["verdict"] in printed
    assert plot.read_text().startswith("<?xml")


def no_inverter(folder: Path) -> list[str]:
    (folder / "other").mkdir()
    return ["invert", str(written(folder / "cell.csv")), "--model", str(folder / "other")]


def a_step_of_current(folder: Path) -> list[str]:
    path = folder / "cell.nwb"
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
    return ["invert", str(path), "--model", str(folder)]


def too_short(folder: Path) -> list[str]:
    return ["invert", str(written(folder / "cell.csv", duration_ms=5)), "--model", "{study}/model"]


def table(folder: Path, V_mV: list[float], every_ms: float = 0.1) -> list[str]:
    write_csv(folder / "cell.csv", ["time_ms", "V_mV"], [[every_ms * k, V] for k, V in enumerate(V_mV)])
    return ["invert", str(folder / "cell.csv"), "--model", "{study}/model"]


def a_gap(folder: Path) -> list[str]:
    return table(folder, [-60.0] * 50 + [np.nan] + [-60.0] * 150)


def volts(folder: Path) -> list[str]:
    return table(folder, [-0.06] * 200)


def sampled_too_coarsely(folder: Path) -> list[str]:
    return table(folder, [-60.0] * 200, every_ms=1.0)


@pytest.mark.parametrize("given", [no_inverter, a_step_of_current, too_short, a_gap, volts, sampled_too_coarsely])
def test_a_mistake_ends_in_one_message_and_nothing_is_written(given, study: Path, tmp_path: Path, capsys) -> None:
    words = [word.format(study=study) for word in given(tmp_path)]
    before = set(tmp_path.iterdir())
    assert main([*words, "--out", str(tmp_path / "answer.json"), "--plot", str(tmp_path / "plot.svg")]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("gbar: ")
    assert errors.count("\n") == 1
    assert set(tmp_path.iterdir()) == before
