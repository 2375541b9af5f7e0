"""The figures of the gating study, drawn from small files as its jobs write them."""

from collections.abc import Mapping
from pathlib import Path

import gating_files
import numpy as np
import pytest
from looks import labels, outside, overlapping, panels
from matplotlib.figure import Figure

from gbar.config.gating import CELL, PacedSection, ShownSection
from gbar.errors import UserError
from gbar.figures.gating import data as gating_data
from gbar.figures.gating.cells import draw_cells
from gbar.figures.gating.control import draw_control
from gbar.figures.gating.currents import draw_currents
from gbar.figures.gating.curves import draw_curves
from gbar.figures.gating.data import read_cells, read_control, read_curves, read_driven, read_rmse
from gbar.figures.gating.etas import draw_etas, largest_other
from gbar.figures.gating.factors import draw_factors
from gbar.figures.gating.gates import draw_gates
from gbar.figures.gating.held_out import draw_held_out
from gbar.figures.gating.judged_data import (
    read_currents,
    read_etas,
    read_gates,
    read_held_out,
    read_identified,
    read_retrained,
)
from gbar.figures.gating.loop import draw_loop
from gbar.figures.gating.retrained_loop import draw_retrained_loop
from gbar.figures.gating.rmse import BAR, draw_rmse
from gbar.figures.gating.scheme import draw_scheme
from gbar.gating.data import GATES, OTHERS, Paced
from gbar.records.metrics import write_metrics

CELLS: dict[str, Mapping[str, float]] = {
    "longqt": {"gKr": 0.5},
    "ito2": {"gto": 3.0},
    "k1": {"gK1": 0.7},
    "both": {"gKr": 0.5, "gCaL": 0.5},
}
PACED = PacedSection(duration_ms=3000, first_ms=500, slices=2000)
SHOWN = ShownSection()


def assert_readable(figure: Figure) -> None:
    assert overlapping(figure) == []
    assert outside(figure) == []


@pytest.fixture
def published(tmp_path: Path) -> dict[str, dict[str, Path]]:
    found = {"gKr": [0.9, 0.6, 0.52], "gKs": [1.5, 1.2, 1.1], "gNa": [0.5, 0.9, 1.0]}
    return {name: gating_files.write_published(tmp_path, name, scales, found) for name, scales in CELLS.items()}


@pytest.fixture
def paced_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data sets that exist in memory alone; the voltage is the number of the sample plus 1000 times the cell's."""

    def opened(path: str | Path, settings: PacedSection) -> Paced:
        cycles = settings.cycle_lengths_ms
        number = ["control", *CELLS].index(Path(path).stem)
        states = np.zeros((len(CELL.state_names), len(cycles), round(settings.duration_ms)), np.float32)
        states += np.arange(states.shape[-1]) + 10_000 * number
        scales = CELLS.get(Path(path).stem, {})
        scale = np.array([scales.get(name, 1.0) for name in CELL.current_names])
        return Paced(states, states[..., 0], cycles, scale, "")

    monkeypatch.setattr(gating_data, "open_paced", opened)


def test_the_scheme_has_both_second_stages():
    figure = draw_scheme()
    assert_readable(figure)
    assert [axes.get_title(loc="left").split(":")[0] for axes in figure.axes] == [
        "first stage",
        "second stage, as published",
        "second stage of ours",
    ]


@pytest.mark.usefixtures("paced_cells")
def test_the_end_of_the_control_is_shown_at_the_nearest_cycle_lengths():
    shown = read_control("control.zarr", PACED, SHOWN)
    assert [run.cycle_length_ms for run in shown] == [800, 550, 320]
    assert shown[0].time_ms[[0, -1]].tolist() == [500, 2499]  # the last 2 s of what is learnt from
    assert shown[0].V_mV[0] == 500
    figure = draw_control(shown)
    assert labels(figure) == {"V (mV)", "Ca (µM)", "time (s)"}
    assert_readable(figure)


@pytest.mark.usefixtures("paced_cells")
def test_each_altered_cell_is_beside_the_control_with_what_was_altered():
    shown = read_cells("control.zarr", {name: f"{name}.zarr" for name in CELLS}, PACED, SHOWN)
    assert [run.scales for run in shown] == list(CELLS.values())
    assert [run.V_mV[0] - run.V_control_mV[0] for run in shown] == [10_000, 20_000, 30_000, 40_000]
    figure = draw_cells(shown)
    assert panels(figure)[3].get_title(loc="left").count("× 0.5") == 2
    assert_readable(figure)


def test_networks_are_marks_beside_the_bar(tmp_path: Path):
    files = {
        name: gating_files.write_network(tmp_path, name, rmse, 1.0)["metrics"]
        for name, rmse in (("published", 0.047), ("windowed", 0.03))
    }
    figure = draw_rmse(read_rmse(files), GATES, OTHERS)
    left, right = panels(figure)
    assert [label.get_text() for label in right.get_xticklabels()] == list(OTHERS)
    worst = {line.get_label(): max(line.get_ydata()) for line in left.lines}
    assert worst["windowed"] < BAR < worst["published"]
    assert_readable(figure)


def test_a_network_that_does_not_repolarise_is_told(tmp_path: Path):
    files = {
        name: gating_files.write_network(tmp_path, name, 0.03, error)
        for name, error in (("published", None), ("windowed", -2.0))
    }
    figure = draw_loop(
        read_driven(*({name: one[kind] for name, one in files.items()} for kind in ("traces", "metrics")))
    )
    title = panels(figure)[-1].get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ")
    assert title.splitlines() == ["cycle length 800 ms", "APD90: published none, windowed −2.0 %"]
    assert_readable(figure)


def test_each_gate_has_a_steady_state_and_a_time_constant(tmp_path: Path, published: dict[str, dict[str, Path]]):
    traces = {"published": gating_files.write_network(tmp_path, "published", 0.03, 1.0)["traces"]}
    retrained = draw_gates(*read_gates(published["both"]["traces"]))
    for figure, lines in ((draw_curves(*read_curves(traces)), 2), (retrained, 4)):
        assert len(panels(figure)) == 2 * len(GATES)
        assert [len(axes.lines) for axes in panels(figure)] == [lines] * 2 * len(GATES)
        assert {axes.get_title(loc="left") for axes in panels(figure)} == {*GATES, ""}
        assert_readable(figure)


def test_a_retrained_network_is_beside_both_cells(published: dict[str, dict[str, Path]]):
    traces, scores = ({name: one[kind] for name, one in published.items()} for kind in ("traces", "scores"))
    figure = draw_retrained_loop(read_retrained(traces, scores))
    assert panels(figure)[0].get_title(loc="left").splitlines() == ["longqt, η = 0.0003", "no APD90"]
    assert [len(axes.lines) for axes in panels(figure)] == [3] * len(CELLS)
    assert_readable(figure)


def test_charges_of_altered_currents_stand_beside_the_truth_and_the_largest_other(
    published: dict[str, dict[str, Path]],
):
    sweeps = read_etas({name: one["scores"] for name, one in published.items()})
    assert largest_other(sweeps[0]).tolist() == [1.5, 1.2, 1.1]  # INa changes more, and does not count
    figure = draw_etas(sweeps)
    drawn = {line.get_label(): list(line.get_ydata()) for line in panels(figure)[0].lines}
    assert drawn["altered current"] == [0.9, 0.6, 0.52]
    assert drawn["altered current, true"] == [0.5, 0.5]
    assert panels(figure)[2].get_title(loc="left").endswith("has no gate")
    assert "second altered current" in {line.get_label() for line in panels(figure)[3].lines}
    assert_readable(figure)


def test_currents_of_both_cells_stand_side_by_side(tmp_path: Path, published: dict[str, dict[str, Path]]):
    ours = gating_files.write_held_out(tmp_path, "longqt", CELLS["longqt"])
    figure = draw_currents(read_currents(published["longqt"]["traces"], ours["traces"]))
    assert len(panels(figure)) == 2 * (1 + len(gating_files.FIVE))
    assert [len(axes.lines) for axes in panels(figure)[2:4]] == [2, 3]
    assert_readable(figure)


def test_factors_of_every_record_have_a_frame_where_they_were_altered(tmp_path: Path):
    files = {
        f"{cell}/{record}": gating_files.write_identified(tmp_path, cell, record, scales, {"gKr": factor})
        for record, factor in (("exact", 0.52), ("noisy", 1.0))
        for cell, scales in ({"control": {}} | CELLS).items()
    }
    figure = draw_factors(read_identified(files))
    exact, noisy, _ = figure.axes
    assert len(exact.patches) == 5
    assert [text.get_text() for text in exact.get_yticklabels()][:2] == ["control ✗", "longqt ✓"]
    assert "0.52\n(0.5)" in {text.get_text() for text in exact.texts}
    assert noisy.get_title(loc="left") == "record: noisy; 3 of 5 cells within the bars (✓)"
    assert_readable(figure)


def test_both_second_stages_are_judged_on_the_same_cycle_lengths(tmp_path: Path, published: dict[str, dict[str, Path]]):
    ours = {name: gating_files.write_held_out(tmp_path, name, scales)["scores"] for name, scales in CELLS.items()}
    cells = read_held_out({name: one["scores"] for name, one in published.items()}, ours)
    assert cells[0].ours_percent == pytest.approx([1.0] * 4)
    assert cells[0].unaltered_percent == pytest.approx([-100 / 15] * 4)
    assert cells[0].published_percent == pytest.approx([np.nan, -10, -10, -10], nan_ok=True)
    figure = draw_held_out(cells)
    crosses = [line for line in panels(figure)[0].lines if line.get_marker() == "x"]
    assert [line.get_xdata().tolist() for line in crosses] == [[400.0]]
    assert_readable(figure)


def test_a_file_that_lacks_something_is_named(tmp_path: Path):
    write_metrics(tmp_path / "scores.json", {"etas": [1e-3]})
    with pytest.raises(UserError, match=r"scores\.json: lacks 'drift'"):
        read_etas({"longqt": tmp_path / "scores.json"})
