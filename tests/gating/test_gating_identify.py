"""Which current of a cell was altered, from one record of it."""

from pathlib import Path

import jax
import numpy as np
import pytest
from gating_files import PACED

from gbar.config.explain import checked
from gbar.config.gating import CELL, MEMBRANE, IdentificationSection, RecordSection
from gbar.errors import UserError
from gbar.gating.data import make_paced, open_paced
from gbar.gating.identify import identify, judged, recorded
from gbar.records.metrics import read_metrics

pytestmark = pytest.mark.slow

SETTINGS = checked(
    IdentificationSection,
    {"settled_ms": 500, "membrane": {"runs": 1}, "refine": {"starts": 2, "iterations": 5}},
)
EXACT, NOISY = RecordSection(), RecordSection(noise_mV=1.0, every_ms=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paced") / "longqt.zarr"
    with jax.enable_x64(True):
        make_paced(PACED, {"gKr": 0.5}, path, lambda _: None)
    return path


@pytest.mark.parametrize(("kind", "starts"), [(EXACT, 3), (NOISY, 2)], ids=["exact", "noisy"])
def test_the_altered_current_is_identified(data: Path, tmp_path: Path, kind: RecordSection, starts: int):
    with jax.enable_x64(True):
        identify(data, PACED, SETTINGS, kind, tmp_path / "found.json", lambda _: None)
    found = read_metrics(tmp_path / "found.json", sealed=True)
    assert found["identified"] is True
    assert found["altered"] == found["found_largest"] == ["gKr"]
    assert found["factors"]["gKr"] == pytest.approx(0.5, rel=0.25)
    assert found["error_mV"] == pytest.approx(kind.noise_mV, abs=0.1)
    assert set(found["factors"]) == set(found["deviations"]) == set(MEMBRANE)
    # What regression finds is told in any case, and begun with where there is no noise.
    assert len(found["fits"]) == starts
    assert (found["regression"] in [fit["start"] for fit in found["fits"]]) is (kind == EXACT)
    assert found["factors"] == found["fits"][0]["factors"]
    assert found["loss"] == min(fit["loss"] for fit in found["fits"])


def test_between_the_samples_taken_the_record_knows_nothing(data: Path):
    cell = open_paced(data)
    record = recorded(cell, PACED, SETTINGS, RecordSection(every_ms=5))
    (V,) = cell.of(("V",))
    (run,) = np.flatnonzero(cell.cycle_length_ms == record.cycle_length_ms)
    assert record.V_mV.shape == (1, PACED.first_ms + SETTINGS.settled_ms)
    np.testing.assert_array_equal(record.V_mV[0, ::5], V[run, : record.V_mV.shape[1] : 5])
    for observed in (record.V_mV, record.Cai_mM):
        bend = np.diff(observed[0], 2)
        np.testing.assert_allclose(np.delete(bend, np.arange(4, len(bend), 5)), 0, atol=1e-9)


def test_the_noise_follows_its_seed(data: Path):
    cell = open_paced(data)
    exact, *noisy = (
        recorded(cell, PACED, SETTINGS, RecordSection(noise_mV=noise, seed=seed)).V_mV
        for noise, seed in ((0, 0), (2, 0), (2, 0), (2, 1))
    )
    np.testing.assert_array_equal(noisy[0], noisy[1])
    assert np.std(noisy[0] - exact) == pytest.approx(2, rel=0.05)
    assert np.std(noisy[2] - noisy[0]) == pytest.approx(2 * np.sqrt(2), rel=0.05)


def test_a_record_longer_than_the_runs_is_refused(data: Path):
    settings = SETTINGS.model_copy(update={"settled_ms": 1501})
    with pytest.raises(UserError, match="settled_ms: 1501 is not allowed; it must be at most 1500"):
        recorded(open_paced(data), PACED, settings, EXACT)


UNALTERED = dict.fromkeys(MEMBRANE, 1.0)


@pytest.mark.parametrize(
    ("true", "found", "identified"),
    [
        ({"gKr": 0.5}, {"gKr": 0.62}, True),
        ({"gKr": 0.5}, {"gKr": 0.63}, False),
        ({"gKr": 0.5}, {"gKr": 0.5, "gbNa": 1.16}, False),
        ({"gK1": 0.9}, {"gK1": 0.9, "gbNa": 0.89}, False),  # near enough, but not the one with the largest change
        ({"gKr": 0.5, "gto": 2}, {"gKr": 0.55, "gto": 1.6}, True),
        ({}, {"gbNa": 0.86}, True),
        ({}, {"gbNa": 0.84}, False),
    ],
)
def test_a_cell_is_identified_within_the_bars(true: dict[str, float], found: dict[str, float], identified: bool):
    told = judged(UNALTERED | found, UNALTERED | true)
    assert told["identified"] is identified
    assert set(told["altered"]) == set(true)
    assert len(told["found_largest"]) == len(true)
    assert (told["worst_altered"] is None) is (not true)
    assert told["worst_unaltered"]["error"] == pytest.approx(found.get("gbNa", 1.0) - 1)
    assert set(CELL.current_names) > set(told["factor_error"])
