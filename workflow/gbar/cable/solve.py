"""The linear system of one implicit time step on a tree of compartments."""

from typing import Any

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
