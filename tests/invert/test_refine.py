"""Parameters fitted to a trace from an answer that is a little off, on three Izhikevich cells."""

import numpy as np
import pytest
from fake_inverter import answer_at, chirped

from gbar.config.invert import RefineSection, TracesSection
from gbar.invert.dataset import unit_parameters
from gbar.invert.refining.fitting_trace import binned, trace_error
from gbar.invert.refining.refine import ACCEPTED, HEADER, STUCK, refine, refine_test_cells, starts_of
from gbar.invert.resimulate import Simulator
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics

pytestmark = pytest.mark.slow

CELLS = np.array([[-0.8, 0.1, 0.5, -0.2], [0.2, 0.4, -0.3, 0.6], [-0.4, -0.2, 0.1, 0.3]])
SETTINGS = RefineSection()


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    sweep = chirped()
    return Simulator(sweep, TracesSection(samples=5000), unit_parameters(sweep))


def test_a_fit_brings_parameters_and_trace_closer_and_says_by_how_much(simulator: Simulator) -> None:
    V = simulator.windows(CELLS)
    answer = answer_at(CELLS, 0.05, simulator.parameters)
    found = refine(simulator, V, answer, SETTINGS)
    before, after = (np.sqrt(np.mean((unit - CELLS) ** 2, axis=1)) for unit in (answer.unit, found.unit))
    assert found.accepted.all()
    assert (after < 0.5 * before).all()
    np.testing.assert_allclose(found.trace_after, trace_error(V, simulator.windows(found.unit), simulator), rtol=1e-6)
    assert (found.trace_after < np.minimum(ACCEPTED * found.trace_before, STUCK)).all()


def test_a_trace_of_no_such_cell_leaves_the_answer_as_it_is(simulator: Simulator) -> None:
    answer = answer_at(CELLS[:1], 0.05, simulator.parameters)
    V = -40 + 30 * np.random.default_rng(0).standard_normal((1, simulator.view.samples))
    found = refine(simulator, V, answer, SETTINGS)
    assert not found.accepted[0]
    np.testing.assert_array_equal(found.unit, np.clip(answer.unit, -1, 1))
    assert found.trace_after[0] == found.trace_before[0]


def test_starts_are_the_answer_and_networks_as_far_from_it_as_the_calibrated_error() -> None:
    answer = answer_at(np.zeros((2, 3)), 0.1, [])
    starts = starts_of(answer, 4)
    assert starts.shape == (2, 4, 3)
    np.testing.assert_array_equal(starts[:, 0], answer.unit)
    away = np.abs(starts[:, 1:] - answer.unit[:, None]) / 0.1
    networks = np.abs(answer.members[[0, 3, 7]] - answer.unit).transpose(1, 0, 2) / answer.unit_spread[:, None]
    np.testing.assert_allclose(away, networks)
    assert starts_of(answer, 50).shape == (2, 9, 3)  # no more than there are networks


def test_traces_are_compared_as_the_network_sees_them_in_bins(simulator: Simulator) -> None:
    V = np.full((1, 5000), -200.0)
    V[:, 2500:] = 19.0
    bins = binned(V, simulator)
    assert bins.shape == (1, 625)  # of 8 samples
    assert (bins[0, 0], bins[0, -1]) == (pytest.approx(0), pytest.approx(2))  # log10 of 1 and 100


def test_windows_are_cut_out_of_the_run_and_end_where_they_are_told(simulator: Simulator) -> None:
    whole, short = simulator.windows(CELLS), simulator.windows(CELLS, samples=300)
    assert whole.shape == (3, 5000)
    np.testing.assert_array_equal(short, whole[:, :300])
    beyond = simulator.windows(np.array([[1.4, -3.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(beyond, simulator.windows(np.array([[1.0, -1.0, 0.0, 0.0]])))


def test_the_beginning_of_a_window_of_averages_is_seen_as_in_the_whole_of_it() -> None:
    sweep = chirped()
    simulator = Simulator(sweep, TracesSection(samples=5000, every=20), unit_parameters(sweep))
    whole, short = simulator.windows(CELLS), simulator.windows(CELLS, samples=100)
    assert (whole.shape, short.shape) == ((3, 250), (3, 100))
    np.testing.assert_allclose(short, whole[:, :100], atol=1e-4)


def test_the_job_writes_a_line_for_each_test_cell(study, tmp_path) -> None:
    table, settings = tmp_path / "refined.csv", RefineSection(cells=3, starts=2, horizons=2, steps=1)
    refine_test_cells(study / "model", study / "traces.zarr", settings, tmp_path / "refined.json", table)
    header, rows = read_csv(table)
    assert tuple(header) == HEADER
    assert len(rows) == 3
    for row in rows:
        values = dict(zip(header[1:], map(float, row[1:]), strict=True))
        assert values["trace_after"] <= values["trace_before"]
        assert values["accepted"] or values["error_after"] == values["error_before"]
    metrics = read_metrics(tmp_path / "refined.json", sealed=True)
    assert (metrics["cells"], metrics["accepted"]) == (3, sum(row[1] == "1" for row in rows))
    assert metrics["trace_after"] == sorted(float(row[5]) for row in rows)[1]
    assert metrics["files"].keys() == {"refined.csv"}
