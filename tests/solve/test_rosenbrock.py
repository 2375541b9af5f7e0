"""Accuracy of the adaptive integrator.

tests/golden/akwaboah2021_*.npz: V every 1 ms for 20 s by an independent LSODA implementation, rtol 1e-8, of the
same equations; `currents` and `scales` say which current was scaled.
"""

from pathlib import Path

import jax
import numpy as np
import pytest

from gbar import cells
from gbar.solve import OK, SolverSettings, solve_rows
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.driving import system
from gbar.solve.rosenbrock import rodas5p

pytestmark = pytest.mark.slow

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("akwaboah2021_*.npz"))
THRESHOLD_mV = -20.0


def upstrokes(V, every_ms=1.0):
    """Return the times in ms at which V rises through the threshold, by linear interpolation."""
    i = np.flatnonzero((V[:-1] < THRESHOLD_mV) & (V[1:] >= THRESHOLD_mV))
    return (i + (THRESHOLD_mV - V[i]) / (V[i + 1] - V[i])) * every_ms


@pytest.fixture(scope="module", name="solved")
def _solved():
    golden = [np.load(path, allow_pickle=False) for path in GOLDEN]
    names = sorted({str(name) for g in golden for name in g["currents"]})
    given = [dict(zip(map(str, g["currents"]), g["scales"], strict=True)) for g in golden]
    scales = {name: np.array([row.get(name, 1.0) for row in given]) for name in names}
    solution = solve_rows(cells.get("akwaboah2021"), scales, {}, 20_000.0, 1.0)
    return solution, [g["V_mV"][:20_000] for g in golden]


every_golden_row = pytest.mark.parametrize("k", [pytest.param(k, id=path.stem) for k, path in enumerate(GOLDEN)])


@every_golden_row
def test_five_seconds_agree_with_the_reference(solved, k):
    solution, reference = solved
    V, V_ref = solution.traces["V"][k, :5000], reference[k][:5000]
    assert solution.status[k] == OK
    assert len(upstrokes(V)) == len(upstrokes(V_ref))
    np.testing.assert_allclose(upstrokes(V), upstrokes(V_ref), atol=0.3)
    assert np.sqrt(np.mean((V - V_ref) ** 2)) < 0.5


@every_golden_row
def test_twenty_seconds_agree_with_the_reference(solved, k):
    solution, reference = solved
    np.testing.assert_allclose(upstrokes(solution.traces["V"][k]), upstrokes(reference[k]), atol=2.0)


def test_a_silent_cell_stays_where_the_reference_stays(solved):
    solution, reference = solved
    k = next(k for k, path in enumerate(GOLDEN) if "IK1_x2.0" in path.name)
    assert len(upstrokes(reference[k])) == 0
    np.testing.assert_allclose(solution.traces["V"][k], reference[k], atol=0.01)


@pytest.mark.parametrize(
    ("variant", "cycle_ms"),
    [
        pytest.param("python", 470.241, id="python: printed in the authors' notebook, 10 s"),
        pytest.param("corrected", 322.6, id="corrected: the LSODA implementation, 10 s to 20 s"),
    ],
)
def test_the_other_variants_beat_at_the_rate_of_their_source(variant, cycle_ms):
    span = slice(0, 10_000) if variant == "python" else slice(10_000, 20_000)
    V = solve_rows(cells.get("akwaboah2021", variant), {}, {}, span.stop, 1.0).traces["V"][0, span]
    assert np.diff(upstrokes(V)).mean() == pytest.approx(cycle_ms, abs=0.1)


def test_the_method_converges_with_its_order_on_a_plateau():
    cell = cells.get("akwaboah2021")
    plateau = solve_rows(cell, {}, {}, 110.0, 1.0, SolverSettings(rtol=1e-9)).final_state[0]
    with jax.enable_x64(True):
        c = cell.constants({}, {})

        rates = system(cell, c, np.zeros(16), clamped=False)

        @jax.jit
        def integrate(y, h, steps):
            def step(_, y):
                return y + rodas5p(cell, rates, sparse_jacobian(rates, list(y))[1], y, h)[0]

            return jax.lax.fori_loop(0, steps, step, y)

        y = np.repeat(plateau[:, None], 16, axis=1)
        V = np.array([integrate(y, np.full(16, 16.0 / n), n)[0, 0] for n in (8, 16, 32, 256)])
    errors = np.abs(V[:3] - V[3])
    assert np.all(np.log2(errors[:-1] / errors[1:]) > 4.3)


def test_a_tighter_tolerance_gives_a_smaller_error():
    cell = cells.get("akwaboah2021")
    end = [
        solve_rows(cell, {}, {}, 400.0, 1.0, SolverSettings(rtol=rtol)).final_state[0, 0] for rtol in (1e-3, 1e-5, 1e-9)
    ]
    assert abs(end[1] - end[2]) < 0.05 * abs(end[0] - end[2])
