"""The figure of the traces of a sweep and of what drives them."""

from pathlib import Path

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels
from made_up import gathered

from gbar import cells, stimuli
from gbar.config.explain import checked
from gbar.config.protocol import ProtocolSection
from gbar.errors import UserError
from gbar.figures.sweeps.traces import Drive, Shown, Trace, draw_traces, wrapped
from gbar.figures.sweeps.traces_data import MOST_LINES, POINTS, read_traces
from gbar.sweeps.rows import noise_key, read_rows

TIME_MS = np.arange(0, 460, 0.1)
LONG = ", ".join(f"gna_node{k} = 24500" for k in range(10))


def shown(n: int, drive: bool = True, label: str = "gKr × 0.5") -> Shown:
    traces = [Trace(label, TIME_MS, 200 * np.sin(TIME_MS / (k + 5)) - 130) for k in range(n)]
    chirp = Drive("stimulus, chirp23a", "I (nA)", TIME_MS, np.sin(TIME_MS**2 / 5000)) if drive else None
    return Shown(traces, chirp, (0.0, 460.0), "mainen1996, variant reduced: 6 of 64 settings")


@pytest.mark.slow
@pytest.mark.parametrize(("n", "drive"), [(1, True), (1, False), (6, True), (12, False)])
@pytest.mark.parametrize("label", ["control", LONG])
def test_each_setting_has_a_panel_below_the_stimulus_and_no_text_lies_on_another(n, drive, label):
    figure = draw_traces(shown(n, drive, label))
    assert len(panels(figure)) == n + drive
    assert {"V (mV)", "time (ms)"} | ({"I (nA)"} if drive else set()) == labels(figure)
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_all_voltages_have_one_axis():
    figure = draw_traces(shown(3))
    voltages = [axes.get_ylim() for axes in panels(figure) if axes.get_ylabel() == "V (mV)"]
    assert len(set(voltages)) == 1
    assert voltages[0][0] <= -330
    assert voltages[0][1] >= 70


def sweep(folder: Path, design: dict, stimulus: dict | None, V: np.ndarray, **more) -> Path:
    cell = more.pop("cell", {"name": "hodgkinhuxley1952"})
    protocol = {"duration_ms": V.shape[1] * 0.05, "save_every_ms": 0.05, "stimulus": stimulus}
    return gathered(folder / "sweep", {"cell": cell, "design": design, "protocol": protocol}, V, **more)


def flat(rows: int, samples: int = 400) -> np.ndarray:
    return np.arange(rows)[:, None] - 70.0 + np.zeros(samples)


UNIFORM = {"kind": "uniform", "vary": ["gNa", "gK"], "range": [0.5, 1.5], "rows": 11}


def test_rows_are_spread_evenly_from_the_first_to_the_last(tmp_path):
    folder = sweep(tmp_path, UNIFORM, None, flat(11))
    read = read_traces(folder / "store.zarr", rows=3)
    assert [trace.V_mV[0] for trace in read.traces] == [-70, -65, -60]
    assert read.drive is None
    assert read.title == "hodgkinhuxley1952, variant nest: 3 of 11 settings, spread evenly over the design"
    values = read_rows(folder / "design.csv").values
    assert read.traces[1].label == f"gNa × {values['gNa'][5]:.3g}, gK × {values['gK'][5]:.3g}"
    assert len(read_traces(folder / "store.zarr", rows=12).traces) == 11


def test_a_label_is_what_differs_from_the_control(tmp_path):
    design = {
        "kind": "one_at_a_time",
        "vary": ["EK", "stimulus.gain"],
        "levels": {"EK": [-80], "stimulus.gain": [2, 4]},
    }
    folder = sweep(
        tmp_path,
        design,
        {"kind": "steps", "values": [[5, 100], [10, 0]], "gain": 2},
        flat(3),
        cell={"name": "hodgkinhuxley1952", "parameters": {"C_m": 120}},
        status=np.array([0, 0, 2]),
    )
    read = read_traces(folder / "store.zarr")
    assert [trace.label for trace in read.traces] == ["control", "EK = −80 mV", "stimulus gain = 4 (diverged)"]
    assert "variant nest, C_m = 120: " in read.title
    assert read.drive is not None
    assert read.drive.label == "stimulus, steps (of the first setting below; it differs between settings)"


def test_units_are_left_out_where_labels_would_fill_many_lines(tmp_path):
    names = [parameter.name for parameter in cells.get("mainen1996").parameters][:10]
    design = {"kind": "uniform", "vary": names, "range": [100, 200], "rows": 2}
    folder = sweep(tmp_path, design, {"kind": "constant", "value": 0.1}, flat(2), cell={"name": "mainen1996"})
    label = read_traces(folder / "store.zarr").traces[0].label
    assert label.count(" = ") == 10
    assert "pS" not in label
    assert len(wrapped(label)) <= MOST_LINES


@pytest.mark.parametrize("window", [(0.0, 20.0), (4.0, 11.0)])
def test_what_drives_the_cell_is_shown_as_it_is(tmp_path, window):
    steps = {"kind": "steps", "values": [[5, 100], [10, -20]]}
    folder = sweep(tmp_path, UNIFORM, steps, flat(11))
    drive = read_traces(folder / "store.zarr", from_ms=window[0], to_ms=window[1]).drive
    assert drive is not None
    start, stop = window
    corners = [(start, 0), (5, 0), (5, 100), (10, 100), (10, -20), (stop, -20)]
    assert list(zip(drive.time_ms.tolist(), drive.value.tolist(), strict=True)) == corners
    assert (drive.quantity, drive.label) == ("I (pA)", "stimulus, steps")


def test_noise_is_that_of_the_first_setting(tmp_path):
    folder = sweep(tmp_path, UNIFORM, {"kind": "noise", "seed": 3}, flat(11))
    drive = read_traces(folder / "store.zarr").drive
    assert drive is not None
    assert "differs between settings" in drive.label
    section = checked(ProtocolSection, {"duration_ms": 20, "stimulus": {"kind": "noise", "seed": 3}}).stimulus
    key = noise_key(read_rows(folder / "design.csv").ids[0])
    noise = stimuli.build(section, cells.get("hodgkinhuxley1952").stimulus, 20, [key])
    assert noise is not None
    np.testing.assert_array_equal(np.unique(drive.value), np.unique(noise.value))


def test_a_file_of_the_stimulus_that_has_changed_is_not_shown_as_what_drove_the_cell(tmp_path):
    csv = tmp_path / "current.csv"
    csv.write_text("time_ms,value\n0,0\n5,100\n")
    folder = sweep(tmp_path, UNIFORM, {"kind": "csv", "path": str(csv)}, flat(11))
    assert read_traces(folder / "store.zarr").drive is not None
    csv.write_text("time_ms,value\n0,0\n5,101\n")
    with pytest.raises(UserError, match="the stimulus has changed since the sweep was solved; run the sweep again"):
        read_traces(folder / "store.zarr")


def test_a_long_trace_loses_points_but_no_spike(tmp_path):
    V = np.full((1, 40 * POINTS + 3), -70.0)
    spikes = np.random.default_rng(0).choice(V.shape[1], 50, replace=False)
    V[0, spikes] = 30.0
    design = {"kind": "uniform", "vary": ["gNa"], "range": [0.5, 1.5], "rows": 1}
    trace = read_traces(sweep(tmp_path, design, None, V) / "store.zarr").traces[0]
    assert len(trace.V_mV) <= POINTS + 1
    assert np.all(np.diff(trace.time_ms) >= 0)
    at_spikes = trace.time_ms[trace.V_mV == 30]
    distance = np.abs(spikes[:, None] * 0.05 - at_spikes).min(axis=1)
    assert distance.max() <= 2 * V.shape[1] / POINTS * 0.05


def test_a_window_without_samples_is_refused(tmp_path):
    folder = sweep(tmp_path, UNIFORM, None, flat(11))
    with pytest.raises(UserError, match="no two samples lie between 30 and 20 ms"):
        read_traces(folder / "store.zarr", from_ms=30)
