"""Beats of paced cells, of voltages made up."""

import numpy as np
import pytest

from gbar.config.gating import CELL, PacedSection
from gbar.gating.beats import apd90_ms, follows_one_to_one, held_out_runs
from gbar.gating.data import Paced, split

REST_mV, PEAK_mV, FALL_ms = -85.0, 35.0, 100.0


def paced(cycle_ms: float, plateau_ms: float, samples: int = 2000, without: int | None = None) -> np.ndarray:
    """Return beats that jump up 1 ms after each stimulus, stay and fall in a straight line; perhaps one is missing."""
    t = np.arange(samples, dtype=float)
    beat, phase = np.divmod(t - 11.0, cycle_ms)
    V = np.interp(phase, [0, plateau_ms, plateau_ms + FALL_ms], [PEAK_mV, PEAK_mV, REST_mV])
    return np.where((beat < 0) | (beat == without), REST_mV, V)


def test_apd90_is_that_of_the_beats_behind_the_first_ms():
    V = np.concatenate([paced(400, 100)[:1200], paced(400, 200)[1200:]])
    cycle = np.array([400.0])
    expected = 200 + 0.9 * FALL_ms + 0.5  # from amid the interval of the upstroke
    np.testing.assert_allclose(apd90_ms(V[None], cycle, 1200), expected)
    np.testing.assert_allclose(apd90_ms(V[None], cycle, 0), [expected - 75])


def test_apd90_is_undefined_where_a_beat_is_missing_or_does_not_repolarise():
    V = np.stack([paced(400, 100), paced(400, 100, without=3), paced(400, 350), np.full(2000, -20.0)])
    found = apd90_ms(V, np.full(4, 400.0), 400)
    np.testing.assert_array_equal(np.isnan(found), [False, True, True, True])
    assert np.isnan(apd90_ms(V[:1], np.array([400.0]), 1300))


def test_a_cell_that_is_not_at_rest_before_a_stimulus_does_not_follow_one_to_one():
    V = np.stack([paced(400, 100), paced(400, 350)])
    np.testing.assert_array_equal(follows_one_to_one(V, np.full(2, 400.0), 0), [True, False])
    # Both are at rest before the first stimulus, which alone counts here.
    np.testing.assert_array_equal(follows_one_to_one(V[:, :415], np.full(2, 400.0), 0), [True, False])
    np.testing.assert_array_equal(follows_one_to_one(V[:, :400], np.full(2, 400.0), 0), [True, True])


@pytest.mark.parametrize("spoilt", ["control", "altered"])
def test_runs_that_one_of_the_cells_does_not_follow_are_not_judged_on(spoilt: str):
    settings = PacedSection(shortest_ms=400, longest_ms=500, every_ms=10, duration_ms=2000, first_ms=500, slices=1000)
    lengths = settings.cycle_lengths_ms

    def cell(lost: int | None) -> Paced:
        states = np.zeros((len(CELL.states), len(lengths), 2000), np.float32)
        V = [paced(length, 390 if run == lost else 100) for run, length in enumerate(lengths)]
        states[CELL.state_names.index("V")] = V
        return Paced(states, np.zeros((len(CELL.states), 2)), lengths, np.ones(len(CELL.currents)), "")

    validation = sorted(split(settings)[1])
    cells = {name: cell(validation[1] if name == spoilt else None) for name in ("control", "altered")}
    np.testing.assert_array_equal(
        held_out_runs(cells["control"], cells["altered"], settings), [validation[0], *validation[2:]]
    )
