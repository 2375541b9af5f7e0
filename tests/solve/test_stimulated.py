"""Cells under a stimulus, of the adaptive method and of fixed steps."""

import numpy as np
import pytest

from gbar import cells
from gbar.errors import UserError
from gbar.solve import DIVERGED, OK, SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus

VENTRICULAR = cells.get("tentusscher2004")
SQUID = cells.get("hodgkinhuxley1952")
QUADRATIC = cells.get("izhikevich2003")


def pulses(*start_ms, width_ms=1.0, value=-52.0):
    edges = np.array([edge for start in start_ms for edge in (start, start + width_ms)])
    return Stimulus(np.append(0.0, edges), np.append(0.0, np.tile([value, 0.0], len(start_ms))))


def solve(cell, stimulus, duration_ms=50.0, every_ms=0.1, settings=None, parameters=None, **options):
    options = {"dtype": np.float64} | options
    return solve_rows(cell, {}, parameters or {}, duration_ms, every_ms, settings, stimulus=stimulus, **options)


@pytest.mark.slow
def test_nothing_happens_before_the_stimulus_and_its_edges_are_met_exactly():
    still = solve(VENTRICULAR, None, 12.0, 0.01).traces["V"][0]
    driven = solve(VENTRICULAR, pulses(10.0, width_ms=0.05), 12.0, 0.01).traces["V"][0]
    np.testing.assert_allclose(driven[:1001], still[:1001], atol=1e-4)
    # 0.05 ms of -52 pA/pF are 2.6 mV, which the membrane leaks away only slowly.
    rise = driven[1000:1007] - still[1000:1007]
    np.testing.assert_allclose(rise, [0.0, 0.52, 1.04, 1.56, 2.08, 2.6, 2.6], atol=0.02)


@pytest.mark.slow
def test_both_methods_agree_on_a_driven_cell():
    stimulus = pulses(10.0, 25.0)
    adaptive = solve(VENTRICULAR, stimulus, settings=SolverSettings(rtol=1e-8)).traces["V"][0]
    errors = []
    for dt_ms in (0.002, 0.001):
        fixed = solve(VENTRICULAR, stimulus, settings=SolverSettings("rush_larsen", dt_ms=dt_ms, lanes=16))
        errors.append(np.abs(fixed.traces["V"][0] - adaptive)[200:].max())
    assert errors[0] < 0.1
    assert errors[1] / errors[0] == pytest.approx(0.5, abs=0.05)


def test_a_looser_tolerance_meets_many_small_changes_of_the_stimulus_too():
    noise = np.random.default_rng(3).normal(0.0, 100.0, 200)
    stimulus = Stimulus(np.arange(200.0), noise)
    loose, tight = (solve(SQUID, stimulus, 200.0, settings=SolverSettings(rtol=rtol)) for rtol in (1e-5, 1e-10))
    np.testing.assert_allclose(loose.traces["V"], tight.traces["V"], atol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["rosenbrock", "rush_larsen"])
def test_rows_have_stimuli_of_their_own_and_none_depends_on_another(method):
    settings = SolverSettings(method, lanes=16)
    alone = [pulses(10.0), pulses(5.0, value=-30.0), pulses(12.0, 33.0, width_ms=0.5)]
    most = max(len(stimulus.value) for stimulus in alone)
    together = Stimulus(
        np.array([np.pad(s.start_ms, (0, most - len(s.value)), constant_values=np.inf) for s in alone]),
        np.array([np.pad(s.value, (0, most - len(s.value))) for s in alone]),
    )
    V = solve(VENTRICULAR, together, settings=settings).traces["V"]
    for row, stimulus in zip(V, alone, strict=True):
        np.testing.assert_array_equal(row, solve(VENTRICULAR, stimulus, settings=settings).traces["V"][0])


@pytest.mark.slow
@pytest.mark.parametrize("method", ["rosenbrock", "rush_larsen"])
def test_a_clamp_holds_the_voltage_and_the_gates_settle_at_its_equilibrium(method):
    clamp = Stimulus(np.array([0.0, 5.0]), np.array([-80.0, 10.0]), clamp=True)
    solution = solve(VENTRICULAR, clamp, 400.0, 0.5, SolverSettings(method), record=("V", "r"))
    np.testing.assert_array_equal(solution.traces["V"][0], np.where(np.arange(800) < 10, -80.0, 10.0))
    r_inf = 1 / (1 + np.exp((20 - 10) / 6))
    assert solution.traces["r"][0, -1] == pytest.approx(r_inf, rel=1e-5)
    assert solution.traces["r"][0, 10] == pytest.approx(0.0, abs=1e-5)


def test_a_fixed_step_applies_a_value_from_the_first_step_that_is_not_before_it():
    late = solve(QUADRATIC, Stimulus(np.array([0.0, 1.01]), np.array([0.0, 20.0])), 3.0, 0.02).traces["V"][0]
    exact = solve(QUADRATIC, Stimulus(np.array([0.0, 1.02]), np.array([0.0, 20.0])), 3.0, 0.02).traces["V"][0]
    np.testing.assert_array_equal(late, exact)
    still = solve(QUADRATIC, None, 3.0, 0.02).traces["V"][0]
    np.testing.assert_array_equal(exact[:52], still[:52])
    assert exact[52] > still[52]


def test_of_several_values_within_one_step_the_last_counts():
    several = Stimulus(np.array([0.0, 1.001, 1.009, 2.0]), np.array([0.0, 50.0, 20.0, 0.0]))
    last = Stimulus(np.array([0.0, 1.02, 2.0]), np.array([0.0, 20.0, 0.0]))
    V = [solve(QUADRATIC, stimulus, 3.0, 0.02).traces["V"][0] for stimulus in (several, last)]
    np.testing.assert_array_equal(*V)


def test_rows_of_a_fixed_step_do_not_depend_on_their_batch():
    d = np.linspace(0.5, 5.0, 37)
    stimulus = Stimulus(np.array([0.0, 2.0]), np.array([0.0, 15.0]))
    settings = SolverSettings(lanes=16)
    V = solve(QUADRATIC, stimulus, 20.0, 0.02, settings, {"d": d}).traces["V"]
    order = np.random.default_rng(0).permutation(len(d))
    np.testing.assert_array_equal(
        solve(QUADRATIC, stimulus, 20.0, 0.02, settings, {"d": d[order]}).traces["V"], V[order]
    )
    np.testing.assert_array_equal(solve(QUADRATIC, stimulus, 20.0, 0.02, None, {"d": d}).traces["V"], V)


def test_a_row_of_a_fixed_step_that_diverges_is_marked_and_leaves_the_others_alone():
    c = np.full(20, -65.0)
    c[7] = 1e200  # V^2 overflows after the first reset
    stimulus = Stimulus(np.zeros(1), np.array([15.0]))
    solution = solve(QUADRATIC, stimulus, 40.0, 0.02, SolverSettings(lanes=16), {"c": c})
    good = np.arange(20) != 7
    assert solution.status[7] == DIVERGED
    assert np.all(solution.status[good] == OK)
    assert np.isfinite(solution.traces["V"][good]).all()
    lost = int(np.flatnonzero(np.isnan(solution.traces["V"][7]))[0])
    assert 0 < lost < 2000
    assert np.isnan(solution.traces["V"][7, lost:]).all()
    assert np.isfinite(solution.final_state).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: solve(VENTRICULAR, None, parameters={"Ko": np.nan}), r"Ko of row 0: nan is not allowed.*finite"),
        (
            lambda: solve(VENTRICULAR, None, settings=SolverSettings("backward_euler")),
            r"method.*tentusscher2004.*rosen",
        ),
        (lambda: solve(QUADRATIC, Stimulus(np.zeros(1), np.zeros(1), clamp=True)), r"clamp.*izhikevich2003"),
        (lambda: SolverSettings(dt_ms=3.0), r"dt_ms: 3.0.*at most 1"),
        (lambda: SolverSettings(rtol=0.1), r"rtol: 0.1.*from 1e-12 to 0.01"),
        (lambda: SolverSettings(precision="float16"), r"precision: 'float16'"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_a_mistake_is_named(call, message):
    with pytest.raises(UserError, match=message):
        call()


@pytest.mark.parametrize(
    ("start_ms", "value"), [([0.0, 2.0, 1.0], [0.0, 0.0, 0.0]), ([1.0], [0.0]), ([0.0], [np.nan]), ([0.0], [0.0, 1.0])]
)
def test_pieces_that_make_no_stimulus_are_refused(start_ms, value):
    with pytest.raises(ValueError, match=r"stimulus|shape"):
        Stimulus(np.array(start_ms), np.array(value))
