"""Recorded traces: what noise there is, and what may still be said."""

import numpy as np
import pytest
from tests.traces.wild import DT_MS, smooth_action_potentials

from gbar.traces.noise import level_mV
from gbar.traces.reading import find_beats, read_trace

APDS = ("apd30_ms", "apd50_ms", "apd75_ms", "apd90_ms")


def noisy(V: np.ndarray, noise_mV: float, seed: int) -> np.ndarray:
    return V + np.random.default_rng(seed).normal(0, noise_mV, len(V))


@pytest.mark.parametrize("noise_mV", [0.1, 0.3, 1.0, 3.0])
def test_the_level_of_white_noise_is_told(noise_mV: float):
    assert level_mV(noisy(smooth_action_potentials(1), noise_mV, 0), DT_MS) == pytest.approx(noise_mV, rel=0.05)


def test_a_clean_trace_and_one_in_steps_of_10_uV_have_no_noise():
    V = smooth_action_potentials(1)
    assert level_mV(V, DT_MS) == level_mV(np.round(V, 2), DT_MS) == 0


@pytest.mark.parametrize("rise_ms", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("noise_mV", [0.3, 1.0])
def test_noise_moves_apds_by_less_than_a_millisecond_and_dvdt_by_less_than_a_tenth_or_takes_them_away(
    rise_ms: float, noise_mV: float
):
    V = smooth_action_potentials(rise_ms)
    clean = find_beats(V, DT_MS, recorded=False)
    for seed in range(5):
        reading = read_trace(noisy(V, noise_mV, seed), DT_MS)
        found = reading.beats
        assert len(found) == len(clean)
        assert np.abs(found.upstroke_ms - clean.upstroke_ms).max() < 0.5
        assert np.abs(found.mdp_mV - clean.mdp_mV).max() < noise_mV
        for name in APDS:
            off = np.abs(getattr(found, name) - getattr(clean, name))
            assert np.isnan(off).all() if noise_mV == 1 else (off < 1).all()
        share = found.dvdt_max_V_s / clean.dvdt_max_V_s
        assert (np.isnan(share) | (np.abs(share - 1) < 0.1)).all()
        assert "was smoothed by local means of up to 10 ms" in reading.notes[0]


def test_a_steep_fall_keeps_its_apds_in_a_millivolt_of_noise():
    V = smooth_action_potentials(3.0)
    fast = np.repeat(V[::4], 1)  # four times as fast
    clean, found = find_beats(fast, DT_MS, recorded=False), find_beats(noisy(fast, 1.0, 3), DT_MS)
    for name in APDS:
        assert getattr(found, name) == pytest.approx(getattr(clean, name), abs=1)


def test_simulated_traces_are_never_smoothed():
    V = noisy(smooth_action_potentials(1), 0.3, 0)
    reading = read_trace(V, DT_MS, recorded=False)
    assert reading.notes == ()
