"""NWB files as programs write them: which series a sweep is, and which stimulus belongs to it."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from gbar.errors import UserError
from gbar.recordings import read_recording

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

SAMPLES, RATE_HZ = 400, 20_000.0
V_V = -0.07 + 0.001 * np.sin(np.arange(SAMPLES) / 9)
STEPS_A = np.repeat([0.0, 1e-10, 0.0, -5e-11], SAMPLES // 4)
REFERENCE = np.dtype([("idx_start", "<i4"), ("count", "<i4"), ("timeseries", h5py.ref_dtype)])


def put(
    file: h5py.File,
    path: str,
    data: np.ndarray,
    kind: str = "CurrentClampSeries",
    *,
    sweep: int | None = None,
    start_s: float = 5.0,
    rate_Hz: float | None = RATE_HZ,
    electrode: str = "cell",
) -> h5py.Group:
    """Write a series and return its group."""
    described = file.require_group(f"general/intracellular_ephys/{electrode}")
    series = file.create_group(path)
    series.attrs["neurodata_type"] = kind
    if sweep is not None:
        series.attrs["sweep_number"] = sweep
    series["electrode"] = h5py.SoftLink(described.name)
    series.create_dataset("data", data=data).attrs["unit"] = "amperes" if "Stimulus" in kind else "volts"
    start = series.create_dataset("starting_time", data=start_s)
    if rate_Hz is not None:
        start.attrs["rate"] = rate_Hz
    return series


def stimulus(file: h5py.File, name: str, data: np.ndarray = STEPS_A, **options) -> h5py.Group:
    return put(file, f"stimulus/presentation/{name}", data, "CurrentClampStimulusSeries", **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cell.nwb"


@pytest.fixture
def file(path: Path):
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
        yield file


def table(file: h5py.File, *rows: tuple[h5py.Group, h5py.Group | None]) -> None:
    """Write the table of recordings: responses and their stimuli, all of their samples."""
    for folder, column, place in (("responses", "response", 0), ("stimuli", "stimulus", 1)):
        there = [(0, SAMPLES, row[place].ref) if row[place] is not None else (-1, -1, row[0].ref) for row in rows]
        held = file.create_group(f"general/intracellular_ephys/intracellular_recordings/{folder}")
        held.create_dataset(column, data=np.array(there, REFERENCE))


def read(file: h5py.File, path: Path, sweep: int | None = None, channel: str | None = None):
    file.flush()
    return read_recording(path, sweep, channel)


def test_voltages_are_those_of_the_file_to_the_last_digit(file: h5py.File, path: Path) -> None:
    series = put(file, "acquisition/V", np.arange(SAMPLES, dtype=np.int16))
    series["data"].attrs.update({"conversion": 2.5e-4, "offset": -0.07})
    found = read(file, path)
    with h5py.File(path) as other:
        expected = (other["acquisition/V/data"][:] * 2.5e-4 - 0.07) * 1e3
    np.testing.assert_allclose(found.V_mV, expected, rtol=0, atol=1e-5)
    assert found.sample_ms == pytest.approx(0.05, rel=1e-9)


def test_a_sweep_is_asked_for_by_its_number_in_the_file_and_those_there_are_are_listed(
    file: h5py.File, path: Path
) -> None:
    for sweep in range(5):
        put(file, f"acquisition/data_{sweep:05}", STEPS_A, "VoltageClampSeries", sweep=sweep)
    for sweep in (5, 6, 9, 12):
        put(file, f"acquisition/data_{sweep:05}", V_V + sweep / 1e3, sweep=sweep)
    found = read(file, path, 5)
    assert (found.sweep, found.channel) == (5, "data_00005")
    np.testing.assert_allclose(found.V_mV, 1e3 * V_V + 5)
    with pytest.raises(UserError, match="holds 4 sweeps; choose one with --sweep, 5, 6, 9, 12"):
        read(file, path)
    with pytest.raises(UserError, match=r"sweep: 7 is not allowed; it must be a sweep of .*: 5, 6, 9, 12"):
        read(file, path, 7)
    with pytest.raises(UserError, match="data_00003 is of a voltage clamp, so that what is recorded is a current"):
        read(file, path, 3)
    with pytest.raises(UserError, match="data_00003 is of a voltage clamp"):
        read(file, path, channel="data_00003")


def test_a_file_of_voltage_clamp_only_is_refused(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/I", STEPS_A, "VoltageClampSeries", sweep=0)
    with pytest.raises(UserError, match=r"holds voltage clamp only \(1 VoltageClampSeries\)"):
        read(file, path)


def test_sweep_numbers_that_are_there_twice_are_listed_and_chosen_by_name(file: h5py.File, path: Path) -> None:
    for name in ("first", "second"):
        for sweep in range(3):
            put(file, f"acquisition/{name}_{sweep}", V_V + 0.01 * (name == "second"), sweep=sweep)
    with pytest.raises(UserError, match=r"sweep 1 is there 2 times; choose one .* --channel: first_1, second_1"):
        read(file, path, 1)
    found = read(file, path, channel="second_1")
    assert (found.sweep, found.channel) == (1, "second_1")
    np.testing.assert_allclose(found.V_mV, 1e3 * V_V + 10)


def test_stimuli_are_paired_by_the_table_of_recordings(file: h5py.File, path: Path) -> None:
    responses = [put(file, f"acquisition/ic_{k}", V_V) for k in range(3)]
    stimuli = [stimulus(file, f"ics_{k}", (k + 1) * STEPS_A) for k in range(2)]
    table(file, (responses[0], stimuli[1]), (responses[1], stimuli[0]), (responses[2], None))
    for sweep, gain in ((0, 2), (1, 1)):
        found = read(file, path, sweep)
        np.testing.assert_allclose(found.command, gain * 1e12 * STEPS_A)
        assert (found.command_unit, found.notes) == ("pA", ())
    untold = read(file, path, 2)
    assert untold.command is None
    assert untold.notes == ("The stimulus is not told: the file pairs no stimulus with this series.",)


def test_a_series_of_several_recordings_gives_each_as_a_sweep(file: h5py.File, path: Path) -> None:
    whole = put(file, "acquisition/all", np.concatenate([V_V, V_V + 0.02]))
    current = stimulus(file, "all_I", np.concatenate([STEPS_A, 3 * STEPS_A]))
    for folder, column, series in (("responses", "response", whole), ("stimuli", "stimulus", current)):
        held = file.create_group(f"general/intracellular_ephys/intracellular_recordings/{folder}")
        rows = [(0, SAMPLES, series.ref), (SAMPLES, SAMPLES, series.ref)]
        held.create_dataset(column, data=np.array(rows, REFERENCE))
    for sweep, above_mV, gain in ((0, 0, 1), (1, 20, 3)):
        found = read(file, path, sweep)
        np.testing.assert_allclose(found.V_mV, 1e3 * V_V + above_mV)
        np.testing.assert_allclose(found.command, gain * 1e12 * STEPS_A)


def test_a_stimulus_that_begins_later_is_put_where_it_was(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/V", V_V, sweep=0)
    stimulus(file, "I", STEPS_A + 7e-12, sweep=0, start_s=5.005)  # 100 samples
    found = read(file, path)
    np.testing.assert_allclose(found.command, np.concatenate([np.zeros(100), 1e12 * STEPS_A[:-100] + 7]))
    assert found.notes == ("The stimulus of the file lasts from 5 to 19.95 ms; it is taken as zero around.",)


def test_a_stimulus_of_half_the_rate_holds_each_value_until_the_next(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/V", V_V, sweep=0)
    stimulus(file, "I", 1e-12 * np.arange(SAMPLES // 2), sweep=0, rate_Hz=RATE_HZ / 2)
    found = read(file, path)
    np.testing.assert_allclose(found.command, np.repeat(np.arange(SAMPLES // 2), 2))
    assert found.notes == ()


def test_a_stimulus_of_another_time_is_not_told(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/V", V_V, sweep=0)
    stimulus(file, "I", sweep=0, start_s=90.0)
    found = read(file, path)
    assert found.command is None
    assert "I, is from another time (90 s on, the recording from 5 s on)." in found.notes[0]


def test_padding_of_response_and_stimulus_is_no_number_and_no_current(file: h5py.File, path: Path) -> None:
    V, I = V_V.copy(), STEPS_A.copy()
    V[-50:] = I[-50:] = np.nan
    put(file, "acquisition/V", V, sweep=0)
    stimulus(file, "I", I, sweep=0)
    found = read(file, path)
    np.testing.assert_allclose(found.command, np.where(np.isfinite(I), 1e12 * I, 0.0))
    assert found.notes == (
        "The voltage has gaps: 50 samples are no number, the first at 17.5 ms, the last at 19.95 ms.",
    )


def test_a_series_without_injection_has_zero_current(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/rest", V_V, "IZeroClampSeries")
    found = read(file, path)
    np.testing.assert_array_equal(found.command, np.zeros(SAMPLES))
    assert found.notes == ()


def test_a_bias_current_is_told(file: h5py.File, path: Path) -> None:
    series = put(file, "acquisition/V", V_V, sweep=0)
    series.create_dataset("bias_current", data=-3e-11)
    stimulus(file, "I", sweep=0)
    assert read(file, path).notes == ("A bias current of -30 pA flows besides the stimulus, by the file.",)


def test_series_of_processing_and_of_extensions_are_read(file: h5py.File, path: Path) -> None:
    put(file, "processing/icephys/filtered/V", V_V, "LabTrace", sweep=3)
    put(file, "acquisition/W", V_V + 0.01, "QuickCurrentClampSeries", sweep=4)
    put(file, "acquisition/J", STEPS_A, "LabCurrent", sweep=5)
    groups = [
        {"neurodata_type_def": "LabTrace", "neurodata_type_inc": "LabBase"},
        {"neurodata_type_def": "LabBase", "neurodata_type_inc": "CurrentClampSeries"},
        {"neurodata_type_def": "LabCurrent", "neurodata_type_inc": "VoltageClampSeries"},
    ]
    file["specifications/ndx-lab/0.1.0/ndx-lab"] = json.dumps({"groups": groups})
    np.testing.assert_allclose(read(file, path, 3).V_mV, 1e3 * V_V)
    np.testing.assert_allclose(read(file, path, 4).V_mV, 1e3 * V_V + 10)
    with pytest.raises(UserError, match="J is of a voltage clamp"):
        read(file, path, 5)


def test_specifications_that_lead_in_circles_end(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/V", V_V, "A")
    groups = [{"neurodata_type_def": one, "neurodata_type_inc": other} for one, other in ("AB", "BA")]
    file["specifications/x/1/x"] = json.dumps(groups)
    with pytest.raises(UserError, match="holds no CurrentClampSeries"):
        read(file, path)


def test_an_electrode_is_chosen_by_its_place_too(file: h5py.File, path: Path) -> None:
    for place, electrode in enumerate(("left", "right")):
        put(file, f"acquisition/V{place}", V_V + 0.01 * place, electrode=electrode)
    np.testing.assert_allclose(read(file, path, channel="1").V_mV, 1e3 * V_V + 10)


def test_a_series_without_a_rate_is_refused_by_its_name(file: h5py.File, path: Path) -> None:
    put(file, "acquisition/V", V_V, rate_Hz=None)
    with pytest.raises(UserError, match="starting_time of /acquisition/V has no rate"):
        read(file, path)


def test_version_1_is_told_and_what_to_do(file: h5py.File, path: Path) -> None:
    del file.attrs["nwb_version"]
    file["nwb_version"] = "NWB-1.0.5"
    file.create_group("acquisition/timeseries/Sweep_10").attrs["ancestry"] = ["TimeSeries", "CurrentClampSeries"]
    with pytest.raises(UserError, match=r"is of NWB version 1\.0\.5; only version 2 is read: convert it .* as CSV"):
        read(file, path)
    del file["nwb_version"]
    with pytest.raises(UserError, match="is HDF5, but has no nwb_version"):
        read(file, path)
