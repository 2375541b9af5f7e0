import numpy as np

from gbar.solve.dense import on_grid


def test_a_cubic_is_reproduced_on_uneven_steps():
    t = np.array([0.0, 0.3, 0.35, 2.0, 5.0])
    y, dy = t**3 - 2 * t + 1, 3 * t**2 - 2
    grid = np.arange(50) * 0.1
    np.testing.assert_allclose(on_grid(t, y, dy, 0.1, 50), grid**3 - 2 * grid + 1, rtol=1e-12, atol=1e-12)


def test_samples_at_steps_are_the_values_of_the_steps():
    t = np.arange(11) * 0.05
    y = np.random.default_rng(0).normal(size=11)
    np.testing.assert_allclose(on_grid(t, y, 0 * y, 0.05, 11), y, rtol=1e-9, atol=1e-9)


def test_there_is_nothing_beyond_the_last_step():
    trace = on_grid(np.array([0.0, 0.25]), np.array([1.0, 2.0]), np.zeros(2), 0.1, 5)
    assert np.isfinite(trace[:3]).all()
    assert np.isnan(trace[3:]).all()
    only_the_start = on_grid(np.array([0.0]), np.array([1.0]), np.zeros(1), 0.1, 3)
    np.testing.assert_array_equal(only_the_start, [1.0, np.nan, np.nan])
