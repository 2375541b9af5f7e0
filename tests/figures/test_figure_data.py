"""Reading what the figures show from the files of a run."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import zarr
from made_up import measured_rows, unpaced

from gbar.errors import UserError
from gbar.figures.emulate.predictions_data import read_held_out
from gbar.figures.losses_data import read_histories
from gbar.figures.sweeps.family_data import read_families
from gbar.figures.sweeps.settings_data import read_settings
from gbar.figures.sweeps.sweep_data import cell_of
from gbar.sweeps.biomarker_table import write_table
from gbar.sweeps.store import Layout, Quantity, StoreWriter

DT_MS = 1.0
TIME_MS = np.arange(0, 2000, DT_MS)
CYCLE_MS = 500.0


def beats(first_upstroke_ms: float) -> np.ndarray:
    """Plateaus of 100 ms, one each cycle."""
    phase = np.mod(TIME_MS - first_upstroke_ms, CYCLE_MS)
    V = np.where(phase < 100, 20.0 - 0.05 * phase, -75.0)
    return np.where(first_upstroke_ms > TIME_MS, -75.0, V)


ATTRIBUTES = {
    "features": '["INa", "Ko", "beat_time_ms"]',
    "units": '["1", "mM", "ms"]',
    "meanings": '["", "external potassium", ""]',
    "controls": [1.0, 5.4, 100.0],
}


@pytest.fixture
def sweep(tmp_path) -> Path:
    """INa at four levels alone, one row that scales both currents, one that diverged; INa 0 is silent."""
    scalings = np.array([[1, 1], [0, 1], [0.5, 1], [2, 1], [2, 2], [1, 0.5]], dtype=float)
    traces = np.stack([beats(30.0 + 40 * k) for k in range(6)]).astype(np.float32)
    traces[1] = -65
    traces[5, 100:] = np.nan
    status = np.array([0, 0, 0, 0, 0, 2])
    ids = [f"row{k}" for k in range(6)]
    values = {"INa": scalings[:, 0], "Ko": 5.4 * scalings[:, 1]}
    rows = measured_rows(ids, values, status, traces, DT_MS)
    write_table(tmp_path / "biomarkers.csv", reversed(rows))
    quantities = [
        Quantity("INa", "1", "scaling of the INa conductance", 1.0, values["INa"].tolist()),
        Quantity("Ko", "mM", "external potassium", 5.4, values["Ko"].tolist()),
    ]
    attributes = {"cell": "akwaboah2021", "variant": "c"} | unpaced(DT_MS)
    writer = StoreWriter(tmp_path / "store.zarr", Layout(ids, quantities, len(TIME_MS), DT_MS, attributes))
    writer.write(0, traces, np.array([("ok", "silent", "diverged").index(row.status) for row in rows]))
    writer.close()
    zarr.open_group(tmp_path / "store.zarr", mode="r+")["Ko"].attrs["control"] = 5.4
    zarr.consolidate_metadata(tmp_path / "store.zarr")
    return tmp_path


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
def test_a_family_is_aligned_at_the_last_complete_upstroke(sweep):
    sodium, _ = read_families(sweep / "store.zarr", before_ms=100, after_ms=300)
    assert sodium.others_at_control
    assert sodium.level.tolist() == [0, 0.5, 1, 2]
    assert sodium.beating.tolist() == [False, True, True, True]
    assert np.all(sodium.V_mV[0] == -65)
    upstrokes = sodium.time_ms[np.argmax(np.diff(sodium.V_mV[1:], axis=1), axis=1)]
    assert np.all(np.abs(upstrokes) <= 1)
    assert np.isfinite(sodium.V_mV).all()


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
def test_a_parameter_is_given_relative_to_its_control_and_diverged_rows_are_left_out(sweep):
    _, potassium = read_families(sweep / "store.zarr")
    assert potassium.current == "Ko/(5.4 mM)"
    assert not potassium.others_at_control
    assert potassium.level.tolist() == [1, 2]


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
def test_settings_join_store_and_table_by_id(sweep):
    settings = read_settings(sweep / "store.zarr", sweep / "biomarkers.csv")
    assert settings.status.tolist() == [0, 1, 0, 0, 0, 2]
    assert settings.n_beats.tolist() == [4, 0, 4, 4, 4, 0]
    assert settings.cycle_length_ms[0] == pytest.approx(CYCLE_MS)
    assert cell_of(sweep / "store.zarr") == "akwaboah2021, variant c"


def test_a_cell_of_a_file_is_told_by_the_name_of_the_file(monkeypatch):
    attributes = {"cell": "mine@0123456789ab", "variant": "file"}
    monkeypatch.setattr("gbar.figures.sweeps.sweep_data.open_store", lambda _: SimpleNamespace(attrs=attributes))
    assert cell_of("store.zarr") == "mine"


@pytest.mark.filterwarnings("ignore:Consolidated metadata")
def test_a_table_that_lacks_rows_of_the_store_is_refused(sweep):
    table = sweep / "biomarkers.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(UserError, match="lacks 1 rows"):
        read_settings(sweep / "store.zarr", table)


def test_held_out_settings_are_ranked_by_the_best_model_on_the_windows_all_models_predict(tmp_path):
    rng = np.random.default_rng(0)
    trace = rng.normal(size=(12, 50)).astype(np.float32)
    group = zarr.create_group(tmp_path / "windows.zarr", attributes=ATTRIBUTES)
    row = np.repeat(np.arange(6), 2).astype(np.int32)
    inputs = np.stack([0.1 * row, np.ones(12), 100 * np.ones(12)], axis=1).astype(np.float32)
    for name, values in {"trace": trace, "row": row, "inputs": inputs, "time": np.arange(50) * 0.12}.items():
        group.create_array(name, data=values)
    error = np.array([5, 1, 4, 2, 3, 0.5])[row][:, None]
    windows = {"good": np.arange(2, 12), "bad": np.arange(11, -1, -1)}
    for name, factor in (("good", 1), ("bad", 3)):
        index = windows[name]
        np.savez(tmp_path / f"{name}.npz", window=index, trace=trace[index] + factor * error[index])
    paths = {name: tmp_path / f"{name}.npz" for name in windows}
    shown, ranked_by = read_held_out(tmp_path / "windows.zarr", paths, n_shown=3)
    assert ranked_by == "good"
    assert [one.rank for one in shown] == [1, 3, 5]
    assert {one.n_settings for one in shown} == {5}
    assert [one.scalings for one in shown] == [{"INa": value, "Ko": 1.0} for value in (0.5, 0.3, 0.2)]
    assert [np.mean(one.predicted_mV["bad"] - one.simulated_mV) for one in shown] == pytest.approx([1.5, 6, 12])


def test_a_history_without_validation_is_read_as_not_taken(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,train_loss,validation_loss\n1,4.5,\n2,2.5,3\n")
    (history,) = read_histories({"dlstm2": tmp_path / "history.csv"})
    assert history.train_loss.tolist() == [4.5, 2.5]
    assert np.isnan(history.validation_loss[0])
