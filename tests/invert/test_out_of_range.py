"""Traces that the networks do not know are flagged, and the simulator's own about as seldom as was asked for."""

import numpy as np
import pytest
from scipy.stats import binom

from gbar.errors import UserError
from gbar.invert.out_of_range import (
    DOUBTFUL,
    IN_RANGE,
    OUT_OF_RANGE,
    Detector,
    Familiar,
    detector,
    measures,
    saturation_warnings,
    voltage_quantiles,
    whitening,
)


def own(n: int, seed: int) -> np.ndarray:
    """Measures that hang together, as they do: most traces have no saturation, and spread goes with distance."""
    stream = np.random.default_rng(seed)
    common = stream.standard_normal(n)
    saturation = np.maximum(0.02 * (common + stream.standard_normal(n) - 1), 0)
    spread = np.exp(0.5 * common + 0.3 * stream.standard_normal(n)) * 0.05
    distance = 5 + common + stream.standard_normal(n)
    voltage = np.abs(stream.standard_normal(n))
    return np.stack([saturation, spread, distance, voltage], axis=1)


@pytest.mark.parametrize("false_alarms", [0.05, 0.01])
def test_false_alarms_on_further_traces_are_as_many_as_asked_for(false_alarms: float) -> None:
    found = detector(own(4000, seed=1), false_alarms)
    n = 4000
    flagged = int(np.sum(found.score(own(n, seed=2)) > found.threshold))
    # The threshold is as uncertain as the count: both samples are of 4,000 traces, so the count varies as one of 2,000.
    lowest, highest = binom.interval(0.999, n // 2, false_alarms)
    assert 2 * lowest <= flagged <= 2 * highest


def test_false_alarms_hold_for_few_held_out_traces_on_average() -> None:
    # Over many calibrations with 100 traces the mean is at most 5 %, and not far below: ties of p make it conservative.
    shares = []
    for seed in range(300):
        found = detector(own(100, seed=2 * seed), 0.05)
        shares.append(np.mean(found.score(own(200, seed=2 * seed + 1)) > found.threshold))
    assert 0.02 < np.mean(shares) < 0.05 + 4 * np.std(shares) / np.sqrt(len(shares))


@pytest.mark.parametrize(
    ("measure", "value", "word"),
    [(0, 0.15, "beyond"), (1, 1.0, "disagree"), (2, 40.0, "features"), (3, 20.0, "voltages")],
)
def test_a_trace_far_off_in_one_respect_is_out_of_range_for_that_reason(measure: int, value: float, word: str) -> None:
    found = detector(own(500, seed=3), 0.05)
    trace = np.median(own(500, seed=3), axis=0, keepdims=True)
    assert found.verdicts(found.score(trace)) == [IN_RANGE]
    assert found.reasons(trace) == [""]
    trace[0, measure] = value
    assert found.verdicts(found.score(trace)) == [OUT_OF_RANGE]
    assert word in found.reasons(trace)[0]
    assert ";" not in found.reasons(trace)[0]


def test_the_score_grows_with_the_measure_beyond_all_held_out_traces() -> None:
    held_out = own(500, seed=4)
    found = detector(held_out, 0.05)
    traces = np.repeat(np.median(held_out, axis=0, keepdims=True), 4, axis=0)
    traces[:, 2] = held_out[:, 2].max() + np.array([-0.5, 0.5, 1.0, 20.0])
    score = found.score(traces)
    assert (np.diff(score) > 0).all()
    assert score[0] < np.log10(501) < score[1]


def test_doubtful_lies_between_in_range_and_ten_times_rarer() -> None:
    found = Detector(np.tile(np.arange(1.0, 1000.0), (4, 1)), threshold=1.5, false_alarms=0.05)
    assert found.verdicts(np.array([1.5, 1.51, 2.5, 2.51])) == [IN_RANGE, DOUBTFUL, DOUBTFUL, OUT_OF_RANGE]


def test_a_score_is_how_rare_the_rarest_measure_is_among_held_out_traces() -> None:
    # 999 held-out traces measure 1 ... 999: 10 of them and the trace itself are at least 990.
    found = Detector(np.tile(np.arange(1.0, 1000.0), (4, 1)), threshold=1.5, false_alarms=0.05)
    np.testing.assert_allclose(found.score(np.array([[1.0, 990.0, 500.0, 20.0]])), -np.log10(11 / 1000))


def test_a_calibrating_trace_that_rounding_changed_a_little_keeps_its_verdict() -> None:
    held_out = own(150, seed=8)
    found = detector(held_out, 0.05)
    for change in (1.0, 1 - 5e-4, 1 + 5e-4):  # the largest of a measure is then beyond itself, by nothing to speak of
        assert found.verdicts(found.score(held_out * change)) == [IN_RANGE] * 150


def test_networks_that_never_leave_the_range_make_any_excess_rare() -> None:
    held_out = own(500, seed=5)
    held_out[:, 0] = 0.0
    found = detector(held_out, 0.05)
    trace = np.median(held_out, axis=0, keepdims=True)
    assert found.verdicts(found.score(trace)) == [IN_RANGE]
    trace[0, 0] = 0.1
    assert found.verdicts(found.score(trace)) == [OUT_OF_RANGE]


def test_too_few_held_out_traces_for_the_share_are_told() -> None:
    with pytest.raises(UserError, match=r"held_out: 15 traces .* needs 19"):
        detector(own(15, seed=6), 0.05)


def test_measures_are_those_of_the_definition() -> None:
    # Two members, one trace, two parameters.
    members = np.array([[[1.2, 0.1]], [[1.0, 0.3]]])
    found = measures(members, np.array([[4.0, 2.0]]))
    np.testing.assert_allclose(found, [[0.2 / 4, np.sqrt((0.02 + 0.02) / 2), 4.0, 2.0]])


def test_distances_are_mahalanobis_of_the_mean_over_networks_and_of_the_voltage() -> None:
    stream = np.random.default_rng(9)
    features = stream.standard_normal((2, 4000, 3)) * [[[1.0]], [[10.0]]]
    voltages = 5 + 2 * stream.standard_normal((4000, 2))
    familiar = Familiar.with_traces(features, voltages)
    # A trace 3 deviations off in one feature of the first network and 5 in the second's; 4 deviations in its voltage.
    found = familiar.distances(np.array([[[3.0, 0, 0]], [[0, 50.0, 0]]]), np.array([[5.0, 13.0]]))
    np.testing.assert_allclose(found, [[4.0, 4.0]], rtol=0.05)


def test_a_wrong_offset_or_amplitude_is_far_in_voltage() -> None:
    stream, t = np.random.default_rng(10), np.linspace(0, 20, 400)
    V = -60 + stream.uniform(10, 20, (500, 1)) * np.sin(t)
    familiar = Familiar.with_traces(np.zeros((1, 500, 2)), voltage_quantiles(V, (-80, 50)))

    def far(V: np.ndarray) -> np.ndarray:
        return familiar.distances(np.zeros((1, len(V), 2)), voltage_quantiles(V, (-80, 50)))[:, 1]

    assert far(V).max() < 4
    assert far(V + 10).min() > 5
    assert far(-60 + 2.5 * (V + 60)).max() > 5
    # Clipped as the networks have it: what they do not see does not count.
    np.testing.assert_array_equal(far(np.full((1, 400), -80.0)), far(np.full((1, 400), -120.0)))


def test_the_plain_rule_warns_beyond_1_05_and_strongly_at_30_percent_beyond_1() -> None:
    unit = np.zeros((5, 10))
    unit[1, 0] = 1.05
    unit[2, 0] = -1.06
    unit[3, :2] = 1.01
    unit[4, :3] = -1.01
    assert saturation_warnings(unit) == ["", "", "warning", "", "strong warning"]


def test_whitened_features_are_uncorrelated_and_a_unit_that_never_fired_does_not_drown_the_others() -> None:
    stream = np.random.default_rng(7)
    features = stream.standard_normal((5000, 3)) @ np.array([[2.0, 1.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.0]])
    centre, whitener = whitening(features)
    white = (features - centre) @ whitener.T
    covariance = np.cov(white.T)
    np.testing.assert_allclose(covariance, np.diag([1.0, 1.0, 0.0]), atol=0.12)
    # The mean variance is 1.75: a dead unit that fires as the others do is some 10 deviations away, not thousands.
    assert 5 < np.linalg.norm((np.array([0.0, 0.0, 1.3]) - centre) @ whitener.T) < 15
