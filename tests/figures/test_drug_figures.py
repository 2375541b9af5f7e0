"""The figures of drugs: dose-response, action potentials under doses, the ladder of scores, populations."""

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from gbar.figures.drugs.doses import Curve, Doses, draw_doses
from gbar.figures.drugs.ladder import Ladder, Rung, Side, draw_ladder
from gbar.figures.drugs.looks import COLOURS, by_risk, left_out
from gbar.figures.drugs.population import Calibrated, Population, draw_population
from gbar.figures.drugs.under import Under, UnderDrug, draw_under

RISKS = ("high", "intermediate", "low", "")


def curve(drug: str, risk: str, dose: np.ndarray, ead: float = 0, stuck: float = 0) -> Curve:
    median = 300 + 20 * np.log(dose)
    shares = np.zeros((2, len(dose)))
    shares[:, -1] = ead, stuck
    return Curve(drug, risk, dose, median, median - 10, median + 15, *shares)


def shown(curves: list[Curve], is_Cmax: bool = True) -> Doses:
    return Doses(curves, is_Cmax, (300.0, np.nan, np.nan), f"{len(curves)} drugs")


def texts_of(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def is_legible(figure: Figure) -> bool:
    assert overlapping(figure) == []
    assert outside(figure) == []
    return True


def test_a_panel_has_the_median_in_the_colour_of_the_class_its_band_and_the_control():
    dose = np.array([1.0, 2.0, 3.0, 4.0])
    figure = draw_doses(shown([curve("dofetilide", "high", dose), curve("other", "", dose)]))
    first, other = panels(figure)
    assert [axes.get_title(loc="left") for axes in (first, other)] == ["dofetilide", "other"]
    control, median = first.lines
    assert set(control.get_ydata()) == {300.0}
    np.testing.assert_allclose(median.get_xydata(), np.column_stack([dose, 300 + 20 * np.log(dose)]))
    assert (median.get_color(), other.lines[1].get_color()) == (COLOURS["high"], COLOURS[""])
    band = first.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == pytest.approx((290, 315 + 20 * np.log(4)))
    assert labels(figure) == {"APD90 (ms)", "dose (× Cmax)"}
    assert first.get_xscale() == "linear"
    assert is_legible(figure)


def test_the_share_of_abnormal_rows_hangs_from_the_top_in_its_two_kinds_and_is_written():
    dose = np.array([1.0, 10.0, 100.0])
    figure = draw_doses(shown([curve("quinidine", "high", dose, ead=0.25, stuck=0.5), curve("b", "low", dose)]))
    first, clean = panels(figure)
    assert texts_of(first) == ["75"]
    assert texts_of(clean) == []
    stuck, ead = (bar.get_segments()[0] for bar in first.collections[-2:])
    assert np.ptp(stuck[:, 1]) == pytest.approx(2 * np.ptp(ead[:, 1]))
    assert stuck[0, 0] == ead[0, 0] == 100
    assert first.get_xscale() == "log"
    assert is_legible(figure)


def test_a_dose_at_which_no_row_repolarises_normally_has_no_median():
    one = curve("a", "high", np.array([1.0, 2.0, 4.0]), stuck=1.0)
    gone = np.array([True, True, False])
    hidden = (np.where(gone, values, np.nan) for values in (one.median, one.low, one.high))
    figure = draw_doses(shown([Curve(one.drug, one.risk, one.dose, *hidden, one.ead, one.stuck)]))
    (axes,) = panels(figure)
    assert np.isfinite(axes.lines[1].get_ydata()).tolist() == [True, True, False]
    assert texts_of(axes) == ["100"]


@pytest.mark.parametrize(("n", "doses"), [(1, [30.0]), (5, [1.0, 4.0]), (28, [1.0, 2.0, 3.0, 4.0]), (41, [1, 10, 100])])
def test_a_full_page_of_drugs_is_legible(n: int, doses: list[float]):
    names = [f"{'a name of ' * (k % 5)}chlorpromazine" for k in range(n)]
    curves = [
        curve(name, RISKS[k % 4], np.array(doses, float), ead=0.4 * (k % 2), stuck=0.6 * (k % 3 == 0))
        for k, name in enumerate(names)
    ]
    figure = draw_doses(shown(curves))
    titles = [axes.get_title(loc="left") for axes in panels(figure)]
    assert titles[0] == "chlorpromazine"
    assert all(name.startswith(title.rstrip("…")) for name, title in zip(names, titles, strict=True))
    assert is_legible(figure)


def test_drugs_in_nM_have_axes_of_their_own():
    curves = [curve("a", "high", np.array([2.0, 4.0])), curve("b", "low", np.array([300.0, 9000.0]))]
    first, second = panels(figure := draw_doses(shown(curves, is_Cmax=False)))
    assert (first.get_xscale(), second.get_xscale()) == ("linear", "log")
    assert "dose (nM)" in labels(figure)
    assert is_legible(figure)


def test_too_many_drugs_are_thinned_evenly_over_the_classes_and_the_title_says_so():
    risk = {f"d{k}": RISKS[k % 4] for k in range(40)}
    names = by_risk(risk, 8)
    assert [risk[name] for name in names] == [one for one in RISKS for _ in range(2)]
    assert left_out(names, 40) == "8 of 40 drugs, spread over the classes"
    assert left_out(by_risk(risk, 40), 40) == "40 drugs"


@pytest.mark.parametrize("n", [1, 4, 12])
def test_each_dose_is_a_trace_over_the_control_and_abnormal_ones_are_dashed(n: int):
    time_ms = np.linspace(-30, 900, 50)
    V_mV = np.array([-85 + 110 * np.exp(-time_ms.clip(0) / tau) for tau in (200, 300, 900)])
    dose, is_abnormal = np.array([1.0, 4.0, 30.0]), np.array([False, False, True])
    drugs = [UnderDrug(f"drug{k}", RISKS[k % 4], dose, V_mV, is_abnormal) for k in range(n)]
    figure = draw_under(Under(time_ms, V_mV[0] - 5, drugs, True, f"a cell: {n} drugs"))
    assert len(panels(figure)) == n
    control, *traces = panels(figure)[0].lines
    np.testing.assert_array_equal(control.get_ydata(), V_mV[0] - 5)
    assert [line.get_linestyle() for line in traces] == ["-", "-", "--"]
    assert len({to_rgba(line.get_color()) for line in traces}) == 3
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["control", "1 × Cmax", "4 × Cmax", "30 × Cmax", "abnormal"]
    assert is_legible(figure)


def ladder(n: int, sides: int = 2) -> Ladder:
    """A ladder of n drugs, of which the first is wrong."""
    risks = [RISKS[3 * k // n] for k in range(n)]
    rungs = [Rung(f"chlorpromazine{k}", risk, ("training", "validation", "")[k % 3]) for k, risk in enumerate(risks)]
    median = np.linspace(0.04, 0.08, n)
    predicted = ["low", *risks[1:]]
    one = Side(
        "qNet (C/F),\nmean at 1, 2, 3, 4 × Cmax",
        f"qNet: {n - 1} of {n} right,\n20 by leave-one-out",
        median,
        median - 0.003,
        median + 0.002,
        predicted,
        np.array([0.054, 0.068]),
        ("high", "intermediate", "low"),
    )
    return Ladder(rungs, [one] * sides, f"{n} drugs of known risk")


def test_a_drug_has_its_interval_and_a_hollow_mark_where_its_class_is_wrong():
    figure = draw_ladder(ladder(9))
    axes, beside = panels(figure)
    interval, mark, given = axes.lines[:3]
    assert interval.get_xdata() == pytest.approx([0.037, 0.042])
    assert (mark.get_markerfacecolor(), mark.get_markeredgecolor()) == ("white", COLOURS["high"])
    assert given.get_color() == COLOURS["low"]
    assert axes.lines[4].get_markerfacecolor() == COLOURS["high"]  # the second drug is right
    assert [mark.get_marker(), axes.lines[4].get_marker()] == ["o", "D"]
    assert [line.get_xdata()[0] for line in axes.lines[-2:]] == [0.054, 0.068]
    assert beside.get_title(loc="left") == "qNet: 8 of 9 right,\n20 by leave-one-out"


def test_classes_are_apart_and_each_region_between_cuts_has_the_colour_of_its_class():
    axes, _ = panels(draw_ladder(ladder(9)))
    heights = [line.get_ydata()[0] for line in axes.lines if len(line.get_xdata()) == 2][:9]
    assert np.diff(heights).tolist() == [1, 1, 2, 1, 1, 2, 1, 1]
    regions = [patch.get_facecolor()[:3] for patch in axes.patches]
    assert regions == [to_rgba(COLOURS[risk])[:3] for risk in ("high", "intermediate", "low")]


@pytest.mark.parametrize(("n", "sides"), [(4, 1), (28, 2), (41, 2)])
def test_a_full_ladder_is_legible(n: int, sides: int):
    assert is_legible(draw_ladder(ladder(n, sides)))


def calibrated(name: str, unit: str, low: float, high: float, seed: int = 0) -> Calibrated:
    values = np.random.default_rng(seed).normal(300, 40, 500)
    accepted = values[(values >= low) & (values <= high)]
    return Calibrated(name, "", unit, values, accepted, low, high, len(values) - len(accepted))


def test_accepted_candidates_are_within_the_band_and_the_panel_says_how_many_it_rejects():
    one = calibrated("APD90", "ms", 270.0, 330.0)
    figure = draw_population(Population([one], "260 of 500 candidates are accepted"))
    (axes,) = panels(figure)
    assert axes.get_title(loc="left") == f"270 to 330: rejects {one.rejected}"
    assert labels(figure) == {"candidates", "APD90 (ms)"}
    grey, blue = axes.containers
    assert sum(bar.get_height() for bar in grey) == 500
    assert sum(bar.get_height() for bar in blue) == len(one.accepted)
    # The ends of the range are edges of bins, so that no bar of accepted ones reaches beyond.
    full = [bar for bar in blue if bar.get_height()]
    assert full[0].get_x() >= 270 - 1e-9
    assert full[-1].get_x() + full[-1].get_width() <= 330 + 1e-9
    assert [line.get_xdata()[0] for line in axes.lines] == [270, 330]


def test_a_range_far_beyond_the_candidates_does_not_stretch_the_panel():
    (axes,) = panels(draw_population(Population([calibrated("dV/dt max", "V/s", 150.0, 10_000.0)], "")))
    assert axes.get_xlim()[1] < 600


def test_candidates_that_are_all_alike_can_be_drawn():
    same = np.full(20, -86.0)
    figure = draw_population(Population([Calibrated("MDP", "", "mV", same, same, -95.0, -80.0, 0)], ""))
    assert sum(bar.get_height() for bar in panels(figure)[0].containers[1]) == 20


@pytest.mark.parametrize("n", [1, 4, 9, 18])
def test_a_full_table_of_ranges_is_legible(n: int):
    named = [calibrated("Cai duration 90", "ms", 220.0, 330.0, seed) for seed in range(n)]
    assert is_legible(draw_population(Population(named, "260 of 500 candidates are accepted")))
