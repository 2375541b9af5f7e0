"""The figures of an inverter: what they show, and that a reader can read them."""

from dataclasses import replace

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels
from matplotlib.collections import PolyCollection

from gbar.figures.invert.coverage import Coverage, draw_coverage, running_rms
from gbar.figures.invert.cross import CrossAnswers, draw_cross
from gbar.figures.invert.parameters import Answers, physical_error, unit_text, with_unit
from gbar.figures.invert.predictions import draw_inverter_predictions, spread_over_range
from gbar.figures.invert.range import Scores, draw_range, edges_of
from gbar.figures.invert.refine import Refined, draw_refine
from gbar.figures.invert.residuals import draw_residuals
from gbar.figures.invert.round_trip import Cells, Example, draw_round_trip
from gbar.figures.invert.scan import Trial, draw_scan
from gbar.figures.invert.sizes import PUBLISHED, Sizes, draw_sizes, medians, published_of
from gbar.figures.invert.stability import Design, draw_stability
from gbar.invert.designs.power_law import PowerLaw
from gbar.invert.traces import UnitParameter

FOUR = (("a", "1/ms", 0.01, 0.1), ("b", "1/mV", 0.1, 0.4), ("c", "mV", -80.0, -50.0), ("d", "1", 0.5, 5.0))
TEN = (
    ("gna_dend", "pS/um2", 10.0, 250.0),
    ("gna_node", "pS/um2", 15000.0, 80000.0),
    ("gna_soma", "pS/um2", 10.0, 60000.0),
    ("gkv_axon", "pS/um2", 1000.0, 5000.0),
    ("gkv_soma", "pS/um2", 100.0, 2000.0),
    ("gkm_dend", "pS/um2", 0.05, 0.2),
    ("gkca_dend", "pS/um2", 1.5, 6.0),
    ("gca_dend", "pS/um2", 0.15, 0.6),
    ("c_m", "uF/cm2", 0.3, 1.5),
    ("rm", "ohm cm2", 15000.0, 60000.0),
)
CELLS = pytest.mark.parametrize("ranges", [FOUR, TEN], ids=["4 parameters", "10 parameters"])


def answers(ranges: tuple, n: int = 500) -> Answers:
    rng = np.random.default_rng(0)
    k = len(ranges)
    true = rng.uniform(-1, 1, (n, k))
    spread = 0.1 * np.exp(rng.normal(0, 0.5, (n, k)))
    mean = true + 1.5 * spread * rng.normal(size=(n, k))
    parameters = tuple(UnitParameter(*one) for one in ranges)
    return Answers(parameters, true, mean, spread, mean - 3 * spread, mean + 3 * spread)


def assert_readable(figure) -> None:
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_units_are_written_as_papers_print_them():
    assert [unit_text(unit) for unit in ("pS/um2", "uF/cm2", "ohm cm2", "mV", "1")] == [
        "pS/µm²",
        "µF/cm²",
        "Ω\u00a0cm²",
        "mV",
        "",
    ]
    assert [with_unit("true", unit) for unit in ("mV", "1")] == ["true (mV)", "true"]


def test_an_error_of_a_unit_parameter_is_half_as_large_a_share_of_the_range():
    assert physical_error(0.1, UnitParameter("c", "mV", -80.0, -50.0)) == pytest.approx(1.5)


@CELLS
def test_each_parameter_has_a_panel_with_its_unit_and_its_error(ranges):
    shown = answers(ranges)
    figure = draw_inverter_predictions(shown)
    assert len(panels(figure)) == len(ranges)
    assert {with_unit("true", unit) for _, unit, _, _ in ranges} <= labels(figure)
    title = panels(figure)[2].get_title(loc="left")
    assert title.startswith(f"{ranges[2][0]}\nRMSE ")
    assert unit_text(ranges[2][1]) in title
    assert_readable(figure)


def test_few_traces_are_drawn_as_points_and_many_are_counted():
    def hexagons(n: int) -> list:
        return [one for one in panels(draw_inverter_predictions(answers(FOUR, n)))[0].collections
                if isinstance(one, PolyCollection)]  # fmt: skip

    assert hexagons(100) == []
    (counted,) = hexagons(1000)
    assert np.sum(counted.get_array()) == 1000


def test_the_traces_with_intervals_are_spread_over_the_true_values():
    true = np.random.default_rng(0).permutation(np.linspace(-1, 1, 81))
    assert np.sort(true[spread_over_range(true, 5)]) == pytest.approx([-1, -0.5, 0, 0.5, 1])


@CELLS
def test_the_correlations_of_residuals_are_written_in_their_cells(ranges):
    shown = answers(ranges)
    residual = shown.residual.copy()
    residual[:, 1] = -residual[:, 0]
    figure = draw_residuals(replace(shown, mean=shown.true + residual))
    matrix, errors = panels(figure)
    written = [text.get_text() for text in matrix.texts]
    assert len(written) == len(ranges) ** 2
    assert written[:2] == ["1.00", "−1.00"]
    assert "−0.00" not in written
    assert errors.texts[0].get_text() == f" {np.sqrt(np.mean(residual[:, 0] ** 2)):.3f}"
    assert_readable(figure)


def test_root_mean_squares_are_taken_over_bins_of_equally_many_traces():
    spread = np.random.default_rng(1).permutation(np.repeat([1.0, 2.0], 25))
    in_bins, error = running_rms(spread, np.where(spread == 1, 3.0, 4.0))
    assert in_bins.tolist() == [1, 2]
    assert error.tolist() == [3, 4]


@CELLS
@pytest.mark.parametrize("raw", [True, False])
def test_coverage_is_told_and_that_before_the_scaling_is_dashed_if_known(ranges, raw):
    nominal = np.array([0.5, 0.68, 0.8, 0.9, 0.95])
    observed = np.repeat(nominal[:, None] - 0.012, len(ranges), axis=1)
    figure = draw_coverage(Coverage(nominal, observed, nominal**2 if raw else None), answers(ranges))
    left, _ = panels(figure)
    assert [text.get_text() for text in left.texts] == ["88.8 % in the 90 % interval"]
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert ("all, before scaling" in told) == raw
    assert {name for name, *_ in ranges} <= set(told)
    assert_readable(figure)


def test_a_single_network_has_no_spread_and_can_be_drawn():
    nominal = np.array([0.5, 0.9])
    alone = replace(answers(FOUR), spread=np.zeros((500, 4)))
    assert_readable(draw_coverage(Coverage(nominal, np.repeat(nominal[:, None], 4, axis=1)), alone))


def own_scores() -> Scores:
    return Scores("own test traces", np.random.default_rng(0).exponential(0.45, 1000) + 0.1, 0.048)


def test_the_bins_of_scores_hold_the_threshold_and_no_single_trace_stretches_them():
    own = own_scores()
    far = replace(own, score=np.append(own.score, 1e6))
    for one in (own, far):
        edges = edges_of([one], threshold=1.6)
        assert edges[0] < 1.6 < edges[-1] < 100


@pytest.mark.parametrize("others", [[], [Scores("ballsticks", np.geomspace(0.5, 90, 300), 0.71)]])
def test_the_share_flagged_of_every_simulator_is_told(others):
    figure = draw_range(own_scores(), others, threshold=1.6, false_alarms=0.05)
    title = panels(figure)[0].get_title(loc="left")
    assert title == "threshold 1.6, set for 5.0 % false alarms; 4.8 % measured on 1\u202f000 test traces"
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told == ["own test traces: 4.8 % flagged", "ballsticks: 71.0 % flagged"][: 1 + len(others)]
    assert_readable(figure)


@CELLS
def test_every_simulator_has_a_column_of_answers_and_their_correlations(ranges):
    names = [name for name, *_ in ranges]
    mean = answers(ranges).mean
    correlation = np.corrcoef(mean.T)
    saturated = 1.2 * np.sign(mean)
    correlation_of_saturated = np.where(np.eye(len(names)) > 0, 1.0, np.nan)
    shown = [
        CrossAnswers("own", True, mean, 0.05, 0.03, correlation),
        CrossAnswers("ballsticks", False, saturated, 0.9, 1.0, correlation_of_saturated),
    ]
    figure = draw_cross(shown, names)
    assert len(panels(figure)) == 2 * (len(names) + 1)
    titles = [axes.get_title(loc="left") for axes in panels(figure)[:2]]
    assert titles == [
        "own test traces\n5.0 % flagged\n3.0 % of outputs beyond ±1",
        "ballsticks\n90.0 % flagged\n100.0 % of outputs beyond ±1",
    ]
    assert_readable(figure)


STATUSES = ("stopped_early", "completed", "unpromising", "diverged", "failed")


def trials(n: int = 60) -> list[Trial]:
    rng = np.random.default_rng(0)
    found = []
    for k, mse in enumerate(np.geomspace(0.03, 0.31, n)):
        lost = k >= n - 8
        status = STATUSES[3 + k % 2] if lost else STATUSES[k % 2]
        mse = np.nan if lost else mse
        sizes = np.exp(rng.normal(12, 1)), np.exp(rng.normal(7, 1))
        found.append(Trial(k + 1, 7 * k, status, mse, mse, 50, np.exp(rng.normal(3, 1)), *sizes, 42))
    return found


def test_the_trials_of_a_scan_are_told_apart_by_status_and_the_best_are_ringed():
    header = ["trial", "MSE", "filters"]
    rows = [["0", "0.03", "19, 28 … 55"], ["7", "0.031", "2, 4, 6"]]
    figure = draw_scan(trials(), header, rows, top=3)
    ranked = figure.subfigs[0].axes[0]
    shown = {line.get_label(): len(line.get_xdata()) for line in ranked.lines}
    assert {label: n for label, n in shown.items() if n and not label.startswith("_")} == {
        "stopped early: converged": 26,
        "ran to its last epoch": 26,
        "diverged": 4,
        "failed": 4,
    }
    assert [line.get_xdata().tolist() for line in ranked.lines if line.get_markerfacecolor() == "none"] == [[1, 2, 3]]
    assert ranked.get_title(loc="left").endswith("trials ranked; the best, trial 0: 0.03")
    assert [text.get_text() for text in ranked.texts] == ["no MSE"]
    written = [text.get_text() for text in figure.subfigs[1].axes[0].texts]
    assert sorted(written) == sorted([*header, *rows[0], *rows[1]])
    assert_readable(figure)


def test_the_seeds_of_a_design_are_counted_by_how_they_ended_and_the_golden_one_is_named():
    mse = np.array([0.03, 0.04, 0.05, np.nan])
    status = ["completed", "stopped_early", "stopped_early", "diverged"]
    designs = [Design(1, 410, status, mse, False, 0.026), Design(2, 203, status, mse, True, 0.04)]
    figure = draw_stability(designs)
    below = [label.get_text() for label in panels(figure)[0].get_xticklabels()]
    assert below == [
        "rank 1, trial 410\nmedian 0.04\n1 not converged, 1 lost",
        "rank 2, trial 203\nmedian 0.04\n1 not converged, 1 lost\ngolden",
    ]
    assert_readable(figure)


@pytest.mark.parametrize("published", [(), PUBLISHED], ids=["alone", "with published"])
def test_the_error_falls_with_the_number_of_traces_beside_the_published_points_if_there_are_any(published):
    traces = np.repeat([8000.0, 2000.0, 4000.0], 2)
    law = PowerLaw(0.05, -0.41, 0.002, 0.02)
    sizes = Sizes(frozenset("a"), traces, law(traces) * np.tile([0.9, 1.1], 3), traces / 100, law)
    assert medians(traces, sizes.minutes)[1].tolist() == [20, 40, 80]
    figure = draw_sizes(sizes, published=published)
    error, cost = panels(figure)
    lines = {line.get_label(): line for line in error.lines}
    assert ("published (2019)" in lines) == bool(published)
    (fitted,) = (line for label, line in lines.items() if "-0.41" in label)
    assert fitted.get_xdata().tolist() == [2000, 800_000 if published else 8000]
    assert fitted.get_ydata()[0] == pytest.approx(0.05 * 0.02**-0.41)
    assert cost.get_ylabel() == "minutes of a training"
    assert_readable(figure)


def test_published_points_are_of_one_cell_and_exactly_its_parameters():
    own = frozenset(name for name, *_ in TEN)
    assert published_of("mainen1996", own) == PUBLISHED
    for cell, parameters in (("mainen1996", own - {"rm"}), ("mainen1996", own | {"gca_soma"}), ("ballsticks", own)):
        assert published_of(cell, parameters) == ()


def test_traces_simulated_again_lie_over_the_held_out_ones_and_undefined_errors_are_counted():
    time_ms = np.arange(0, 180, 0.5)
    V = -65 + 100 * (np.sin(time_ms / 8) > 0.97)
    examples = [Example(f"rank {k} of 40: RMSE {k} mV, spikes 5, predicted 6", time_ms, V, V + 1) for k in range(1, 6)]
    some = np.arange(40.0)
    cells = Cells(some, 5 + some % 2, np.full(40, 5.0), np.where(some < 3, np.nan, some / 40))
    figure = draw_round_trip(cells, examples)
    rmse, spikes, intervals = figure.subfigs[1].axes
    assert rmse.get_title(loc="left") == "voltage: median 19.5"
    assert spikes.get_title(loc="left") == "spikes: 50 % exact"
    assert intervals.get_title(loc="left").endswith("\n3 of 40 undefined")
    assert {"V (mV)", "time in the window (ms)"} <= {
        text for axes in figure.subfigs[0].axes for text in (axes.get_xlabel(), axes.get_ylabel())
    }
    assert_readable(figure)


def test_cells_that_come_back_nearly_the_same_leave_axes_that_can_be_read():
    time_ms = np.arange(0, 180, 0.5)
    example = Example("rank 1 of 20: RMSE 0 mV, spikes 1, predicted 1", time_ms, 0 * time_ms, 0 * time_ms)
    one = np.ones(20)
    figure = draw_round_trip(Cells(np.arange(20.0), one, one, np.linspace(0, 1.9e-4, 20)), [example])
    assert_readable(figure)
    _, spikes, _ = figure.subfigs[1].axes
    low, high = spikes.get_xlim()
    assert [tick for tick in spikes.get_xticks() if low <= tick <= high] == [-1, 0, 1]


def test_cells_that_the_refinement_makes_worse_are_told_apart():
    before = np.linspace(0.1, 0.3, 10)
    after = before * np.where(np.arange(10) < 7, 0.3, 1.5)
    accepted = np.arange(10) > 0
    trace_after = np.where(accepted, 0.1, 1.0) * before
    figure = draw_refine(Refined(accepted, before, after, before, trace_after, np.full(10, 4.0)))
    parameters, trace = panels(figure)
    assert [len(line.get_xdata()) for line in parameters.lines[:3]] == [6, 3, 1]
    assert trace.get_title(loc="left") == "trace\nmedian 0.2 to 0.022, better in 90 %"
    assert figure.get_suptitle() == "10 held-out cells, the fits of 9 accepted; 4 s a cell (median)"
    assert_readable(figure)
