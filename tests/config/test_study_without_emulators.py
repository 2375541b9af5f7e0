"""Studies of sweeps alone: no emulators, any cell, and the overlay that shows every cell."""

import copy
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from gbar import cells
from gbar.config.study import Study, load_study
from gbar.errors import UserError

ROOT = Path(__file__).parents[2]


def laid_over(overlay: dict) -> dict:
    """The default sweep and its emulators with an overlay on them, as `snakemake --configfile` joins them."""
    values = yaml.safe_load((ROOT / "config.yaml").read_text())
    values = {key: values[key] for key in ("sweeps", "emulate")} | {"sweeps": {"hipsc": values["sweeps"]["hipsc"]}}
    update_config(values, copy.deepcopy(overlay))
    return values


SWEEP = {
    "cell": {"name": "izhikevich2003"},
    "design": {"kind": "uniform", "vary": ["a"], "range": [0.01, 0.1], "rows": 4},
    "protocol": {"duration_ms": 460, "save_every_ms": 0.02},
}


def test_null_drops_the_emulators_and_a_sweep():
    study = load_study(laid_over({"sweeps": {"hipsc": None, "spikes": SWEEP}, "emulate": None}))
    assert study.emulate is None
    assert list(study.sweeps) == ["spikes"]
    assert study.plain_sweeps == ["spikes"]


def test_a_sweep_that_no_emulator_learns_from_is_a_plain_one():
    assert load_study(laid_over({})).plain_sweeps == []
    assert load_study(laid_over({"sweeps": {"spikes": SWEEP}})).plain_sweeps == ["spikes"]


def test_null_drops_one_of_the_emulators():
    study = load_study(laid_over({"emulate": {"models": {"dlstm2": None}}}))
    assert study.emulate is not None
    assert list(study.emulate.models) == ["dlstm3"]


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"sweeps": {"hipsc": None}, "emulate": None}, "sweeps: {} is not allowed; it must have at least 1"),
        (
            {"sweeps": {"hipsc": None, "spikes": SWEEP}},
            "emulate.sweep: 'hipsc' is not allowed; it must be one of spikes",
        ),
        ({"emulate": {"models": {"dlstm2": None, "dlstm3": None}}}, "emulate.models: {} is not allowed"),
        ({"figures": {"traces": {"rows": 13}}}, "figures.traces.rows: 13 is not allowed; it must be less than"),
        (
            {"figures": {"traces": {"from_ms": 200, "to_ms": 100}}},
            "figures.traces: to_ms: 100 is not allowed; it must be above from_ms (200)",
        ),
        (
            {"sweeps": {"spikes": SWEEP}, "figures": {"traces": {"from_ms": 460}}},
            "figures.traces.from_ms: 460 is not allowed; it must be below the 460 ms of the sweep spikes",
        ),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(overlay: dict, message: str):
    with pytest.raises(UserError) as raised:
        load_study(laid_over(overlay))
    assert message in str(raised.value)


@pytest.fixture(scope="module")
def cells_study() -> Study:
    return load_study(laid_over(yaml.safe_load((ROOT / "workflow/studies/cells.yaml").read_text())))


def test_the_study_of_cells_has_each_cell_that_the_default_study_has_not(cells_study: Study):
    default = {sweep.cell.name for sweep in load_study(laid_over({})).sweeps.values()}
    assert sorted(sweep.cell.name for sweep in cells_study.sweeps.values()) == sorted(set(cells.names()) - default)


def test_the_study_of_cells_varies_parameters_in_their_published_ranges(cells_study: Study):
    for sweep in cells_study.sweeps.values():
        published = {one.name: one.range for one in sweep.cell.cell().parameters if one.range is not None}
        if published:
            assert {name: sweep.design.range_of(name) for name in sweep.design.vary} == published
