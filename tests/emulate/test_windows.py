import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zarr
from made_up import measured_rows, unpaced
from netcdf import opened_and_written
from tests.action_potentials import action_potentials, reference_trace

from gbar.emulate.cutting import build_windows, cut, window_beats, window_starts
from gbar.emulate.measures import first_beats
from gbar.emulate.scaling import scalings
from gbar.emulate.split import SplitSettings
from gbar.emulate.windows import BEAT_TIME, Windows, WindowSettings
from gbar.emulate.windows_store import open_windows, write_windows
from gbar.errors import UserError
from gbar.sweeps.biomarker_table import DIVERGED, OK, Row
from gbar.sweeps.store import Layout, Quantity, StoreWriter, open_store
from gbar.traces.beats import Beats
from gbar.traces.reading import find_beats
from gbar.traces.settings import BeatSettings, of_kind

DT = 0.5
SETTINGS = WindowSettings(samples=1200, resampled=500, trim=5, lead_ms=26)  # 600 ms, as the default, but coarser
SPLIT = SplitSettings(validation=0.25, test=0.25)


@pytest.fixture(scope="module")
def control() -> tuple[np.ndarray, float]:
    return reference_trace("control")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> tuple[zarr.Group, list[Row]]:
    """Six settings: four beat, at cycle lengths of their own, one is silent, one diverged."""
    periods = [300, 400, 500, 650]
    traces = [action_potentials(list(np.arange(50, 4900, period)), 5000, dt_ms=DT) for period in periods]
    traces += [np.full(10_001, -70.0), np.full(10_001, np.nan)]
    V, status = np.stack(traces).astype(np.float32), np.array([OK] * 5 + [DIVERGED], dtype=np.int8)
    scalings = {"INa": np.linspace(0.5, 1.0, 6), "IKr": np.linspace(2.0, 0.0, 6)}
    ids = [f"row{k}" for k in range(6)]
    path = tmp_path_factory.mktemp("sweep") / "store.zarr"
    quantities = [Quantity(name, "1", name, 1.0, values.tolist()) for name, values in scalings.items()]
    writer = StoreWriter(path, Layout(ids, quantities, V.shape[1], DT, unpaced(DT)))
    writer.write(0, V, status)
    writer.close()
    return open_store(path), measured_rows(ids, scalings, status, V, DT)


@pytest.fixture(scope="module")
def windows(sweep: tuple[zarr.Group, list[Row]]) -> Windows:
    return build_windows(*sweep, SETTINGS, SPLIT)


def starts_of(beats: Beats, n_samples: int, dt: float, settings: WindowSettings) -> np.ndarray:
    return window_starts(beats[window_beats(beats, n_samples, dt, settings)], dt, settings)


def test_the_published_window_has_4900_samples_of_0_12_ms_with_the_upstroke_in_its_place(
    control: tuple[np.ndarray, float],
) -> None:
    v, dt = control
    settings = WindowSettings()
    beats = find_beats(v, dt)
    traces = cut(v, starts_of(beats, len(v), dt, settings), settings)
    assert traces.shape[1] == settings.kept == 4900
    assert traces.dtype == np.float32
    assert len(traces) >= 5
    found = first_beats(traces, 0.12, BeatSettings())
    assert found.upstroke_ms == pytest.approx(settings.lead_ms - 50 * 0.12, abs=0.06)
    assert found.apd90_ms == pytest.approx(np.nanmedian(beats.apd90_ms), abs=0.2)


def test_resampling_keeps_the_trace_between_the_trimmed_ends(control: tuple[np.ndarray, float]) -> None:
    v, dt = control
    settings = WindowSettings()
    starts = starts_of(find_beats(v, dt), len(v), dt, settings)
    time = (np.arange(settings.kept) + settings.trim) * 0.12
    for start, trace in zip(starts, cut(v, starts, settings), strict=True):
        expected = np.interp(time, np.arange(settings.samples) * dt, v[start : start + settings.samples])
        error = np.abs(trace - expected)
        assert error.max() < 2  # linear interpolation itself is 1 mV off where the upstroke bends
        assert np.sqrt(np.mean(error**2)) < 0.05


def test_segments_do_not_overlap_unless_asked(control: tuple[np.ndarray, float]) -> None:
    v, dt = control
    beats = find_beats(v, dt)
    apart = starts_of(beats, len(v), dt, WindowSettings())
    each = starts_of(beats, len(v), dt, WindowSettings(overlap=True))
    assert np.diff(apart).min() >= 12_000
    assert len(each) > 1.5 * len(apart)
    assert set(apart) <= set(each)


def test_windows_lie_inside_the_trace_and_skip_the_first_beats(control: tuple[np.ndarray, float]) -> None:
    v, dt = control
    beats = find_beats(v, dt)
    for skip in (0, 1, 3):
        starts = starts_of(beats, len(v), dt, WindowSettings(skip_beats=skip, overlap=True))
        assert starts.min() >= 0
        assert starts.max() + 12_000 <= len(v)
        first = beats.upstroke_ms[max(skip, 1)]  # there is no room for the lead before the very first
        assert starts[0] * dt == pytest.approx(first - 106, abs=dt)


def test_a_beat_that_has_not_repolarised_when_its_window_ends_gets_none() -> None:
    v = action_potentials([100, 800, 2500], 3300, dt_ms=DT, fall_ms=700)
    late = WindowSettings(samples=1200, resampled=500, trim=5, lead_ms=26, skip_beats=0)
    assert len(starts_of(find_beats(v, DT), len(v), DT, late)) == 0
    wide = WindowSettings(samples=1400, resampled=500, trim=5, lead_ms=26, skip_beats=0)
    assert len(starts_of(find_beats(v, DT), len(v), DT, wide)) == 3


def test_the_data_set_holds_the_windows_of_the_beating_rows_only(windows: Windows) -> None:
    assert sorted(set(windows.row.tolist())) == [0, 1, 2, 3]
    assert windows.trace.shape == (len(windows), 490)
    assert windows.features == ("INa", "IKr")
    assert windows.inputs[:, 0] == pytest.approx(0.5 + 0.1 * windows.row)
    assert (windows.time[0], windows.sample_ms) == (0, pytest.approx(1.2))


def test_start_and_time_point_to_the_same_voltage_in_the_store(
    sweep: tuple[zarr.Group, list[Row]], windows: Windows
) -> None:
    stored = np.asarray(sweep[0]["V"])
    for trace, row, start in zip(windows.trace, windows.row, windows.start_ms, strict=True):
        expected = np.interp(start + windows.time, np.arange(stored.shape[1]) * DT, stored[row])
        away_from_upstrokes = np.abs(np.gradient(expected)) < 3
        assert np.abs(trace - expected)[away_from_upstrokes].mean() < 0.2


def test_the_features_can_be_chosen(sweep: tuple[zarr.Group, list[Row]]) -> None:
    assert build_windows(*sweep, SETTINGS, SPLIT, features=["IKr"]).inputs.shape[1] == 1
    with pytest.raises(UserError, match="features: 'ICaL' is not allowed; it must be among the varied quantities: INa"):
        build_windows(*sweep, SETTINGS, SPLIT, features=["ICaL"])


def test_progress_ends_at_one(sweep: tuple[zarr.Group, list[Row]]) -> None:
    told: list[float] = []
    build_windows(*sweep, SETTINGS, SPLIT, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_data_set_reads_back_as_it_was_written(windows: Windows, tmp_path: Path) -> None:
    path = tmp_path / "windows.zarr"
    write_windows(path, windows, {"title": "a test"})
    write_windows(path, windows, {"title": "a test"})
    again = open_windows(path)
    assert (again.features, again.beats) == (windows.features, windows.beats)
    for name in ("trace", "inputs", "time", "row", "start_ms", "split", "split_by_window"):
        assert np.array_equal(getattr(again, name), getattr(windows, name))
        assert getattr(again, name).dtype == getattr(windows, name).dtype
    assert [child.name for child in tmp_path.iterdir()] == ["windows.zarr"]


def test_a_window_knows_its_upstroke_and_when_the_next_one_comes(windows: Windows) -> None:
    period = np.array([300, 400, 500, 650])[windows.row]
    assert windows.upstroke_ms - windows.start_ms == pytest.approx(20, abs=DT)
    is_last = np.isnan(windows.cycle_length_ms)
    assert windows.cycle_length_ms[~is_last] == pytest.approx(period[~is_last], abs=0.01)
    assert np.all(windows.upstroke_ms[is_last] + period[is_last] > 4900)


def test_all_settings_that_were_solved_are_listed_with_whether_they_beat(windows: Windows) -> None:
    assert windows.setting_beats.tolist() == [1, 1, 1, 1, 0]
    assert windows.setting_inputs[:, 0] == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])
    for row in range(4):
        assert set(windows.split[windows.row == row]) == {windows.setting_split[row]}


def test_the_time_of_the_beat_is_an_input_if_asked_for(sweep: tuple[zarr.Group, list[Row]]) -> None:
    timed = build_windows(*sweep, replace(SETTINGS, beat_time=True), SPLIT)
    assert timed.features == ("INa", "IKr", BEAT_TIME)
    assert timed.inputs[:, 2] == pytest.approx(timed.upstroke_ms)
    assert timed.setting_inputs.shape == (5, 2)


def test_xarray_opens_a_data_set_and_writes_it_to_netcdf(windows: Windows, tmp_path: Path) -> None:
    write_windows(tmp_path / "windows.zarr", windows, {"sweep": {"cell": None}})
    data = opened_and_written(tmp_path / "windows.zarr", tmp_path)
    assert data["trace"].dims == ("window", "sample")
    assert data["inputs"].dims == ("window", "feature")
    assert json.loads(data.attrs["features"]) == ["INa", "IKr"]


def test_the_inputs_are_told_with_the_units_and_the_own_values_of_the_cell(tmp_path: Path) -> None:
    V = np.stack([action_potentials(list(np.arange(50, 4900, 400)), 5000, dt_ms=DT)] * 6).astype(np.float32)
    values = {"INa": np.linspace(0.5, 1.0, 6), "Ko": np.linspace(4.0, 6.0, 6)}
    quantities = [
        Quantity("INa", "1", "scaling", 1.0, values["INa"].tolist()),
        Quantity("Ko", "mM", "external potassium", 5.4, values["Ko"].tolist()),
    ]
    ids, status = [f"row{k}" for k in range(6)], np.zeros(6, np.int8)
    writer = StoreWriter(tmp_path / "store.zarr", Layout(ids, quantities, V.shape[1], DT, unpaced(DT)))
    writer.write(0, V, status)
    writer.close()
    table = measured_rows(ids, values, status, V, DT)
    settings = replace(SETTINGS, beat_time=True)
    made = build_windows(open_store(tmp_path / "store.zarr"), table, settings, SPLIT)
    write_windows(tmp_path / "windows.zarr", made, {})
    *varied, beat_time = open_windows(tmp_path / "windows.zarr").quantities
    assert varied == [Quantity("INa", "1", "scaling", 1.0), Quantity("Ko", "mM", "external potassium", 5.4)]
    assert (beat_time.name, beat_time.unit) == (BEAT_TIME, "ms")
    inputs, _ = scalings(made)
    assert [(one.own_value, one.unit) for one in inputs[:2]] == [(1.0, "1"), (5.4, "mM")]
    assert made.upstroke_ms.min() < inputs[2].own_value < made.upstroke_ms.max()


def test_a_folder_that_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no data set of windows"):
        open_windows(tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            WindowSettings(),
            "windows.samples: 12000 is not allowed; it must be at most 10001, the samples of a simulation",
        ),
        (
            WindowSettings(samples=1200, resampled=500, sample_ms=0.05),
            "save_every_ms: 0.5 is not allowed; it must be 0.05",
        ),
        (WindowSettings(samples=1200, resampled=500, min_beats=99), "windows.min_beats: none of the 6 settings"),
        (WindowSettings(samples=10_000, resampled=5000), "none of the 4 settings that beat has a complete window"),
    ],
)
def test_a_data_set_that_cannot_be_made_says_why(
    sweep: tuple[zarr.Group, list[Row]], settings: WindowSettings, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        build_windows(*sweep, settings, SPLIT)


def test_the_table_of_another_sweep_is_refused(sweep: tuple[zarr.Group, list[Row]]) -> None:
    store, table = sweep
    with pytest.raises(UserError, match="has not the rows of the store"):
        build_windows(store, table[:-1], SETTINGS, SPLIT)


def test_trimming_must_leave_something() -> None:
    with pytest.raises(UserError, match=r"windows\.trim: 250 is not allowed"):
        WindowSettings(samples=1200, resampled=500, trim=250)


def test_spikes_of_a_neuron_are_beats_where_the_data_are_a_neurons() -> None:
    """A spike of 1 ms is an artefact in a cardiac cell's trace."""
    time = np.arange(0, 60, 0.05)
    spike = -65 + 100 * np.exp(-(((time - 20) / 0.4) ** 2))[None]
    assert np.isnan(first_beats(spike, 0.05, BeatSettings()).upstroke_ms).all()
    assert first_beats(spike, 0.05, of_kind("neuron")).peak_mV == pytest.approx([35], abs=1)
