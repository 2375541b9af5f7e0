"""Many beats without their traces: as beat after beat, leaps where the course is plain, a stop when settled."""

from types import SimpleNamespace

import numpy as np
import pytest

from gbar import cells, stimuli
from gbar.config.explain import checked
from gbar.config.protocol import ProtocolSection
from gbar.errors import UserError
from gbar.solve import DIVERGED, OK, SolverSettings, pacing, solve_rows
from gbar.solve.dense import integral, on_grid
from gbar.solve.pacing import STRETCH, Paced, Pacing, Settled, durations, leap, pace

CELL = cells.get("tentusscher2004")
CYCLE_MS = 1000.0
SETTINGS = SolverSettings(rtol=1e-6)


def stimulus(beats: int, _=None):
    section = checked(ProtocolSection, {"stimulus": {"kind": "pacing", "cycle_length_ms": CYCLE_MS}})
    return stimuli.build(section.stimulus_of(CELL), CELL.stimulus, beats * CYCLE_MS, [0])


def paced(values: dict, beats: int, **options) -> Paced:
    return pace(CELL, values, Pacing(CYCLE_MS, beats, **options), stimulus, SETTINGS)


@pytest.fixture(scope="module", name="factors")
def _factors() -> dict[str, np.ndarray]:
    return {"gKr": np.array([1.0, 0.5, 1.5, 1.0]), "gCaL": np.array([1.0, 1.0, 1.0, 0.6])}


@pytest.fixture(scope="module", name="full")
def _full(factors) -> Paced:
    return paced(factors, 240)


def modes(count: int) -> np.ndarray:
    """States that approach their limits by two modes, of 0.97 and 0.995 a stretch."""
    k = np.arange(count)[:, None]
    return np.array([10.0, 140, 1e-4]) + [0.3, -0.3, 2e-6] * 0.97**k + [-0.1, 0.1, 1e-6] * 0.995**k


def test_a_leap_over_two_modes_lands_where_they_lead():
    states = modes(60)
    np.testing.assert_allclose(leap(states[:7], 40), states[46], rtol=1e-6)


def test_a_leap_keeps_every_sum_that_its_states_keep():
    states = modes(7)
    assert leap(states, 30)[:2].sum() == pytest.approx(states[0, :2].sum(), rel=1e-12)


def test_nothing_is_foretold_of_states_that_go_to_and_fro():
    assert leap(10 + np.random.default_rng(2).normal(size=(7, 3)), 10) is None
    assert leap(10 + np.array([[0.0], [1], [0], [1], [0], [1], [0]]), 10) is None


def test_states_that_stand_still_stay():
    states = np.tile([10.0, 140, 1e-4], (7, 1))
    np.testing.assert_array_equal(leap(states, 10), states[0])


def test_a_duration_is_from_the_start_of_the_beat_to_the_last_fall_through_90_percent():
    falls = np.interp(np.arange(500), [0, 10, 210, 499], [-80, 20, -80, -80])
    late = np.interp(np.arange(500), [0, 10, 499], [-80, 20, 0])
    V = np.concatenate([falls, late])[None]
    assert durations(V, 2)[0, 0] == pytest.approx(190.0)
    assert np.isnan(durations(V, 2)[0, 1])


def test_an_integral_is_that_of_the_cubics_between_steps():
    t = np.array([0, 0.3, 1.0, 1.0, 2.5])  # a step of no length, as where a stimulus changes
    y, dy = t**3 - t, 3 * t**2 - 1
    for first in (0.0, 0.2, 0.3, 1.0, 1.7):
        exact = (2.5**4 / 4 - 2.5**2 / 2) - (first**4 / 4 - first**2 / 2)
        assert integral(t, y, dy, first) == pytest.approx(exact, rel=1e-12)


def test_a_row_that_leaps_to_the_end_shortens_no_stretch_of_one_that_does_not(monkeypatch):
    beats = 25 * STRETCH + 2
    fall = np.interp(np.arange(CYCLE_MS), [0, 10, 210, CYCLE_MS], [-80, 20, -80, -80])
    taken: list[tuple[int, int]] = []

    def solved(cell, scale, parameter, duration_ms, *_, initial, **__):
        count = round(duration_ms / CYCLE_MS)
        taken.append((len(initial), count))
        # The states of one row decay, those of the other jump about.
        after = np.where((scale["gKr"] == 1)[:, None], CELL.initial + (initial - CELL.initial) * 0.99**count, initial)
        wild = scale["gKr"] == 2
        after[wild] = (7.3 * initial[wild] + 0.37 * np.arange(initial.shape[1]) + 0.1) % 1.0
        return SimpleNamespace(
            traces={"V": np.tile(fall, (len(initial), count))}, final_state=after, status=np.zeros(len(initial), int)
        )

    monkeypatch.setattr(pacing, "solve_rows", solved)
    found = paced({"gKr": np.array([1.0, 2.0])}, beats, leaping=True)
    assert found.simulated[0] < found.simulated[1] == beats
    assert [count for _, count in taken] == [STRETCH] * 25 + [2]
    assert taken[-1] == (2, 2)


@pytest.mark.slow
def test_pacing_in_stretches_is_pacing_in_one_go(factors):
    beats = 2 * STRETCH + 3
    whole = solve_rows(CELL, factors, {}, beats * CYCLE_MS, 1.0, SETTINGS, stimulus=stimulus(beats))
    found = paced(factors, beats)
    # Steps fall differently; the tolerance of a step is 1e-6.
    np.testing.assert_allclose(found.states, whole.final_state, rtol=1e-4, atol=1e-6)
    assert found.beats.tolist() == found.simulated.tolist() == [beats] * 4
    assert np.all(found.status == OK)


@pytest.mark.slow
def test_leaps_end_where_full_pacing_does_at_less_than_half_the_beats(factors, full):
    found = paced(factors, 240, leaping=True)
    assert np.all(found.beats == 240)
    assert np.all(found.simulated < 120)
    concentrations = [k for k, state in enumerate(CELL.states) if state.kind == "concentration"]
    # Full pacing is up to 5 % off 100 beats before its end.
    np.testing.assert_allclose(found.states[:, concentrations], full.states[:, concentrations], rtol=5e-3)
    last = [
        durations(
            solve_rows(CELL, factors, {}, 2 * CYCLE_MS, 1.0, SETTINGS, stimulus=stimulus(2), initial=one.states).traces[
                "V"
            ],
            2,
        )
        for one in (found, full)
    ]
    np.testing.assert_allclose(*last, atol=0.5)


@pytest.mark.slow
def test_each_row_stops_when_it_has_settled_and_is_as_it_would_be_alone(factors):
    options = {"settled": Settled(apd90_ms=0.2, concentration=5e-4)}
    found = paced(factors, 240, **options)
    assert len(set(found.beats.tolist())) > 1
    assert np.all(found.beats < 240)
    alone = paced({name: values[1:2] for name, values in factors.items()}, 240, **options)
    np.testing.assert_array_equal(alone.states[0], found.states[1])
    assert alone.beats[0] == found.beats[1]


@pytest.mark.slow
def test_a_row_that_diverges_is_told_and_the_others_go_on():
    found = paced({"Ko": np.array([5.4, -1.0])}, 2 * STRETCH)
    assert found.status.tolist() == [OK, DIVERGED]
    assert found.beats.tolist() == [2 * STRETCH, STRETCH]


@pytest.mark.slow
def test_an_output_is_the_current_of_the_states_and_its_charge_the_integral():
    names = ("V", *(state.name for state in CELL.states if state.name != "V"))
    sums = {"sum": ("gKr", "gKs"), "one": ("gKr",)}
    found = solve_rows(
        CELL, {"gKr": np.array([0.7])}, {}, 400.0, 0.05, SETTINGS, record=names, outputs=sums,
        stimulus=stimulus(1), charged_from_ms=100.0, dtype=np.float64,
    )  # fmt: skip
    y = [found.traces[state.name][0] for state in CELL.states]
    expected = CELL.currents_of(y, CELL.constants({"gKr": 0.7}, {}))
    np.testing.assert_allclose(found.traces["one"][0], expected["gKr"], atol=2e-4)
    np.testing.assert_allclose(found.traces["sum"][0], expected["gKr"] + expected["gKs"], atol=2e-4)
    from_100 = found.traces["sum"][0][2000:]
    assert found.charges["sum"][0] == pytest.approx(np.trapezoid(from_100, dx=0.05), rel=1e-4)


def test_what_a_fixed_step_cannot_do_is_refused():
    with pytest.raises(UserError, match=r"rush_larsen goes from the cell's own start .*rosenbrock"):
        solve_rows(CELL, {}, {}, 10.0, 1.0, SolverSettings("rush_larsen"), outputs={"a": ("gKr",)})
    with pytest.raises(UserError, match="output: 'gXy' is not allowed"):
        solve_rows(CELL, {}, {}, 10.0, 1.0, outputs={"a": ("gXy",)})


def test_the_grid_of_an_output_passes_through_the_steps():
    t, y, dy = np.array([0.0, 0.5, 2.0]), np.array([0.0, 1.0, -1.0]), np.zeros(3)
    assert on_grid(t, y, dy, 0.5, 4)[1] == 1.0
