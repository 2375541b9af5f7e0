"""Spikes, the distances between trains of them and between traces, against cases worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gbar.invert.comparison import difference, features
from gbar.invert.spikes import isi_distance, spike_times, timing_error_ms
from gbar.invert.stretch import Stretch, stretch

RUN_MS = 100.0


def train(*times: float) -> np.ndarray:
    return np.array(times)


def spiking(times: np.ndarray, sample_ms: float = 0.02, begin_ms: float = 0.0, end_ms: float = 180.0) -> Stretch:
    """At -70 mV, but for triangles of 2 ms that reach 30 mV 1 ms behind each time; a window of 180 ms from 0 on."""
    t = begin_ms + np.arange(round((end_ms - begin_ms) / sample_ms) + 1) * sample_ms
    V = -70 + 100 * sum((np.clip(1 - np.abs(t - one - 1), 0, None) for one in times), start=np.zeros_like(t))
    return Stretch(V, sample_ms, begin_ms, 180.0)


def flat(V_mV: float, samples: int = 10) -> Stretch:
    return Stretch(np.full(samples, V_mV), 1.0, 0.0, samples - 1.0)


def test_a_spike_is_where_the_voltage_of_a_beat_crosses_0_mV_between_samples() -> None:
    # -40 at 1 ms, 40 at 2 ms: half-way; 20 down to 0 and up to 10 is no spike; -60 at 8 ms, 30 at 9 ms.
    V = np.array([-70, -40, 40, 20, 0, 10, 10, -60, -60, 30, -65])
    assert spike_times(V, 1.0) == pytest.approx([1.5, 8 + 2 / 3])
    assert spike_times(np.full(100, -60.0), 0.1).tolist() == []
    assert spike_times(np.full(100, np.nan), 0.1).tolist() == []


@pytest.mark.parametrize("sample_ms", [0.02, 0.04, 0.05, 0.1])
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.7])
def test_spikes_that_reset_between_two_samples_are_all_found_at_the_same_times(sample_ms: float, phase: float) -> None:
    # Much as the Izhikevich neuron: V' = 0.04 (V + 65)^2 to 35 mV, then at once -65 mV. Its highest sample may be at 6.
    since = ((np.arange(300 / sample_ms) + phase) * sample_ms) % 20.0
    V = np.where(since > 12.5, -65.0, 1 / (1 / 100 + 0.04 * np.maximum(12.5 - since, 0)) - 65)
    times = phase * sample_ms + spike_times(V, sample_ms)
    # 1 / (V + 65) falls by 0.04 a ms.
    np.testing.assert_allclose(times, 20.0 * np.arange(15) + 12.5 - (1 / 65 - 1 / 100) / 0.04, atol=0.007)


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
    same = difference(V, V, (-80, 50))
    assert (same.rmse_mV, same.spikes, same.spikes_predicted, same.timing_ms, same.isi_distance) == (0, 2, 2, 0, 0)
    lost = difference(V, replace(V, V_mV=np.full_like(V.V_mV, np.nan)), (-80, 50))
    assert lost.spikes == 2
    assert np.isnan([lost.rmse_mV, lost.timing_ms, lost.isi_distance]).all()


@pytest.mark.parametrize(("sample_ms", "begin_ms"), [(0.02, -5.0), (0.05, -0.03), (0.1, -0.07)])
def test_traces_are_compared_whatever_their_sampling_interval_and_phase(sample_ms: float, begin_ms: float) -> None:
    off = difference(spiking(train(20, 60), sample_ms, begin_ms), spiking(train(20.5, 61)), (-80, 50))
    assert (off.spikes, off.spikes_predicted, off.timing_ms) == (2, 2, pytest.approx(0.75, abs=1e-6))
    # Two triangles of 100 mV and 2 ms a shift of s apart: by hand the integral of the squared difference is
    # 10^4 (2 s^2 - s^3) for s up to 1 ms. Samples cut the corners of kinks, by an eighth of their interval.
    by_hand = np.sqrt(1e4 * ((2 * 0.25 - 0.125) + (2 - 1)) / 180)
    assert off.rmse_mV == pytest.approx(by_hand, rel=sample_ms / 8)


def test_only_what_clipping_leaves_counts_as_a_difference_of_voltages() -> None:
    assert difference(flat(-90.0), flat(-200.0), (-80, 50)).rmse_mV == 0


def test_spikes_count_where_they_begin_in_the_window_which_its_edges_do_not_hide() -> None:
    # The upstroke passes 0 mV 0.7 ms behind the foot: at -2.9, 0.1, 179.9 and 182.9 ms.
    given = spiking(train(-3.6, 0.1 - 0.7, 179.9 - 0.7, 182.2), begin_ms=-5, end_ms=185)
    np.testing.assert_allclose(given.spikes_ms, [0.1, 179.9], atol=1e-6)


def test_a_stretch_is_the_window_and_what_is_known_beside_it() -> None:
    V = np.arange(100.0)
    V[[10, 80]] = np.nan
    found = stretch(V, sample_ms=0.5, start_ms=6.1, length_ms=30.0)  # 36.1 ms is sample 72.2
    assert (found.V_mV[0], found.V_mV[-1]) == (11, 79)
    assert found.begin_ms == pytest.approx(11 * 0.5 - 6.1)
    np.testing.assert_array_equal(found.window_mV, np.arange(13.0, 73.0))
    np.testing.assert_allclose(found.time_ms, np.arange(13, 73) * 0.5 - 6.1)
    assert found.at(np.array([0.15])) == pytest.approx(12.5)


def test_features_are_those_of_a_trace_made_for_it() -> None:
    lost = replace(spiking(train(20)), V_mV=np.full(9001, np.nan))
    found = features([spiking(train(20, 60, 100), begin_ms=-5.0), spiking(train()), lost])
    # eFEL measures the peak, 1 ms behind the foot, from 1 ms on.
    assert found["time_to_first_spike"][0] == pytest.approx(20, abs=0.02)
    assert found["mean_AP_amplitude"][0] > 45  # from its threshold of -20 mV or the steepest rise up to 30 mV
    assert found["mean_frequency"][0] == pytest.approx(3 / 0.1, rel=0.01)  # spikes over the time to the last
    for of_no_spike in (found["time_to_first_spike"][1:], found["mean_AP_amplitude"][1:], found["mean_frequency"][2:]):
        assert np.isnan(of_no_spike).all()
