"""Results of the gating study, put back into the cell."""

from pathlib import Path

import numpy as np
import pytest

from gbar.cells.altered import read_altered
from gbar.errors import UserError
from gbar.gating.variant import make_variant
from gbar.records.metrics import write_metrics

V_mV = np.array([-100.5, -25.0, 50.5])
GATES = ("r", "Xr1")


@pytest.fixture
def identified(tmp_path: Path) -> Path:
    write_metrics(tmp_path / "exact.json", {"factors": {"gKr": 0.5, "gCaL": 1.01}})
    return tmp_path / "exact.json"


@pytest.fixture
def curves(tmp_path: Path) -> Path:
    found = {name: np.random.default_rng(seed).uniform(size=(2, 3)) for seed, name in enumerate(("x_inf", "tau"))}
    np.savez(
        tmp_path / "curves.npz",
        clamp_mV=V_mV,
        gate=GATES,
        x_inf_altered=found["x_inf"],
        tau_altered_ms=found["tau"],
        x_inf_control=0 * found["x_inf"],
    )
    return tmp_path / "curves.npz"


def test_factors_and_curves_are_put_back(identified: Path, curves: Path, tmp_path: Path):
    out = tmp_path / "variant.json"
    make_variant(identified, None, out)
    altered = read_altered(out)
    assert (altered.cell, altered.variant) == ("tentusscher2004", "M")
    assert altered.scales == {"gKr": 0.5, "gCaL": 1.01}
    assert altered.gates == {}

    make_variant(None, curves, out)
    altered = read_altered(out)
    assert altered.scales == {}
    with np.load(curves) as file:
        for k, gate in enumerate(GATES):
            assert altered.gates[gate].V_mV == tuple(V_mV)
            assert altered.gates[gate].x_inf == tuple(file["x_inf_altered"][k])
            assert altered.gates[gate].tau_ms == tuple(file["tau_altered_ms"][k])

    make_variant(identified, curves, out)
    altered = read_altered(out)
    assert set(altered.scales) == {"gKr", "gCaL"}
    assert set(altered.gates) == set(GATES)
    assert set(altered.provenance["made_from"]) == {"identified", "curves"}


def test_what_is_no_result_of_the_study_is_refused_and_nothing_written(identified: Path, curves: Path, tmp_path: Path):
    out, foreign, unphysical = tmp_path / "variant.json", tmp_path / "foreign.json", tmp_path / "unphysical.npz"
    write_metrics(foreign, {"rmse": 1.0})
    with np.load(curves) as file:
        np.savez(unphysical, **dict(file) | {"tau_altered_ms": -file["tau_altered_ms"]})
    changed = tmp_path / "changed.json"
    changed.write_text(identified.read_text().replace("0.5", "0.4"))
    for given, message in [
        ((None, None), "--identified or --curves"),
        ((foreign, None), "tells of no factors"),
        ((changed, None), "digest differs"),
        ((curves, None), "cannot be read"),
        ((None, identified), "holds no curves"),
        ((None, unphysical), "holds no curves"),
        ((None, tmp_path / "none.npz"), "holds no curves"),
    ]:
        with pytest.raises(UserError, match=message):
            make_variant(*given, out)
    assert not out.exists()
