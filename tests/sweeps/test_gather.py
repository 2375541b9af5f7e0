"""Stores of cells that are varied in units of their own, and of stimuli that are varied."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray
from action_potentials import action_potentials
from made_up import gathered
from netcdf import opened_and_written

from gbar.records.files import read_csv
from gbar.sweeps.biomarker_table import read_table
from gbar.sweeps.rows import read_rows
from gbar.sweeps.store import Quantity, verify

STEPS = {"kind": "steps", "values": [[10, 3]]}


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    values = {
        "cell": {"name": "izhikevich2003"},
        "design": {
            "kind": "uniform",
            "vary": ["c", "d", "stimulus.gain"],
            "range": {"c": [-80, -50], "d": [0.5, 5], "stimulus.gain": [1, 2]},
            "rows": 5,
        },
        "protocol": {"duration_ms": 50, "save_every_ms": 1, "stimulus": STEPS},
        "rows_per_job": 2,
    }
    return gathered(tmp_path / "sweep", values, np.linspace(-70, -60, 5)[:, None] + np.zeros(50))


def test_parameters_and_numbers_of_the_stimulus_stand_in_the_store_with_their_units(sweep: Path):
    data = xarray.open_zarr(sweep / "store.zarr", chunks=None)
    told = {name: [data[name].attrs[key] for key in ("units", "control")] for name in ("c", "d", "stimulus.gain")}
    assert told == {"c": ["mV", -65.0], "d": ["1", 2.0], "stimulus.gain": ["1", 1.0]}
    assert data["c"].attrs["long_name"] == "voltage after a spike"
    assert data.attrs["stimulus_units"] == "1"
    assert json.loads(data.attrs["protocol"])["stimulus"]["values"] == [[10.0, 3.0]]
    rows = read_rows(sweep / "design.csv")
    for name, values in rows.values.items():
        np.testing.assert_array_equal(data[name], values)
        assert [row.scalings[name] for row in read_table(sweep / "biomarkers.csv")] == values


@pytest.mark.parametrize("voltage", ["float32", "int16"])
def test_xarray_writes_such_a_store_to_netcdf_its_nested_attributes_as_json_text(voltage: str, tmp_path: Path):
    values = {
        "cell": {"name": "izhikevich2003"},
        "design": {"kind": "uniform", "vary": ["c", "stimulus.gain"], "range": [1, 2], "rows": 3},
        "protocol": {"duration_ms": 50, "save_every_ms": 1, "stimulus": STEPS},
        "voltage": voltage,
    }
    values["design"]["range"] = {"c": [-80, -50], "stimulus.gain": [1, 2]}
    folder = gathered(tmp_path / "sweep", values, np.linspace(-70, -60, 3)[:, None] + np.zeros(50))
    data = opened_and_written(folder / "store.zarr", tmp_path)
    assert json.loads(data.attrs["configuration"])["voltage"] == voltage
    assert json.loads(data.attrs["provenance"])["configuration"]["cell"]["name"] == "izhikevich2003"


def test_such_a_store_is_verified_against_its_design(sweep: Path):
    ids = read_rows(sweep / "design.csv").ids
    assert verify(sweep / "store.zarr", ids) == []
    assert verify(sweep / "store.zarr", [*ids, "ffff"]) == ["1 rows of the design are missing, the first is ffff"]


@pytest.mark.parametrize(
    ("quantity", "value", "words"),
    [
        (Quantity("IKr", "1", "", 1.0), 0.25, "IKr × 0.25"),
        (Quantity("gna_node", "pS/um2", "", 30000.0), 24512.3, "gna_node = 24500 pS/um2"),
        (Quantity("c", "mV", "", -65.0), -59.44, "c = −59.4 mV"),
        (Quantity("d", "1", "", 2.0), 1.0, "d = 1"),
        (Quantity("stimulus.gain", "nA", "", 1.0), 0.5, "stimulus gain = 0.5 nA"),
    ],
)
def test_a_value_is_told_as_a_factor_of_a_scaling_and_with_its_unit_of_a_parameter(quantity, value, words):
    assert quantity.differs(value)
    assert not quantity.differs(quantity.control)
    assert quantity.told(value, digits=3) == words


def test_beats_and_failed_pulses_stand_in_a_table_in_the_order_of_time(tmp_path: Path):
    values = {
        "cell": {"name": "tentusscher2004"},
        "design": {"kind": "grid", "vary": ["stimulus.cycle_length_ms"], "levels": [500, 250]},
        "protocol": {"duration_ms": 2000, "stimulus": {"kind": "pacing"}},
        "beats": {"latency_ms": 50},
    }
    # The second row is paced twice as often, and follows every second pulse.
    V = action_potentials([12, 512, 1012, 1512], 2000)[:-1]
    sweep = gathered(tmp_path / "sweep", values, np.stack([V, V]))
    header, lines = read_csv(sweep / "beats.csv")
    table = [dict(zip(header, line, strict=True)) for line in lines]
    first, second = ([one for one in table if one["id"] == row] for row in dict.fromkeys(one["id"] for one in table))
    assert [one["outcome"] for one in first] == ["captured"] * 4
    assert [one["outcome"] for one in second] == ["captured", "failed"] * 4
    assert [float(one["pulse_ms"]) for one in second] == [10 + 250 * k for k in range(8)]
    assert [one["pulse"] for one in second if one["beat"]] == ["0", "2", "4", "6"]
    assert {one["apd90_ms"] for one in second if not one["beat"]} == {""}
    assert {one["eads"] for one in first} == {"0"}
    assert all(float(one["apd90_ms"]) == pytest.approx(181, abs=1e-3) for one in table if one["beat"])
    regular, blocked = read_table(sweep / "biomarkers.csv")
    assert (regular.course, blocked.course) == ("regular", "block 2:1")
    assert (blocked.biomarkers.n_pulses, blocked.biomarkers.n_captured) == (8, 4)
    assert regular.counted == "cardiac latency_ms=50"


def test_the_beats_of_a_row_do_not_depend_on_what_another_is_paced_with(tmp_path: Path):
    values = {
        "cell": {"name": "tentusscher2004"},
        "design": {"kind": "grid", "vary": ["gKr"], "levels": [1, 2]},
        "protocol": {"duration_ms": 2000, "stimulus": {"kind": "pacing", "cycle_length_ms": 500}},
    }
    V = action_potentials([12, 512, 1012, 1512], 2000)[:-1]
    rows = read_table(gathered(tmp_path / "sweep", values, np.stack([V, V])) / "biomarkers.csv")
    assert [row.biomarkers.n_captured for row in rows] == [4, 4]
