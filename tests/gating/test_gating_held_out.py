"""Cells as identified, at cycle lengths they were not identified from."""

from pathlib import Path

import jax
import numpy as np
import pytest

from gbar.config.explain import checked
from gbar.config.gating import CELL, PacedSection, ShownSection
from gbar.errors import UserError
from gbar.gating.beats import held_out_runs
from gbar.gating.currents import CURRENTS
from gbar.gating.data import make_paced, open_paced
from gbar.gating.held_out import judge_identified
from gbar.records.metrics import read_metrics, write_metrics

pytestmark = pytest.mark.slow

PACED = checked(
    PacedSection,
    {
        "shortest_ms": 500,
        "longest_ms": 700,
        "every_ms": 100,
        "duration_ms": 3000,
        "first_ms": 1500,
        "slices": 1000,
        "training": 0.4,
        "clamp_voltages": 2,
        "clamp_ms": 10,
    },
)
SHOWN = ShownSection(currents_ms=510)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paced")
    with jax.enable_x64(True):
        for name, scales in (("control", {}), ("altered", {"gKr": 0.5})):
            make_paced(PACED, scales, folder / f"{name}.zarr", lambda _: None)
    return folder


def judged(data: Path, folder: Path, gKr: float, digest: str | None = None):
    """Return the scores and the traces of a cell that was identified with a factor on gKr."""
    digest = digest or open_paced(data / "altered.zarr").digest
    identified, scores, traces = (folder / name for name in ("found.json", "scores.json", "traces.npz"))
    write_metrics(identified, {"factors": {"gKr": gKr, "gCaL": 1.0}, "data_digest": digest})
    with jax.enable_x64(True):
        judge_identified(
            *(data / f"{name}.zarr" for name in ("control", "altered")),
            identified,
            PACED,
            SHOWN,
            scores,
            traces,
            lambda _: None,
        )
    with np.load(traces) as file:
        return read_metrics(scores, sealed=True), dict(file)


def test_the_true_factors_give_the_altered_cell(data: Path, tmp_path: Path):
    scores, traces = judged(data, tmp_path, 0.5)
    control, altered = (open_paced(data / f"{name}.zarr") for name in ("control", "altered"))
    runs = held_out_runs(control, altered, PACED)
    assert scores["held_out_ms"] == control.cycle_length_ms[runs].tolist()
    assert scores["V_rmse_mV"] == 0
    assert scores["V_rmse_control_mV"] > 1
    assert scores["charge_ratio"] == scores["charge_ratio_true"]
    assert set(scores["charge_ratio"]) == set(CURRENTS)
    assert scores["charge_ratio"]["gKr"] < 0.8
    for one in scores["held_out_apd90"]:
        assert one["apd90_ms"] == one["apd90_cell_ms"] > one["apd90_control_ms"] + 10

    assert traces["cycle_length_ms"] == 500
    (V,) = altered.of(("V",))
    np.testing.assert_array_equal(traces["V_mV"], V[altered.nearest_run(500), traces["time_ms"].astype(int)])
    gKr = traces["identified_altered"][CURRENTS.index("gKr")]
    y = altered.paced[:, altered.nearest_run(500), traces["time_ms"].astype(int)]
    with jax.enable_x64(True):
        np.testing.assert_allclose(
            gKr, CELL.currents_of(y, CELL.constants({"gKr": 0.5}, {}))["gKr"], rtol=1e-5, atol=1e-6
        )


def test_wrong_factors_show(data: Path, tmp_path: Path):
    scores, _ = judged(data, tmp_path, 0.7)
    assert 1 < scores["V_rmse_mV"] < scores["V_rmse_control_mV"]
    assert scores["charge_ratio_true"]["gKr"] + 0.1 < scores["charge_ratio"]["gKr"] < 1
    for one in scores["held_out_apd90"]:
        assert one["apd90_control_ms"] + 5 < one["apd90_ms"] < one["apd90_cell_ms"] - 5


def test_factors_of_another_cell_are_refused(data: Path, tmp_path: Path):
    with pytest.raises(UserError, match="was not found of"):
        judged(data, tmp_path, 0.5, open_paced(data / "control.zarr").digest)
    assert not (tmp_path / "scores.json").exists()
