"""Ordinal logistic regression against the published cuts, its own likelihood, and classes by majority."""

import numpy as np
import pytest
from scipy.special import expit

from gbar.drugs.risk import OrdinalModel, area_under_curve, fit, leave_one_out, majority
from gbar.errors import UserError


@pytest.mark.parametrize(
    ("intercepts", "slope", "cuts"),
    [  # Han et al. 2020: coefficients and cuts of the torsade metric score, C/F, manual and automated data
        ((20.01200, 15.66543), -292.5395, (0.06832, 0.05364)),
        ((158.4604, 135.9259), -2335.481, (0.06785, 0.05820)),
    ],
)
def test_cuts_are_those_published_for_the_coefficients(intercepts, slope, cuts):
    model = OrdinalModel(np.array(intercepts), slope)
    assert model.cuts() == pytest.approx(cuts, abs=5e-6)
    low_to_next, next_to_high = model.cuts()
    step = 1e-6
    around = np.array([low_to_next + step, low_to_next - step, next_to_high + step, next_to_high - step])
    assert model.classes(around).tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("distance", [0.5, 0.9, 1.2, 1.38])
def test_there_are_no_cuts_where_the_middle_class_is_nowhere_the_most_probable(distance: float):
    model = OrdinalModel(np.array([10.0, 10.0 - distance]), -140.0)  # intercepts nearer than ln 4
    assert set(model.classes(np.linspace(0, 0.2, 20_001)).tolist()) == {0, 2}
    with pytest.raises(UserError, match="the middle class is nowhere the most probable one"):
        model.cuts()


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Markers, and classes drawn by the model 3, -1 - 2 x."""
    rng = np.random.default_rng(seed)
    marker = rng.normal(1.0, 2.0, n)
    at_least = expit(np.add.outer(-2.0 * marker, [3.0, -1.0]))
    return marker, (rng.random((n, 1)) < at_least).sum(axis=1)


def test_the_coefficients_that_classes_were_drawn_by_are_found_again():
    model = fit(*drawn(40_000, 0))
    assert model.intercepts == pytest.approx([3, -1], abs=0.06)
    assert model.slope == pytest.approx(-2, abs=0.04)


def test_no_coefficients_near_the_fitted_ones_are_likelier():
    marker, classes = drawn(300, 1)
    best = fit(marker, classes)

    def likelihood(intercepts, slope):
        return np.log(OrdinalModel(intercepts, slope).probabilities(marker)[np.arange(300), classes]).sum()

    top = likelihood(best.intercepts, best.slope)
    for change in np.random.default_rng(2).normal(0, 0.02, (200, 3)):
        assert likelihood(best.intercepts + change[:2], best.slope + change[2]) <= top + 1e-9


def test_a_marker_in_other_units_gives_the_same_classes():
    marker, classes = drawn(500, 3)
    np.testing.assert_array_equal(
        fit(marker, classes).classes(marker), fit(1e-3 * marker, classes).classes(1e-3 * marker)
    )


def test_classes_that_the_marker_parts_without_an_error_have_no_best_slope():
    with pytest.raises(UserError, match="parts them without an error"):
        fit(np.arange(9.0), np.repeat([0, 1, 2], 3))


@pytest.mark.parametrize("classes", [[], [0, 0, 0], [0, 2, 2]])
def test_each_class_must_have_samples(classes):
    with pytest.raises(UserError, match="classes of risk"):
        fit(np.arange(float(len(classes))), np.array(classes, int))


def test_a_drug_that_is_left_out_is_judged_by_the_others():
    marker = np.concatenate([np.linspace(0, 1, 40), np.linspace(0.8, 2, 40), np.linspace(1.7, 3, 40), [5.0] * 10])
    classes = np.concatenate([np.repeat([0, 1, 2], 40), [0] * 10])
    drug = np.repeat(["a", "b", "c", "d", "e", "f", "g"], [20, 20, 20, 20, 20, 20, 10])
    found = leave_one_out(marker, classes, drug).argmax(axis=1)
    assert set(found[drug == "g"]) == {2}  # by its marker it is dangerous, and its own label does not count
    others = drug != "g"
    votes = majority(leave_one_out(marker[others], classes[others], drug[others]).argmax(axis=1), drug[others])
    assert (votes["a"], votes["f"]) == (0, 2)


def test_of_as_many_votes_the_more_dangerous_class_counts():
    assert majority(np.array([0, 1, 1, 0, 2]), ["a", "a", "b", "b", "b"]) == {"a": 1, "b": 2}


def test_the_area_under_the_curve_is_the_share_of_pairs_in_the_right_order():
    assert area_under_curve(np.array([3, 2, 2, 1]), np.array([True, True, False, False])) == 3.5 / 4
    assert np.isnan(area_under_curve(np.array([1.0]), np.array([True])))
