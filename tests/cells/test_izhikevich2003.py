"""The scheme against an independent implementation, which solves each step with Newton's method."""

from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gbar.cells import izhikevich2003
from gbar.cells.izhikevich2003.equations import initial
from gbar.cells.izhikevich2003.equations import step as step_compensated
from gbar.solve.rows import solve_rows
from gbar.solve.settings import SolverSettings
from gbar.solve.stimulus import Stimulus

pytestmark = pytest.mark.usefixtures("double_precision")

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "izhikevich2003_chirp23a.npz"))
PARAMETERS = dict(zip("abcd", GOLDEN["params"].T, strict=True))
CHIRP = Stimulus(0.02 * np.arange(23_000), GOLDEN["stim"])  # 15 times the chirp


def constants(**parameter):
    cell = izhikevich2003.cell("implicit")
    every = cell.parameter_defaults | parameter
    return cell.constants({}, {name: jnp.atleast_1d(jnp.asarray(value, float)) for name, value in every.items()})


def step(y, c, stimulus, dt_ms):
    return step_compensated(y, jnp.zeros_like(y), c, stimulus, dt_ms)[0]


def residual(y, y_new, c, stimulus, dt_ms):
    """Return how far a step is from solving the implicit Euler equations, in V and u."""
    V, u = y_new
    f = jnp.stack([0.04 * V * V + 5 * V + 140 - u + stimulus, c.a * (c.b * V - u)])
    return np.asarray(y_new - y - dt_ms * f)


@pytest.fixture(scope="module")
def chirped():
    cell = izhikevich2003.cell("implicit")
    return {
        precision: solve_rows(cell, {}, PARAMETERS, 460.0, 0.02, SolverSettings(precision=precision), stimulus=CHIRP)
        for precision in ("float64", "float32")
    }


def test_the_voltage_is_that_of_the_independent_implementation(chirped):
    assert np.abs(chirped["float64"].traces["V"] - GOLDEN["v"]).max() < 2e-5


def test_single_precision_fires_the_same_spikes(chirped):
    V, golden = chirped["float32"].traces["V"], GOLDEN["v"]
    assert np.array_equal((V > 30).sum(axis=1), (golden > 30).sum(axis=1))
    assert np.median(np.abs(V - golden)) < 1e-3


def test_a_step_solves_the_implicit_equations():
    random = np.random.default_rng(0)
    y = jnp.stack([random.uniform(-90, 30, 1000), random.uniform(-30, 20, 1000)])
    c = constants(a=random.uniform(0.01, 0.1, 1000), b=random.uniform(0.1, 0.4, 1000), c=np.full(1000, -65.0), d=2.0)
    I = random.uniform(-20, 35, 1000)
    assert np.abs(residual(y, step(y, c, I, 0.02), c, I, 0.02)).max() < 1e-12


def test_a_step_takes_the_root_that_goes_with_the_step():
    y = initial(constants())
    for dt_ms in (1e-6, 1e-3, 0.1):
        moved = step(y, constants(), 5.0, dt_ms) - y
        rate = 0.04 * 65**2 - 5 * 65 + 140 + 13 + 5
        assert float(moved[0, 0]) == pytest.approx(dt_ms * rate, rel=5 * dt_ms + 1e-9)


def test_a_spike_is_recorded_before_it_is_reset():
    c = constants(c=-55.0, d=4.0)
    peak = jnp.array([[30.1], [-3.0]])
    after, from_reset = step(peak, c, 0.0, 0.02), step(jnp.array([[-55.0], [1.0]]), c, 0.0, 0.02)
    assert np.array_equal(after, from_reset)
    at_the_peak = jnp.array([[30.0], [-3.0]])
    assert step(at_the_peak, c, 0.0, 0.02)[0, 0] > 30


def test_a_voltage_that_runs_away_within_a_step_has_none():
    assert np.isnan(step(jnp.array([[29.0], [0.0]]), constants(), 1e5, 0.02)).all()


def test_between_resets_the_scheme_is_of_first_order():
    c = constants()

    def end(steps):
        return jax.lax.fori_loop(0, steps, lambda _, y: step(y, c, -20.0, 4.0 / steps), initial(c))

    exact = np.asarray(end(400_000))
    errors = [np.abs(np.asarray(end(steps)) - exact)[:, 0] for steps in (500, 1000, 2000)]
    assert np.all(errors[2] > 1e-6)
    assert np.allclose(np.log2([errors[0] / errors[1], errors[1] / errors[2]]), 1.0, atol=0.02)


def test_neighbours_do_not_matter():
    c = constants(a=PARAMETERS["a"], b=PARAMETERS["b"], c=PARAMETERS["c"], d=PARAMETERS["d"])
    y = jnp.stack([jnp.array([-65.0, 29.0, 31.0, -80.0]), jnp.array([-13.0, 1.0, 2.0, -20.0])])
    together = np.asarray(step(y, c, 7.0, 0.02))
    for lane in range(4):
        alone = SimpleNamespace(**{name: value[lane : lane + 1] for name, value in vars(c).items()})
        assert np.array_equal(step(y[:, lane : lane + 1], alone, 7.0, 0.02)[:, 0], together[:, lane])
