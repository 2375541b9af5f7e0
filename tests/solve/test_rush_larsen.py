"""The authors' scheme: their program's first upstroke is 0.004 ms later than the limit dt -> 0, and converges to it."""

import numpy as np
import pytest

from gbar import cells
from gbar.solve import SolverSettings, solve_rows

pytestmark = pytest.mark.slow


def first_upstroke_ms(settings):
    V = solve_rows(cells.get("akwaboah2021"), {}, {}, 60.0, 0.05, settings, dtype=np.float64).traces["V"][0]
    i = int(np.flatnonzero(V >= -20)[0])
    return (i - (V[i] + 20) / (V[i] - V[i - 1])) * 0.05


@pytest.fixture(scope="module", name="delays")
def _delays():
    exact = first_upstroke_ms(SolverSettings(rtol=1e-9))
    steps = (0.0005, 0.00025)
    return [first_upstroke_ms(SolverSettings("rush_larsen", dt_ms=dt, lanes=16)) - exact for dt in steps]


def test_the_first_upstroke_is_late_by_what_the_authors_program_is(delays):
    assert delays[0] == pytest.approx(0.004, abs=0.001)


def test_halving_the_step_halves_the_error(delays):
    assert delays[1] / delays[0] == pytest.approx(0.5, abs=0.02)


def test_the_step_is_shortened_to_divide_the_sampling_interval():
    settings = SolverSettings("rush_larsen", dt_ms=0.0006, lanes=16)
    solution = solve_rows(cells.get("akwaboah2021"), {}, {}, 1.0, 0.05, settings)
    assert solution.accepted[0] == 20 * 84
    assert solution.traces["V"].shape == (1, 20)
