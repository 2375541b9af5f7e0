"""The linear system of one implicit time step on a tree of compartments."""

from typing import Any

import jax
import jax.numpy as jnp

from gbar.cable.tree import Tree

Array = Any


def axial_currents(tree: Tree, g: Array, V: Array) -> list[Array]:
    """Return the current (nA) that flows into every node from its neighbours.

    Args:
        tree: the tree.
        g: conductances of its edges (edges, lanes), uS.
        V: potentials of its nodes (nodes, lanes), mV.
    """
    into: list[Array] = [0.0] * tree.nodes
    for k, edge in enumerate(tree.edges):
        current = g[k] * (V[edge.parent] - V[edge.child])
        into[edge.child] = into[edge.child] + current
        into[edge.parent] = into[edge.parent] - current
    return into


def solve_tree(tree: Tree, g: Array, diagonal: list[Array], rhs: list[Array]) -> list[Array]:
    """Return x of (diagonal + axial conductances) x = rhs, by Gaussian elimination towards the centre of the tree.

    Args:
        tree: the tree.
        g: conductances of its edges (edges, lanes), uS.
        diagonal: what each node has on the diagonal (lanes,), the conductances of its own edges included.
        rhs: right-hand side of each node (lanes,).
    """
    diagonal, rhs = list(diagonal), list(rhs)
    inverse: list[Array] = [None] * tree.nodes
    for k, edge in enumerate(tree.edges):
        inverse[edge.child] = 1 / diagonal[edge.child]
        ratio = g[k] * inverse[edge.child]
        diagonal[edge.parent] = diagonal[edge.parent] - ratio * g[k]
        rhs[edge.parent] = rhs[edge.parent] + ratio * rhs[edge.child]
    centre = tree.edges[-1].parent if tree.edges else 0
    x: list[Array] = [None] * tree.nodes
    x[centre] = rhs[centre] / diagonal[centre]
    for k, edge in reversed(list(enumerate(tree.edges))):
        x[edge.child] = (rhs[edge.child] + g[k] * x[edge.parent]) * inverse[edge.child]
    return x


def increment_in_loop(tree: Tree, g: Array, diagonal: Array, rhs: Array, V: Array) -> Array:
    """Return the increment of V of an implicit step, as `solve_tree` does, with the currents along the cables in it.

    The tree is worked through in a loop, whose length is no matter to the compiler.

    Args:
        tree: the tree.
        g: conductances of its edges (edges, lanes) or (edges, 1), uS.
        diagonal: what each node has on the diagonal (nodes, lanes), the conductances of its own edges included.
        rhs: current into each node but along its edges (nodes, lanes), nA.
        V: potentials at the start of the step (nodes, lanes), mV.
    """
    if not tree.edges:
        return rhs / diagonal
    children = jnp.array([edge.child for edge in tree.edges])
    parents = jnp.array([edge.parent for edge in tree.edges])

    # Each array is written once a turn, or the compiler copies it whole.
    def eliminate(k: Array, system: tuple[Array, Array]) -> tuple[Array, Array]:
        diagonal, rhs = system
        child, parent = children[k], parents[k]
        current = g[k] * (V[parent] - V[child])
        ratio = g[k] / diagonal[child]
        onward = ratio * (rhs[child] + current) - current
        return diagonal.at[parent].add(-ratio * g[k]), rhs.at[parent].add(onward)

    def substitute(k: Array, x: Array) -> Array:
        last = len(tree.edges) - 1 - k
        child, parent = children[last], parents[last]
        into = rhs[child] + g[last] * (V[parent] - V[child] + x[parent])
        return x.at[child].set(into / diagonal[child])

    diagonal, rhs = jax.lax.fori_loop(0, len(tree.edges), eliminate, (diagonal, rhs))
    return jax.lax.fori_loop(0, len(tree.edges), substitute, rhs / diagonal)
