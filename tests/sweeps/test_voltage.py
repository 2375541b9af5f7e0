"""Compact voltages: steps of 0.01 mV in int16, from the solver's rows to the store and to xarray."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray
from made_up import gathered

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.report.verify_sweeps import verify_sweep
from gbar.sweeps.biomarker_table import read_table
from gbar.sweeps.blocks import BlockSettings, kept_rows, read_block, solve_block, write_block
from gbar.sweeps.design import design_key, design_table
from gbar.sweeps.gather import gather
from gbar.sweeps.rows import read_rows
from gbar.sweeps.store import array, open_store, read_voltage, verify
from gbar.sweeps.voltage import MISSING, in_mV, kept

HALF_STEP_mV = 0.005
FLOAT32_mV = 2e-5  # resolution of float32 at 327 mV, a little more than half of it
SWEEP = {
    "cell": {"name": "izhikevich2003"},
    "design": {"kind": "uniform", "vary": ["c", "d"], "range": {"c": [-80, -50], "d": [0.5, 5]}, "rows": 9},
    "protocol": {"duration_ms": 40, "save_every_ms": 0.1, "stimulus": {"kind": "constant", "value": 10}},
    "rows_per_job": 4,
    "voltage": "int16",
}
DIVERGED_ROW, TOO_LARGE_ROW = 3, 5


@pytest.fixture(scope="module")
def traces() -> np.ndarray:
    V = np.random.default_rng(0).uniform(-90, 40, (9, 400)).astype(np.float32)
    V[DIVERGED_ROW, 100:] = np.nan
    V[TOO_LARGE_ROW, 200] = 400.0
    return V


STATUS = np.where(np.arange(9) == DIVERGED_ROW, 2, 0).astype(np.int8)


@pytest.fixture
def sweep(tmp_path: Path, traces: np.ndarray) -> Path:
    """A sweep with blocks and store in int16."""
    return gathered(tmp_path / "sweep", SWEEP, traces, STATUS)


def test_a_voltage_comes_back_to_half_a_step():
    V = np.linspace(-327.67, 327.67, 200_001, dtype=np.float32)[None]
    steps = kept(V, "int16")
    assert steps.dtype == np.int16
    assert (steps != MISSING).all()
    np.testing.assert_allclose(in_mV(steps), V, rtol=0, atol=HALF_STEP_mV + FLOAT32_mV)
    np.testing.assert_array_equal(kept(in_mV(steps), "int16"), steps)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 327.68, -327.68, 1e30])
def test_what_does_not_fit_is_missing_from_there_on_and_its_row_diverged(bad: float):
    V = np.full((2, 5), -70, np.float32)
    V[1, 2] = bad
    steps, status = kept_rows(V, np.zeros(2, np.int8), "int16")
    np.testing.assert_array_equal(steps, [[-7000] * 5, [-7000, -7000, MISSING, MISSING, MISSING]])
    assert np.isnan(in_mV(steps)[1, 2:]).all()
    assert status.tolist() == [0, 2]


def test_xarray_decodes_a_compact_store_to_mV_without_a_warning(sweep: Path, traces: np.ndarray):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        V = xarray.open_zarr(sweep / "store.zarr", chunks=None)["V"]
    assert V.attrs == {"units": "mV", "long_name": "membrane potential"}
    assert V.encoding["dtype"] == np.int16
    expected = traces.copy()
    expected[TOO_LARGE_ROW, 200:] = np.nan
    np.testing.assert_allclose(V, expected, rtol=0, atol=HALF_STEP_mV + FLOAT32_mV)


def test_a_compact_store_is_read_in_mV_and_verified(sweep: Path):
    group = open_store(sweep / "store.zarr")
    V = read_voltage(group, slice(0, 9))
    assert V.dtype == np.float32
    decoded = xarray.open_zarr(sweep / "store.zarr", chunks=None)["V"]
    np.testing.assert_allclose(V, decoded, rtol=0, atol=FLOAT32_mV)
    assert np.flatnonzero(array(group, "status")[:] == 2).tolist() == [DIVERGED_ROW, TOO_LARGE_ROW]
    assert verify(sweep / "store.zarr", read_rows(sweep / "design.csv").ids) == []
    assert all(finding.ok for finding in verify_sweep(sweep))


@pytest.mark.parametrize("voltage", ["int16", "float32"])
def test_blocks_of_both_kinds_are_gathered_into_either_store(sweep: Path, traces: np.ndarray, voltage: str):
    places = {identity: row for row, identity in enumerate(read_rows(sweep / "design.csv").ids)}
    files = sorted((sweep / "blocks").glob("*.npz"))
    chosen = read_block(files[0])
    rows = [places[identity] for identity in chosen.ids]
    write_block(files[0], replace(chosen, V=traces[rows], status=STATUS[rows]))
    assert {read_block(file).V.dtype for file in files} == {np.dtype("int16"), np.dtype("float32")}
    section = checked(SweepSection, SWEEP | {"voltage": voltage})
    made = (sweep / "store.zarr", sweep / "biomarkers.csv", sweep / "beats.csv")
    gather(sweep / "design.csv", sweep / "blocks", section, *made, lambda _: None)
    group = open_store(sweep / "store.zarr")
    assert array(group, "V").dtype == voltage
    fits = np.arange(9) != TOO_LARGE_ROW
    found = read_voltage(group, slice(0, 9))
    np.testing.assert_allclose(found[fits], traces[fits], rtol=0, atol=HALF_STEP_mV + FLOAT32_mV)
    assert [finding.said for finding in verify_sweep(sweep) if not finding.ok] == []
    assert read_table(sweep / "biomarkers.csv")[DIVERGED_ROW].status == "diverged"


def test_how_voltages_are_kept_is_no_part_of_the_design(tmp_path: Path):
    compact, full = (checked(SweepSection, SWEEP | {"voltage": kind}) for kind in ("int16", "float32"))
    assert design_key(compact) == design_key(full)
    assert design_table(compact).ids == design_table(full).ids
    assert checked(SweepSection, {key: SWEEP[key] for key in SWEEP if key != "voltage"}) == full


def test_a_solved_block_is_compact_where_its_settings_say_so(sweep: Path):
    section = checked(SweepSection, SWEEP)
    table = min((sweep / "blocks").glob("*.csv"))
    common = {key: getattr(section, key) for key in ("cell", "protocol", "solver")}
    full, compact = (solve_block(table, BlockSettings(**common, voltage=kind)) for kind in ("float32", "int16"))
    assert (full.V.dtype, compact.V.dtype) == (np.float32, np.int16)
    np.testing.assert_allclose(in_mV(compact.V), full.V, rtol=0, atol=HALF_STEP_mV + FLOAT32_mV)
