"""Statistics of classes against closed forms and cases counted by hand."""

import numpy as np
import pytest
from scipy.stats import norm

from gbar.drugs.judge import Predicted, judge, likelihood_ratios, pairs_in_order
from gbar.drugs.risk import Steps, area_under_curve, fit_or_part

TRUE, FALSE = True, False


@pytest.mark.parametrize("distance", [0.0, 0.5, 1.0, 2.0])
def test_of_two_normal_scores_the_area_is_that_of_the_closed_form(distance: float):
    # Of unit normals so far apart it is the normal distribution function at distance / sqrt(2).
    steps = norm.ppf((np.arange(2000) + 0.5) / 2000)
    scores, positive = np.concatenate([steps, steps + distance]), np.repeat([FALSE, TRUE], 2000)
    assert area_under_curve(scores, positive) == pytest.approx(norm.cdf(distance / np.sqrt(2)), abs=1e-4)


def test_likelihood_ratios_are_those_of_a_table_by_hand():
    # 4 positive, of which 3 are called so; 5 negative, of which 1 is.
    positive = np.array([TRUE] * 4 + [FALSE] * 5)
    called = np.array([TRUE, TRUE, TRUE, FALSE, TRUE, FALSE, FALSE, FALSE, FALSE])
    assert likelihood_ratios(called, positive) == pytest.approx((0.75 / 0.2, 0.25 / 0.8))
    assert likelihood_ratios(positive, positive) == (np.inf, 0)
    assert np.isnan(likelihood_ratios(called, np.ones(9, bool))).all()


def test_pairs_of_one_class_are_ordered_by_probability_and_those_of_known_drugs_do_not_count():
    truth, classes = np.array([0, 1, 2, 2]), np.array([1, 1, 2, 1])
    probabilities = np.array([[0.3, 0.5, 0.2], [0.2, 0.5, 0.3], [0.0, 0.1, 0.9], [0.25, 0.5, 0.25]])
    # (1,0) by P(low): right; (2,0), (2,1) by class: right; (3,0) by P(low): right; (3,1) by P(low): wrong.
    nobody = np.zeros(4, bool)
    assert pairs_in_order(classes, probabilities, truth, nobody) == 4 / 5
    assert pairs_in_order(classes, probabilities, truth, np.array([FALSE, TRUE, FALSE, TRUE])) == 1
    assert np.isnan(pairs_in_order(classes, probabilities, truth, ~nobody))


def test_two_drugs_that_are_called_high_are_ordered_by_their_probability_of_it():
    probabilities = np.array([[0.0, 0.4, 0.6], [0.1, 0.1, 0.8]])
    assert pairs_in_order(np.array([2, 2]), probabilities, np.array([1, 2]), np.zeros(2, bool)) == 1


def predicted(samples: dict[str, list[int]]) -> Predicted:
    """Samples of drugs that are surely of these classes."""
    classes = np.concatenate(list(samples.values()))
    drug = np.repeat(list(samples), [len(one) for one in samples.values()])
    return Predicted(drug, classes.astype(float), np.eye(3)[classes])


def test_drugs_are_counted_by_majority_and_errors_by_sample():
    found = judge(
        predicted({"a": [0, 0, 1], "b": [1, 1, 1, 2], "c": [1, 1, 2]}),
        {"a": 0, "b": 1, "c": 2},
        ["a", "b", "c"],
        [],
        draws=20,
        seed=0,
    )
    assert found.right == 2
    assert found.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert found.values["mean_error"] == pytest.approx((1 / 3 + 1 / 4 + 2 / 3) / 3)


def test_a_single_sample_of_each_drug_leaves_no_interval_over_samples():
    one = predicted({"a": [0], "b": [1], "c": [1], "d": [2]})
    truth = {"a": 0, "b": 1, "c": 2, "d": 2}
    found = judge(one, truth, list(truth), [], draws=50, seed=0)
    assert found.over_samples["mean_error"] == [0.25, 0.25]
    low, high = found.over_drugs["mean_error"]
    assert low < 0.25 < high


def test_the_interval_over_drugs_is_that_of_the_binomial_where_each_is_right_or_wrong():
    # 40 drugs, 10 of them one class off: the share of wrong ones of 40 drawn is binomial.
    names = [f"{k:02d}" for k in range(40)]
    one = predicted({name: [int(k % 2 == 0) if k < 20 else k % 2] for k, name in enumerate(names)})
    truth = {name: k % 2 for k, name in enumerate(names)}
    wrong = [truth[name] != int(one.classes[k]) for k, name in enumerate(names)]
    found = judge(one, truth, names, [], draws=4000, seed=3)
    deviation = np.sqrt(np.mean(wrong) * (1 - np.mean(wrong)) / 40)
    low, high = found.over_drugs["mean_error"]
    assert (high - low) / (2 * 1.96 * deviation) == pytest.approx(1, abs=0.1)


def test_drugs_that_the_model_knows_count_in_pairs_only():
    one = predicted({"known": [2], "a": [0], "b": [1]})
    found = judge(one, {"known": 0, "a": 0, "b": 1}, ["a", "b"], ["known"], draws=5, seed=0)
    assert (found.right, found.confusion.sum(), found.values["mean_error"]) == (2, 2, 0)
    assert found.values["pairwise"] == 1 / 2  # b above a, but below the one that is known


@pytest.mark.parametrize("sign", [1, -1])
def test_a_marker_that_parts_the_classes_is_cut_midway(sign: int):
    marker, classes = sign * np.array([0.0, 1.0, 3.0, 4.0, 8.0]), np.array([0, 0, 1, 1, 2])
    model = fit_or_part(marker, classes)
    assert isinstance(model, Steps)
    assert model.cuts() == pytest.approx([sign * 2, sign * 6])
    assert model.probabilities(sign * np.array([1.9, 2.1, 5.9, 6.1])).argmax(axis=1).tolist() == [0, 1, 1, 2]
