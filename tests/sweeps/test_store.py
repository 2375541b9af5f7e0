"""The store: readable by xarray as it is, and verified against its design."""

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray
import zarr

from gbar.errors import UserError
from gbar.sweeps.store import ROWS_PER_SHARD, Layout, Quantity, StoreWriter, open_store, read_voltage, verify

ROWS, SAMPLES = ROWS_PER_SHARD + 6, 50
IDS = [f"{row:04d}" for row in range(ROWS)]


@pytest.fixture
def V() -> np.ndarray:
    return np.random.default_rng(0).normal(-60, 20, (ROWS, SAMPLES)).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path, V: np.ndarray) -> Path:
    scaling = Quantity("INa", "1", "scaling of the INa conductance", 1.0, np.linspace(0, 2, ROWS).tolist())
    layout = Layout(IDS, [scaling], SAMPLES, 0.05, {"title": "a test", "solver": {"rtol": 1e-5}})
    return written(tmp_path / "store.zarr", layout, V)


def written(path: Path, layout: Layout, V: np.ndarray) -> Path:
    writer = StoreWriter(path, layout)
    for start in range(0, ROWS, ROWS_PER_SHARD):
        part = V[start : start + ROWS_PER_SHARD]
        status = np.where(np.isfinite(part).all(axis=1), 0, 2)
        writer.write(start, part, status)
    writer.close()
    return path


def test_xarray_opens_it_labelled_and_without_a_warning(store: Path, V: np.ndarray):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = xarray.open_zarr(store, chunks=None)
    assert dict(data.sizes) == {"row": ROWS, "time": SAMPLES}
    assert set(data.coords) == {"time", "id", "status", "INa"}
    np.testing.assert_array_equal(data["V"], V)
    assert data["V"].attrs == {"units": "mV", "long_name": "membrane potential"}
    assert data["time"].attrs["units"] == "ms"
    np.testing.assert_allclose(data["time"], np.arange(SAMPLES) * 0.05)
    assert data["INa"].attrs["long_name"] == "scaling of the INa conductance"
    assert data["id"].values.tolist() == IDS
    assert data["status"].attrs["flag_meanings"] == "ok silent diverged"
    assert json.loads(data.attrs["solver"]) == {"rtol": 1e-5}


def test_the_same_rows_give_the_same_bytes(store: Path, V: np.ndarray, tmp_path: Path):
    scaling = Quantity("INa", "1", "scaling of the INa conductance", 1.0, np.linspace(0, 2, ROWS).tolist())
    layout = Layout(IDS, [scaling], SAMPLES, 0.05, {"title": "a test", "solver": {"rtol": 1e-5}})
    again = written(tmp_path / "again.zarr", layout, V)
    files = sorted(file.relative_to(store) for file in store.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(again) for file in again.rglob("*") if file.is_file())
    for file in files:
        assert (store / file).read_bytes() == (again / file).read_bytes()


def test_a_complete_store_is_verified(store: Path):
    assert verify(store, IDS) == []


def test_a_diverged_row_is_no_gap(tmp_path: Path, V: np.ndarray):
    V[3, 20:] = np.nan
    assert verify(written(tmp_path / "store.zarr", Layout(IDS, [], SAMPLES, 0.05, {}), V), IDS) == []


def test_missing_surplus_and_disordered_rows_are_found(store: Path):
    assert "1 rows of the design are missing, the first is new" in verify(store, [*IDS, "new"])
    assert "1 rows are not of the design, the first is 0000" in verify(store, IDS[1:])
    assert "the rows are not in the order of the design" in verify(store, IDS[::-1])


FILES = ["V/c/0/0", "V/c/1/0", "id/c/0", "status/c/0", "INa/c/0", "time/c/0"]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_found_and_such_a_store_is_not_read(store: Path, file: str):
    (store / file).unlink()
    assert verify(store, IDS, thorough=False) == [f"1 of its files are missing, the first is {file}"]
    with pytest.raises(UserError, match=rf"1 of its files are missing.*{file}; delete the folder and run again"):
        open_store(store)


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_flipped_bit_anywhere_in_a_file_is_found_unless_it_changes_no_value(store: Path, file: str):
    name, size = file.split("/")[0], (store / file).stat().st_size
    whole, harmless = np.array(zarr.open_group(store, mode="r")[name][:]), 0
    for place in range(0, size, max(1, size // 40)):
        flip(store / file, place)
        if not verify(store, IDS):
            np.testing.assert_array_equal(zarr.open_group(store, mode="r")[name][:], whole)
            harmless += 1
        flip(store / file, place)
    assert verify(store, IDS) == []
    assert harmless <= 2  # Zstandard has bits without a meaning


def test_a_voltage_that_is_damaged_is_not_read(store: Path):
    flip(store / "V/c/0/0", 300)
    with pytest.raises(UserError, match=r"the voltages are damaged .* delete the folder of the store and run again"):
        read_voltage(open_store(store), slice(0, ROWS_PER_SHARD))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("V", -60.0, "the voltages are not as they were written"),
        ("status", 1, "coordinates or attributes are not as they were written"),
        ("id", "ffff", "coordinates or attributes are not as they were written"),
        ("INa", 0.7, "coordinates or attributes are not as they were written"),
    ],
)
def test_an_edited_value_is_found(store: Path, name: str, value: object, sentence: str):
    zarr.open_group(store)[name][5] = value
    assert any(sentence in found for found in verify(store, IDS))


@pytest.mark.parametrize("file", ["zarr.json", "V/zarr.json", "INa/zarr.json"])
def test_an_edited_description_is_found(store: Path, file: str):
    text = (store / file).read_text()
    changed = text.replace("a test", "no test").replace('"mV"', '"uV"').replace("scaling of", "amount of")
    assert changed != text
    (store / file).write_text(changed)
    assert verify(store, IDS) != []


def test_what_is_no_store_is_named(tmp_path: Path, store: Path):
    with pytest.raises(UserError, match=r"nowhere.zarr: is no store"):
        open_store(tmp_path / "nowhere.zarr")
    shutil.rmtree(store / "V")
    with pytest.raises(UserError, match=r"is no store"):
        open_store(store / "time")
