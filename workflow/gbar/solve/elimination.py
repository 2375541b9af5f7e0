"""Linear systems of cells: the relaxing states are eliminated one by one, a small core system remains.

With the states split into core z and relaxing w, a matrix with the pattern of a cell's Jacobian reads

    [ M_zz  M_zw ] [z]   [r_z]        S = M_zz - M_zw M_ww^-1 M_wz       (Schur complement)
    [ M_wz  M_ww ] [w] = [r_w]        S z = r_z - M_zw M_ww^-1 r_w,      w = M_ww^-1 (r_w - M_wz z)

where M_ww is diagonal but for a few coupled buffers. Every entry is an array over lanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

Entries = dict[tuple[int, int], jax.Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Eliminated:
    """A factorised matrix M; called with r, a sequence of (lanes,) arrays, it returns the solution of M x = r as such.

    Attributes:
        inverse: M_ww^-1, by the pairs of states that it couples, like the next two.
        z_of_w: M_zw M_ww^-1.
        w_of_z: M_ww^-1 M_wz.
        core_inverse: S^-1, (core, core, lanes).
        core: states that stay, by index.
        relaxing: states that are eliminated, by index.
    """

    inverse: Entries
    z_of_w: Entries
    w_of_z: Entries
    core_inverse: jax.Array
    core: tuple[int, ...] = field(metadata={"static": True})
    relaxing: tuple[int, ...] = field(metadata={"static": True})

    def __call__(self, r: Sequence[jax.Array]) -> list[jax.Array]:
        """Return the solution, an array over the lanes for each state."""
        r_core = [r[i] - sum(x * r[w] for (row, w), x in self.z_of_w.items() if row == i) for i in self.core]
        solution = dict(zip(self.core, _product(self.core_inverse, jnp.stack(r_core)), strict=True))
        for w in self.relaxing:
            from_r = sum(x * r[u] for (row, u), x in self.inverse.items() if row == w)
            solution[w] = from_r - sum(x * solution[j] for (row, j), x in self.w_of_z.items() if row == w)
        return [solution[i] for i in range(len(solution))]


def eliminate(M: Entries, core: Sequence[int], relaxing: Sequence[int]) -> Eliminated:
    """Factorise `M`, without pivoting.

    Args:
        M: the non-zero entries, by (row, column).
        core: states that stay, by index.
        relaxing: states to eliminate, by index; few of them coupled to each other.
    """
    inverse = _inverse_of_blocks(M, relaxing)
    z_of_w, w_of_z = {}, {}
    for (w, u), x in inverse.items():
        for z in core:
            if (u, z) in M:
                w_of_z[w, z] = w_of_z.get((w, z), 0.0) + x * M[u, z]
            if (z, w) in M:
                z_of_w[z, u] = z_of_w.get((z, u), 0.0) + M[z, w] * x
    schur = {(i, j): M[i, j] for i in core for j in core if (i, j) in M}
    for (i, w), x in z_of_w.items():
        for j in core:
            if (w, j) in M:
                schur[i, j] = schur.get((i, j), 0.0) - x * M[w, j]
    zero = jnp.zeros_like(M[core[0], core[0]])
    S = jnp.stack([jnp.stack([schur.get((i, j), zero) for j in core]) for i in core])
    return Eliminated(inverse, z_of_w, w_of_z, gauss_jordan(S), tuple(core), tuple(relaxing))


def _product(M: jax.Array, x: jax.Array) -> jax.Array:
    """Return M x for M (n, n, lanes) and x (n, lanes), as a loop so that XLA computes it once, not in every use."""

    def add_column(k, total):
        column = jax.lax.dynamic_index_in_dim(M, k, 1, keepdims=False)
        return total + column * jax.lax.dynamic_index_in_dim(x, k, 0, keepdims=True)

    return jax.lax.fori_loop(0, len(x), add_column, jnp.zeros_like(x))


def gauss_jordan(M: jax.Array) -> jax.Array:
    """Return the inverse of M, shape (n, n, lanes), without pivoting."""
    size = M.shape[0]

    def pivot(k, M):
        here = jnp.arange(size) == k
        column = jax.lax.dynamic_index_in_dim(M, k, 1, keepdims=False)
        row = jax.lax.dynamic_index_in_dim(M, k, 0, keepdims=False)
        scale = 1 / jax.lax.dynamic_index_in_dim(row, k, 0, keepdims=False)
        row = jnp.where(here[:, None], scale, row * scale)
        rest = jnp.where(here[None, :, None], 0.0, M) - column[:, None] * row[None]
        return jnp.where(here[:, None, None], row[None], rest)

    return jax.lax.fori_loop(0, size, pivot, M)


def _inverse_of_blocks(M: Entries, relaxing: Sequence[int]) -> Entries:
    """Return the non-zero entries of M_ww^-1, inverting each group of coupled states by itself."""
    inverse = {}
    for group in _coupled_groups(M, relaxing):
        if len(group) == 1:
            inverse[group[0], group[0]] = 1 / M[group[0], group[0]]
            continue
        zero = jnp.zeros_like(M[group[0], group[0]])
        block = gauss_jordan(jnp.stack([jnp.stack([M.get((i, j), zero) for j in group]) for i in group]))
        inverse |= {(i, j): block[a, b] for a, i in enumerate(group) for b, j in enumerate(group)}
    return inverse


def _coupled_groups(M: Entries, states: Sequence[int]) -> list[list[int]]:
    groups: list[list[int]] = []
    for state in states:
        apart = [group for group in groups if not any((state, s) in M or (s, state) in M for s in group)]
        joined = [s for group in groups if group not in apart for s in group]
        groups = [*apart, [*joined, state]]
    return groups
