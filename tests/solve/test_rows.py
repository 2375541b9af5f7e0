import numpy as np
import pytest

from gbar import cells
from gbar.errors import UserError
from gbar.solve import DIVERGED, OK, SolverSettings, solve_rows

pytestmark = pytest.mark.slow

CELL = cells.get("akwaboah2021")
SETTINGS = SolverSettings(lanes=16)
GKr = np.linspace(0.0, 2.0, 37)


def solve(scale, parameters=None, settings=SETTINGS, **options):
    return solve_rows(CELL, {"IKr": np.asarray(scale)}, parameters or {}, 150.0, 0.5, settings, **options)


@pytest.fixture(scope="module", name="block")
def _block():
    return solve(GKr)


def test_a_row_is_the_same_to_the_bit_alone_and_in_any_order(block):
    V = block.traces["V"]
    order = np.random.default_rng(0).permutation(len(GKr))
    np.testing.assert_array_equal(solve(GKr[order]).traces["V"], V[order])
    for k in (0, 20, 36):
        alone = solve(GKr[k : k + 1])
        np.testing.assert_array_equal(alone.traces["V"][0], V[k])
        np.testing.assert_array_equal(alone.final_state[0], block.final_state[k])
        assert alone.accepted[0] == block.accepted[k]


def test_a_diverging_row_is_marked_and_leaves_the_others_alone(block):
    Ko = np.full(len(GKr), 5.4)
    Ko[3] = -1.0
    solution = solve(GKr, {"Ko": Ko})
    assert solution.status[3] == DIVERGED
    assert np.isnan(solution.traces["V"][3, 1:]).all()
    np.testing.assert_array_equal(solution.final_state[3], CELL.initial)
    others = np.arange(len(GKr)) != 3
    assert np.all(solution.status[others] == OK)
    np.testing.assert_array_equal(solution.traces["V"][others], block.traces["V"][others])


def test_a_row_that_diverges_under_way_keeps_its_trace_until_then():
    # With a step of 0.002 ms the authors' scheme is unstable: the calcium pools relax with 2550 /ms.
    solution = solve([1.0], settings=SolverSettings("rush_larsen", dt_ms=0.002, lanes=16))
    V = solution.traces["V"][0]
    assert solution.status[0] == DIVERGED
    lost = int(np.flatnonzero(np.isnan(V))[0])
    assert 0 < lost < len(V)
    assert np.isnan(V[lost:]).all()
    assert np.isfinite(solution.final_state).all()


def test_samples_start_at_zero_and_the_final_state_is_at_the_end(block):
    V = block.traces["V"]
    assert V.shape == (37, 300)
    assert np.all(V[:, 0] == np.float32(CELL.initial[0]))
    longer = solve_rows(CELL, {"IKr": GKr[5:6]}, {}, 150.5, 0.5, SETTINGS).traces["V"][0]
    assert longer[300] == pytest.approx(block.final_state[5, 0], abs=1e-3)


def test_any_state_can_be_recorded(block):
    solution = solve(GKr[:2], record=("Cai", "V"), dtype=np.float64)
    assert list(solution.traces) == ["Cai", "V"]
    assert np.all(np.abs(solution.traces["Cai"] - 2.3e-4) < 2e-5)
    np.testing.assert_array_equal(solution.traces["V"].astype(np.float32), block.traces["V"][:2])


def test_progress_rises_to_one():
    done = []
    solve(GKr, progress=done.append)
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_parameters_may_be_one_for_all_or_one_a_row():
    one = solve(GKr[:2], {"Ko": 8.0})
    each = solve(GKr[:2], {"Ko": np.array([8.0, 5.4])})
    np.testing.assert_array_equal(one.traces["V"][0], each.traces["V"][0])
    assert np.any(one.traces["V"][1] != each.traces["V"][1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: solve_rows(CELL, {"INaa": np.ones(1)}, {}, 10.0, 1.0), r"scale.*'INaa'.*INa"),
        (lambda: solve_rows(CELL, {}, {"K": 1.0}, 10.0, 1.0), r"parameter.*'K'.*Ko"),
        (lambda: solve_rows(CELL, {}, {}, 10.0, 1.0, record=("W",)), r"record.*'W'"),
        (lambda: solve_rows(CELL, {}, {}, -10.0, 1.0), r"duration_ms.*-10"),
        (lambda: solve_rows(CELL, {}, {}, 10.0, 0.0), r"save_every_ms"),
        (lambda: solve_rows(CELL, {}, {}, 1.0, 10.0), r"save_every_ms.*duration_ms"),
        (lambda: SolverSettings(method="euler"), r"method.*'euler'"),  # pyright: ignore[reportArgumentType]
        (lambda: SolverSettings(lanes=20), r"lanes.*20.*16"),
        (lambda: SolverSettings(rtol=0.0), r"rtol"),
    ],
)
def test_a_mistake_is_named(call, message):
    with pytest.raises(UserError, match=message):
        call()
