"""The store: readable by xarray as it is, and verified against its design."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray

from gbar.errors import UserError
from gbar.store import ROWS_PER_SHARD, Layout, Quantity, StoreWriter, open_store, verify

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
    assert data.attrs["solver"] == {"rtol": 1e-5}


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


def test_a_missing_shard_is_found(store: Path):
    (store / "V/c/1/0").unlink()
    assert any("has gaps" in sentence for sentence in verify(store, IDS))


def test_a_flipped_bit_is_found(store: Path):
    shard = store / "V/c/0/0"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    assert any("cannot be read" in sentence for sentence in verify(store, IDS))


def test_what_is_no_store_is_named(tmp_path: Path, store: Path):
    with pytest.raises(UserError, match=r"nowhere.zarr: is no store"):
        open_store(tmp_path / "nowhere.zarr")
    shutil.rmtree(store / "V")
    with pytest.raises(UserError, match=r"is no store"):
        open_store(store / "time")
