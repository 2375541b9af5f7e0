"""Intervals hold as often as they say, and are as wide as the spread tells them to be."""

import numpy as np
import pytest
from scipy.stats import beta

from gbar.errors import UserError
from gbar.invert.calibration import LEAST_SPREAD, LEVELS, Calibration, calibrate, spread_of, upper_quantile


def residuals(stream: np.random.Generator, n: int, scale: np.ndarray | float = 1.0) -> np.ndarray:
    """Heavy tails and a bias: nothing that a normal distribution would tell."""
    return scale * (0.3 + stream.standard_t(3, (n, 2)))


def test_a_factor_is_the_order_statistic_of_the_finite_sample_correction() -> None:
    # Ratios 1, 2 ... 19: the highest level that 19 traces allow is 19/20, and takes the largest.
    ratio = np.random.default_rng(0).permutation(np.arange(1.0, 20.0))[:, None]
    found = calibrate(ratio * 0.1, np.full_like(ratio, 0.1))
    # ceil(20 p) for 50, 68, 80, 90 and 95 %: written by hand.
    np.testing.assert_allclose(found.factors[:, 0], [10, 14, 16, 18, 19], rtol=1e-12)


def test_eighteen_traces_are_too_few_for_95_percent() -> None:
    with pytest.raises(UserError, match=r"held_out: 18 traces .* level of 0\.95, which needs 19"):
        calibrate(np.ones((18, 1)), np.ones((18, 1)))


@pytest.mark.parametrize("n", [19, 39, 99])
def test_coverage_over_many_calibrations_is_the_level_to_within_one_over_n_plus_1(n: int) -> None:
    # Theory: over calibrations the coverage of a further trace is Beta(rank, n + 1 - rank), of mean rank / (n + 1).
    stream, trials, further = np.random.default_rng(n), 4000, 25
    covered = np.zeros(len(LEVELS))
    for _ in range(trials):
        found = calibrate(residuals(stream, n), np.ones((n, 2)))
        covered += found.coverage(residuals(stream, further), np.ones((further, 2))).mean(axis=1)
    covered /= trials
    ranks = np.ceil(np.round((n + 1) * np.array(LEVELS), 9))
    expected = ranks / (n + 1)
    assert ((expected >= np.array(LEVELS) - 1e-12) & (expected < np.array(LEVELS) + 1 / (n + 1))).all()
    # Two independent parameters, each with the spread between calibrations and the binomial one within.
    between = beta.var(ranks, n + 1 - ranks)
    error = np.sqrt((between + expected * (1 - expected) / further) / (2 * trials))
    assert (np.abs(covered - expected) < 4 * error).all()


def test_where_the_spread_tells_of_the_error_intervals_follow_it_and_hold_for_either_kind_of_trace() -> None:
    stream, n = np.random.default_rng(1), 4000

    def traces() -> tuple[np.ndarray, np.ndarray]:
        spread = np.where(stream.random((n, 2)) < 0.5, 0.02, 0.4)
        return residuals(stream, n, 2.5 * spread), spread

    found = calibrate(*traces())
    residual, spread = traces()
    for level in LEVELS:
        low, high = found.interval(np.zeros_like(residual), spread, level)
        assert np.median((high - low)[spread == 0.4]) > 19 * np.median((high - low)[spread == 0.02])
        inside = (low <= residual) & (residual <= high)
        for kind in (0.02, 0.4):
            share = inside[spread == kind].mean()
            error = np.sqrt(level * (1 - level) * (1 / (2 * n) + 1 / np.sum(spread == kind)))
            assert abs(share - level) < 4 * error


def test_members_that_agree_by_chance_do_not_claim_certainty() -> None:
    found = calibrate(np.linspace(0, 0.01, 100)[:, None], np.zeros((100, 1)))
    # The 91st smallest of 100 errors, over the least spread and times it again.
    np.testing.assert_allclose(found.half_width(np.zeros((1, 1)), 0.9), [[0.01 * 90 / 99]])
    np.testing.assert_allclose(found.factors[3], 0.01 * 90 / 99 / LEAST_SPREAD)


def test_a_calibration_comes_back_from_plain_data_and_refuses_other_levels() -> None:
    found = calibrate(residuals(np.random.default_rng(2), 50), np.ones((50, 2)))
    again = Calibration.from_json(found.as_json())
    np.testing.assert_array_equal(again.factors, found.factors)
    assert (again.levels, again.traces) == (LEVELS, 50)
    with pytest.raises(UserError, match=r"level: 0\.99 .* one of 0\.5, 0\.68, 0\.8, 0\.9, 0\.95"):
        again.half_width(np.ones((1, 2)), 0.99)


def test_the_quantile_of_a_vector_is_one_of_its_values() -> None:
    assert upper_quantile(np.arange(100.0)[::-1], 0.95) == 95  # the 96th smallest of 100


def test_one_member_has_no_spread_and_two_have_that_of_a_sample() -> None:
    members = np.array([[[0.0]], [[2.0]]])
    assert spread_of(members[:1]) == 0
    assert spread_of(members) == pytest.approx(np.sqrt(2))
