"""Programs cut into sections compute the same, and nothing twice."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gbar.solve.sections import in_sections, separate

LANES = 16


def shared(x, y):
    """Of eight results each reads the last of a chain of twenty products, and one the result of a loop."""
    chain = x
    for k in range(20):
        chain = chain * (1.0 + 0.01 * k) + y
    doubled = jax.lax.fori_loop(0, 3, lambda _, z: jnp.where(z > 100, z, 2 * z), chain)
    return [jnp.exp(-chain / (10 + k)) * x for k in range(8)], {"loop": doubled + x, "given": y, "number": 2.0}


@pytest.fixture(name="given")
def _given():
    x = np.linspace(0.1, 1.0, LANES, dtype=np.float32)
    return x, x[::-1].copy()


def test_a_program_in_sections_returns_what_it_returns_without(given):
    found, expected = jax.jit(lambda *x: in_sections(shared, *x))(*given), shared(*given)
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="XLA cuts programs for CPUs only")
def test_what_several_results_read_is_computed_once(given):
    def results(x, y):
        return shared(x, y)[0]

    def products(f):
        return jax.jit(f).lower(*given).compile().as_text().count(" multiply(")

    assert products(results) > 100
    assert products(lambda *x: in_sections(results, *x)) < 50


def test_what_is_written_twice_is_computed_once_too(given):
    def twice(x, y):
        return jnp.exp(x * y + 1), jnp.exp(x * y + 1) * 2

    text = jax.jit(lambda *x: in_sections(twice, *x)).lower(*given).as_text()
    assert text.count("stablehlo.exponential") == 1


def test_a_separate_count_is_the_count():
    assert [int(jax.jit(separate)(k)) for k in (0, 1, 255)] == [0, 1, 255]
