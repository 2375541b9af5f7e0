"""Factors on currents by regression of the membrane equation, of cells whose factors are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gating_files import PACED

from gbar.config.gating import CELL, MEMBRANE, MembraneSection
from gbar.errors import UserError
from gbar.gating.data import make_paced, open_paced
from gbar.gating.membrane import Record, charges, chosen_runs, regress

pytestmark = pytest.mark.slow

SETTINGS = MembraneSection(runs=2)
BOUND, UNALTERED_BOUND = 0.25, 0.15


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that makes the record of a cell with given factors."""
    folder = tmp_path_factory.mktemp("paced")

    def made(**scales: float) -> Record:
        path = folder / f"{'_'.join(scales)}.zarr"
        if not path.exists():
            make_paced(PACED, scales, path, lambda _: None)
        runs = open_paced(path)
        V, Cai = runs.of(("V", "Cai")).astype(float)
        return Record(V, Cai, runs.cycle_length_ms, PACED.first_ms)

    return made


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("scales", [{"gKr": 0.5}, {"gCaL": 0.5}, {"gKr": 0.5, "gK1": 0.7}], ids=lambda s: "_".join(s))
def test_the_altered_currents_are_found_and_no_others(record, scales: dict[str, float]):
    found = dict(zip(MEMBRANE, regress(record(**scales), SETTINGS).factor, strict=True))
    changed = sorted(found, key=lambda name: -abs(np.log(found[name])))
    assert set(changed[: len(scales)]) == set(scales)
    for name, factor in found.items():
        assert factor == pytest.approx(scales.get(name, 1.0), rel=BOUND if name in scales else UNALTERED_BOUND)


def test_charges_under_the_recorded_voltage_are_those_of_the_cell(record):
    one = record(gKr=0.5)
    factor = np.where(np.array(MEMBRANE) == "gKr", 0.5, 1.0)
    Q = np.asarray(charges(*(jnp.asarray(a) for a in (one.V_mV, one.Cai_mM, one.cycle_length_ms)), jnp.asarray(factor)))
    assert Q.shape == (2999, len(MEMBRANE), 2)
    # Late in an action potential, where 1 ms resolves the voltage, they add up to its change over a window.
    late = slice(2150, 2150 + SETTINGS.window_ms)
    total = np.einsum("tkr,k->r", Q[late], factor)
    np.testing.assert_allclose(-total, one.V_mV[:, late.stop] - one.V_mV[:, late.start], atol=SETTINGS.error_mV)


def test_a_run_that_misses_a_stimulus_is_not_chosen(record):
    one = record(gKr=0.5)
    missed = one.V_mV.copy()
    missed[0, 2000:2100] = -20.0
    changed = Record(missed, one.Cai_mM, one.cycle_length_ms, one.first_ms)
    np.testing.assert_array_equal(chosen_runs(changed, np.array([0, 1]), MembraneSection(runs=1)), [1])
    with pytest.raises(UserError, match="follows 1 one to one"):
        chosen_runs(changed, np.array([0, 1]), SETTINGS)


def test_what_a_record_does_not_tell_stays_at_one():
    rest = np.full((1, 800), dict(zip(CELL.state_names, CELL.initial, strict=True))["V"])
    silent = Record(rest, np.full_like(rest, 1e-4), np.array([400.0]), 100)
    found = dict(zip(MEMBRANE, regress(silent, MembraneSection(runs=1, sweeps=1)).factor, strict=True))
    for name in ("gNa", "gto", "gCaL"):
        assert found[name] == pytest.approx(1.0, abs=0.01)
