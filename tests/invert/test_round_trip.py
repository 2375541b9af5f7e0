"""The round trip: what is written of test cells that are simulated again."""

from pathlib import Path

import numpy as np
import pytest
from made_inverter import SAMPLES, made_sweep

from gbar.errors import UserError
from gbar.figures.invert.round_trip_data import read_round_trip
from gbar.invert.inverter import load_inverter
from gbar.invert.resimulate import Simulator
from gbar.invert.round_trip import HEADER, round_trip
from gbar.invert.traces import TEST, STEP_mV, open_traces
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics
from gbar.sweeps.store import open_store, read_voltage

pytestmark = pytest.mark.slow

CELLS = 5
OUTPUTS = ("roundtrip.json", "roundtrip.csv", "roundtrip.npz")


@pytest.fixture(scope="module")
def made(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("round_trip")
    round_trip(
        study / "model", study / "traces.zarr", study / "sweep/store.zarr", CELLS, *(folder / name for name in OUTPUTS)
    )
    return folder


def test_each_test_cell_has_its_line_and_the_figure_reads_them(made: Path) -> None:
    header, rows = read_csv(made / "roundtrip.csv")
    assert tuple(header) == HEADER
    assert len(rows) == CELLS
    cells, examples = read_round_trip(made / "roundtrip.csv", made / "roundtrip.npz")
    assert len(cells.rmse_mV) == len(examples) == CELLS


def test_the_voltage_error_is_that_of_the_prediction_simulated_again(made: Path, study: Path) -> None:
    inverter, data = load_inverter(study / "model"), open_traces(study / "traces.zarr")
    rows = data.rows(TEST)[:CELLS]
    simulator = Simulator(data.sweep, data.settings, data.parameters)
    again = simulator.windows(inverter.predict(data.read(rows) * STEP_mV).unit)  # a network here sees every sample
    store = open_store(study / "sweep/store.zarr")
    place = np.asarray(store["id"][:]).tolist()
    V = np.stack([read_voltage(store, place.index(data.ids[row])) for row in rows])[:, :SAMPLES]
    off = np.clip(again, *data.settings.clip_mV) - np.clip(V, *data.settings.clip_mV)
    expected = np.sqrt(np.mean(off**2, axis=1))
    _, lines = read_csv(made / "roundtrip.csv")
    assert [line[0] for line in lines] == [data.ids[row] for row in rows]
    np.testing.assert_allclose([float(line[1]) for line in lines], expected, rtol=1e-5)
    metrics = read_metrics(made / "roundtrip.json", sealed=True)
    assert (metrics["cells"], metrics["diverged"]) == (CELLS, 0)
    assert metrics["rmse_mV"] == pytest.approx(np.median(expected), rel=1e-5)
    assert metrics["files"].keys() == set(OUTPUTS[1:])


def test_another_data_set_is_refused_and_nothing_is_written(study: Path, tmp_path: Path) -> None:
    out, store = tmp_path / "out", study / "sweep/store.zarr"
    with pytest.raises(UserError, match="no data set of traces"):
        round_trip(study / "model", store, store, CELLS, *(out / name for name in OUTPUTS))
    assert not out.exists()


def test_another_store_is_refused_and_nothing_is_written(study: Path, tmp_path: Path) -> None:
    store, out = made_sweep(tmp_path / "other", others=True), tmp_path / "out"
    with pytest.raises(UserError, match=r"is not the store that .* was cut from"):
        round_trip(study / "model", study / "traces.zarr", store, CELLS, *(out / name for name in OUTPUTS))
    assert not out.exists()
