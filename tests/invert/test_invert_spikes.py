"""Spikes and the distances between trains of them, against cases worked out by hand."""

import numpy as np
import pytest

from gbar.invert.spikes import difference, features, isi_distance, spike_times, timing_error_ms

RUN_MS = 100.0


def train(*times: float) -> np.ndarray:
    return np.array(times)


def spiking(times: np.ndarray, sample_ms: float = 0.02, duration_ms: float = 180.0) -> np.ndarray:
    """At -70 mV, but for triangles of 2 ms that reach 30 mV 1 ms behind each time."""
    t = np.arange(round(duration_ms / sample_ms)) * sample_ms
    return -70 + 100 * sum((np.clip(1 - np.abs(t - one - 1), 0, None) for one in times), start=np.zeros_like(t))


def test_a_spike_is_where_the_voltage_crosses_10_mV_upwards_between_samples() -> None:
    # 0 at 1 ms, 40 at 2 ms: 10 mV is a quarter of the way; 20 down to 0 is no spike; at 10 mV exactly is not above.
    assert spike_times(np.array([-70, 0, 40, 20, 0, 10, 10, 50.0]), 1.0).tolist() == [1.25, 6.0]


def test_equal_trains_are_at_no_distance() -> None:
    assert isi_distance(train(10, 40, 70), train(10, 40, 70), 0, RUN_MS) == 0
    assert isi_distance(train(), train(), 0, RUN_MS) == 0


def test_the_isi_distance_is_that_worked_out_by_hand() -> None:
    # Intervals of 20 and 50 ms everywhere, edges included: 1 - 20/50.
    assert isi_distance(train(20, 40, 60, 80), train(50), 0, RUN_MS) == pytest.approx(0.6)
    # One spike at 40 (intervals 40, 60) against none (100): 40 ms of 1 - 0.4 and 60 ms of 1 - 0.6.
    assert isi_distance(train(40), train(), 0, RUN_MS) == pytest.approx(0.4 * 0.6 + 0.6 * 0.4)
    # Edges as long as their neighbours: train 45, 55 has 45, 10, 45; train 30, 80 has max(30, 50), 50, max(20, 50).
    by_hand = (45 * (1 - 45 / 50) + 10 * (1 - 10 / 50) + 45 * (1 - 45 / 50)) / 100
    assert isi_distance(train(45, 55), train(30, 80), 0, RUN_MS) == pytest.approx(by_hand)


def test_the_isi_distance_is_symmetric_and_bounded() -> None:
    stream = np.random.default_rng(0)
    for _ in range(50):
        one, other = (np.sort(stream.uniform(0, RUN_MS, stream.integers(0, 12))) for _ in range(2))
        found = isi_distance(one, other, 0, RUN_MS)
        assert 0 <= found < 1
        assert found == pytest.approx(isi_distance(other, one, 0, RUN_MS), abs=1e-12)


def test_spike_times_differ_by_the_mean_over_the_spikes_that_both_have() -> None:
    assert timing_error_ms(train(10, 20, 30), train(11, 18)) == 1.5
    assert np.isnan(timing_error_ms(train(10), train()))


def test_a_trace_differs_from_itself_by_nothing_and_from_one_that_diverged_by_what_is_not_defined() -> None:
    V = spiking(train(20, 60))
    same = difference(V, V, 0.02, (-80, 50))
    assert (same.rmse_mV, same.spikes, same.spikes_predicted, same.timing_ms, same.isi_distance) == (0, 2, 2, 0, 0)
    lost = difference(V, np.full_like(V, np.nan), 0.02, (-80, 50))
    assert lost.spikes == 2
    assert np.isnan([lost.rmse_mV, lost.timing_ms, lost.isi_distance]).all()


def test_only_what_clipping_leaves_counts_as_a_difference_of_voltages() -> None:
    assert difference(np.full(10, -90.0), np.full(10, -200.0), 1.0, (-80, 50)).rmse_mV == 0


def test_features_are_those_of_a_trace_made_for_it() -> None:
    found = features([spiking(train(20, 60, 100)), spiking(train())], 0.02)
    # eFEL measures the peak, 1 ms behind the foot, from 1 ms on.
    assert found["time_to_first_spike"][0] == pytest.approx(20, abs=0.02)
    assert found["mean_AP_amplitude"][0] > 45  # from its threshold of -20 mV or the steepest rise up to 30 mV
    assert found["mean_frequency"][0] == pytest.approx(3 / 0.1, rel=0.01)  # spikes over the time to the last
    assert np.isnan([found["time_to_first_spike"][1], found["mean_AP_amplitude"][1]]).all()
