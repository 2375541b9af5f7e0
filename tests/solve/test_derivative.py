import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gbar import cells
from gbar.cells.cell import CORE_KINDS
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.elimination import eliminate, gauss_jordan

pytestmark = pytest.mark.usefixtures("double_precision")


def by_size(name: str):
    """A cell as a parameter; one of many states takes XLA most of a minute, as it is compiled here."""
    return pytest.param(name, marks=[pytest.mark.slow] if len(cells.get(name).states) > 40 else [])


@pytest.fixture(
    name="cell", params=[by_size(name) for name in cells.names() if "rosenbrock" in cells.get(name).methods]
)
def _cell(request):
    return cells.get(request.param)


def states(cell, lanes=16):
    """Initial states disturbed by some per cent, and voltages over the range of an action potential."""
    y = cell.initial[:, None] * np.random.default_rng(1).uniform(0.95, 1.05, (len(cell.states), lanes))
    y[cell.state_names.index("V")] = np.linspace(-80, 40, lanes)
    return y


def test_the_sparse_jacobian_is_the_dense_one(cell):
    y, c = states(cell), cell.constants({}, {})
    _, entries = sparse_jacobian(lambda *y: cell.rates(y, c), list(jnp.array(y)))
    size = len(cell.states)
    sparse = np.zeros((y.shape[1], size, size))
    for (i, j), value in entries.items():
        sparse[:, i, j] = value
    dense = jax.jit(jax.vmap(jax.jacfwd(lambda y: jnp.stack(cell.rates(y, c))), in_axes=1))(y)
    np.testing.assert_allclose(sparse, dense, rtol=1e-10, atol=1e-14)
    # A gate depends on itself and on core states, on no other gate.
    gates = [i for i, state in enumerate(cell.states) if state.kind == "gate"]
    assert [(i, j) for i, j in entries if i in gates and j in gates and i != j] == []


def test_elimination_solves_the_dense_system(cell):
    y, c = states(cell), cell.constants({}, {})
    size = len(cell.states)
    r = np.random.default_rng(2).normal(size=(size, y.shape[1]))
    core = [i for i, state in enumerate(cell.states) if state.kind in CORE_KINDS]
    relaxing = [i for i in range(size) if i not in core]

    _, J = sparse_jacobian(lambda *y: cell.rates(y, c), list(jnp.array(y)))
    M = {key: -value for key, value in J.items()}
    for i in range(size):
        M[i, i] = M.get((i, i), 0.0) + 2.0
    x = eliminate(M, core, relaxing)(jnp.array(r))
    dense = np.zeros((y.shape[1], size, size))
    for (i, j), value in M.items():
        dense[:, i, j] = value
    expected = np.linalg.solve(dense, r.T[..., None])[..., 0].T
    np.testing.assert_allclose(x, expected, rtol=1e-8, atol=1e-12)


def test_functions_within_functions_are_differentiated_too():
    @jax.jit
    def inner(a, b):
        return jnp.where(a > 0, a * b, jnp.sin(b)), b

    x = [jnp.array([1.0, -2.0]), jnp.array([3.0, 0.5]), jnp.array([7.0, 7.0])]
    out, entries = sparse_jacobian(lambda a, b, z: [*inner(a, b), z * z], x)
    assert set(entries) == {(0, 0), (0, 1), (1, 1), (2, 2)}
    np.testing.assert_allclose(entries[0, 0], [3.0, 0.0])
    np.testing.assert_allclose(entries[0, 1], [1.0, np.cos(0.5)])
    np.testing.assert_allclose(out[2], [49.0, 49.0])


def test_gauss_jordan_inverts_every_lane():
    M = np.random.default_rng(3).normal(size=(5, 5, 16)) + 4 * np.eye(5)[..., None]
    inverse = gauss_jordan(jnp.array(M))
    np.testing.assert_allclose(np.einsum("ijl,jkl->lik", M, inverse), np.tile(np.eye(5), (16, 1, 1)), atol=1e-10)
