"""The runs that the gating study learns from, on a few short ones."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr
from netcdf import opened_and_written

from gbar.config.explain import checked
from gbar.config.gating import PacedSection
from gbar.errors import UserError
from gbar.gating.data import CELL, GATES, OBSERVED, Normalisation, make_paced, open_paced, slices, split

pytestmark = pytest.mark.slow

SHORT = {
    "shortest_ms": 350,
    "longest_ms": 450,
    "every_ms": 50,
    "duration_ms": 400,
    "first_ms": 300,
    "slices": 90,
    "clamp_voltages": 4,
    "clamp_ms": 50,
}
SETTINGS = checked(PacedSection, SHORT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paced")
    make_paced(SETTINGS, {}, path / "control.zarr", lambda _: None)
    make_paced(SETTINGS, {"gKr": 0.25}, path / "altered.zarr", lambda _: None)
    return path


def test_xarray_opens_it_with_names_units_and_times_and_writes_it_to_netcdf(folder: Path, tmp_path: Path):
    data = opened_and_written(folder / "control.zarr", tmp_path)
    assert dict(zip(data["state"].values, data["state_units"].values, strict=True))["V"] == "mV"
    assert data["paced"].sel(state="V").dims == ("cycle_length", "sample")
    assert data["time"].attrs["units"] == "ms"
    np.testing.assert_allclose(data["clamped"].sel(state="V"), data["clamp_mV"])
    assert data["current"].values.tolist() == list(CELL.current_names)


def test_every_cycle_length_is_stimulated_at_its_own_rate(folder: Path):
    control = open_paced(folder / "control.zarr")
    assert control.paced.shape == (17, 3, 400)
    (V,) = control.of(("V",))
    np.testing.assert_array_equal(control.cycle_length_ms, [350, 400, 450])
    assert np.all(V[:, :11] < -80)
    assert np.all(V[:, 15] > 0)
    np.testing.assert_array_equal(V[:, 370] > 0, [True, False, False])


def test_clamped_gates_go_to_their_steady_states(folder: Path):
    control = open_paced(folder / "control.zarr")
    clamped = dict(zip(CELL.state_names, control.clamped, strict=True))
    np.testing.assert_allclose(clamped["V"], [-100.5, -99.5, -98.5, -97.5])
    known = {"Xr2": 1 / (1 + np.exp((clamped["V"] + 88) / 24)), "d": 1 / (1 + np.exp((-5 - clamped["V"]) / 7.5))}
    for name, steady in known.items():
        np.testing.assert_allclose(clamped[name], steady, rtol=1e-3)


def test_the_altered_current_is_told_and_lengthens_the_action_potential(folder: Path):
    control, altered = (open_paced(folder / f"{name}.zarr") for name in ("control", "altered"))
    assert dict(zip(CELL.current_names, altered.scale, strict=True))["gKr"] == 0.25
    assert np.sum(control.scale != 1) == 0
    assert altered.of(("V",))[0, 2, 300] > control.of(("V",))[0, 2, 300] + 5


def test_normalised_states_span_the_unit_interval_and_come_back(folder: Path):
    control = open_paced(folder / "control.zarr")
    normalisation = Normalisation.of(control)
    both = np.concatenate([control.paced.reshape(17, -1), control.clamped], axis=1)
    for name, values in zip(CELL.state_names, both, strict=True):
        unit = normalisation.to_unit(name, values)
        np.testing.assert_allclose([unit.min(), unit.max()], [0, 1], atol=1e-6)
        np.testing.assert_allclose(normalisation.from_unit(name, unit), values, atol=1e-4)


def test_slices_are_of_the_part_learnt_from(folder: Path):
    control = open_paced(folder / "control.zarr")
    normalisation = Normalisation.of(control)
    found = slices(control, OBSERVED + GATES, normalisation, SETTINGS)
    assert found.shape == (90, 3, 12)
    np.testing.assert_allclose(normalisation.from_unit("V", found[5, 1, 1]), control.of(("V",))[0, 1, 305], rtol=1e-5)


def test_published_runs_are_split_into_76_and_25_for_good():
    training, validation = split(PacedSection())
    assert (len(training), len(validation)) == (76, 25)
    assert sorted([*training, *validation]) == list(range(101))
    np.testing.assert_array_equal(training, split(PacedSection())[0])


def test_a_damaged_data_set_is_not_taken(folder: Path, tmp_path: Path):
    shutil.copytree(folder / "control.zarr", tmp_path / "control.zarr")
    zarr.open_group(tmp_path / "control.zarr")["clamped"][0, 0] = 0.0  # type: ignore[index]
    with pytest.raises(UserError, match="damaged"):
        open_paced(tmp_path / "control.zarr")


@pytest.mark.parametrize(
    ("changes", "message"), [({"first_ms": 350}, "behind duration_ms"), ({"training": 0.1}, "leaves none")]
)
def test_runs_that_do_not_fit_are_refused(changes: dict, message: str):
    with pytest.raises(UserError, match=message):
        checked(PacedSection, SHORT | changes)
