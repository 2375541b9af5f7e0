"""What a network sees of a trace is the same however the trace was sampled, and little of what is faster than it."""

import numpy as np
import pytest
from saved_traces import INTERVALS_ms, sampled

from gbar.invert.view import View

CLIP = (-80.0, 50.0)
AVERAGES = View(spanned=2000, every=20, save_every_ms=0.02, clip_mV=CLIP)  # 100 values, one each 0.4 ms
SAMPLES = View(spanned=2000, every=1, save_every_ms=0.02, clip_mV=CLIP)
BEFORE = 370  # samples before the window: 7.4 ms


def trace() -> np.ndarray:
    """A trace every 0.02 ms with spikes of one sample and resets from one to the next, around a window."""
    stream = np.random.default_rng(0)
    V = -65 + np.cumsum(stream.normal(0, 0.3, 3000))
    V[::61] = 40.0
    for reset in stream.integers(0, 3000, 40):
        V[reset:] += stream.uniform(-20, 20)
    return np.clip(V, -100, 60)


def test_at_every_1_a_network_sees_the_samples_as_published() -> None:
    V = trace()[None, BEFORE : BEFORE + 2000]
    np.testing.assert_array_equal(SAMPLES.see(V)[0], np.clip(V[0], *CLIP).astype(np.float32))
    assert (SAMPLES.samples, SAMPLES.sample_ms, SAMPLES.preprocessing) == (2000, 0.02, None)


def test_else_it_sees_a_half_of_each_value_and_a_quarter_from_half_an_interval_on_both_sides() -> None:
    V = trace()[BEFORE : BEFORE + 2000]
    c = np.clip(V, *CLIP)
    expected = 0.25 * np.append(c[0], c[10:1990:20]) + 0.5 * c[::20] + 0.25 * c[10::20]
    assert (AVERAGES.samples, AVERAGES.sample_ms) == (100, pytest.approx(0.4))
    assert AVERAGES.preprocessing == "1/4, 1/2, 1/4 of the clipped trace, half an interval apart"
    np.testing.assert_allclose(AVERAGES.see(V[None])[0], expected, atol=1e-4)


@pytest.mark.parametrize("sample_ms", INTERVALS_ms)
@pytest.mark.parametrize("before", [0, 20, BEFORE - BEFORE % 10])
def test_a_trace_sampled_at_any_of_these_intervals_is_seen_alike_down_to_its_shortest_spike(
    sample_ms: float, before: int
) -> None:
    V = trace()
    found = AVERAGES.see(sampled(V[BEFORE - before :], 0.02, sample_ms)[None], sample_ms, -before * 0.02)
    np.testing.assert_allclose(found[0], AVERAGES.see(V[None, BEFORE : BEFORE + 2000])[0], atol=1e-4)


@pytest.mark.parametrize("sample_ms", [0.0333, 0.07, 0.3, 0.4])
def test_between_samples_and_where_they_are_coarser_than_the_values_a_trace_is_straight(sample_ms: float) -> None:
    begin_ms = -sample_ms / 3
    times = begin_ms + sample_ms * np.arange(np.ceil(45 / sample_ms))
    V = np.random.default_rng(1).uniform(-75, 40, len(times))

    def at(time_ms: np.ndarray) -> np.ndarray:
        return np.interp(np.clip(time_ms, 0, AVERAGES.length_ms), times, V)

    grid = 0.4 * np.arange(100)
    expected = at(grid - 0.2) / 4 + at(grid) / 2 + at(grid + 0.2) / 4
    np.testing.assert_allclose(AVERAGES.see(V[None], sample_ms, begin_ms)[0], expected, atol=1e-4)


def test_what_is_as_fast_as_the_values_themselves_does_not_come_through_and_what_is_slow_does() -> None:
    time = 0.02 * np.arange(2000)
    for kHz, gain in ((0.05, 0.999), (1.25, 0.5), (2.4, 0.004), (2.5, 0.0), (7.5, 0.0)):
        seen = AVERAGES.see((-20 + 20 * np.cos(2 * np.pi * kHz * time))[None])[0, 1:] + 20
        expected = 20 * gain * np.cos(2 * np.pi * kHz * 0.4 * np.arange(1, 100))  # cos(pi f T / 2)^2 of it
        np.testing.assert_allclose(seen, expected, atol=0.02)


def test_what_lies_outside_of_the_window_does_not_count() -> None:
    V = trace()[None]
    other = V.copy()
    other[:, :BEFORE] = np.nan
    other[:, BEFORE + 2000 :] = 1e4
    np.testing.assert_array_equal(AVERAGES.see(other, 0.02, -7.4), AVERAGES.see(V, 0.02, -7.4))


def test_a_short_artefact_counts_by_what_clipping_leaves_of_it() -> None:
    V = trace()[None, :2000]
    V[0, 1000] = 50.0
    high = V.copy()
    high[0, 1000] = 5000.0
    np.testing.assert_array_equal(AVERAGES.see(high), AVERAGES.see(V))


def test_a_missing_voltage_is_missing_where_it_is_reached_and_nowhere_else() -> None:
    V = trace()[None, :2000]
    V[0, [1010, 1203]] = np.nan  # at 20.2 ms: half an interval from the values at 20 and 20.4 ms; between two
    assert np.flatnonzero(np.isnan(AVERAGES.see(V)[0])).tolist() == [50, 51]
