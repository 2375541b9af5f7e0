"""Sections as compartments and resistances, and the solution of the linear system on them."""

import math

import numpy as np
import pytest

from gbar.cable.morphology import Section
from gbar.cable.solve import axial_currents, solve_tree
from gbar.cable.tree import build_tree

pytestmark = pytest.mark.usefixtures("double_precision")

GROUPS = ("soma", "dendrite")
SOMA = Section("soma", None, 0.0, 20.0, 10.0, 10.0, 1, "soma")


def dendrite(name, parent="soma", position=1.0, length=100.0, diameter=2.0, end=None, compartments=1):
    end = diameter if end is None else end
    return Section(name, parent, position, length, diameter, end, compartments, "dendrite")


def resistances(tree):
    """Axial resistance over resistivity between pairs of nodes, 1/um."""
    return {frozenset((edge.child, edge.parent)): 1 / edge.per_resistivity_um for edge in tree.edges}


def cylinder(length, diameter):
    return length / (math.pi * diameter**2 / 4)


def random_tree(seed, sections=12):
    random = np.random.default_rng(seed)
    found = [SOMA]
    for number in range(sections):
        parent = found[random.integers(len(found))].name
        position = float(random.choice([0.0, 0.5, 1.0]))
        length, diameter, end = random.uniform([20, 1, 1], [200, 4, 4])
        found.append(dendrite(f"d{number}", parent, position, length, diameter, end, int(random.integers(1, 4))))
    return build_tree(tuple(found), GROUPS)


def test_a_taper_gives_each_compartment_the_diameter_of_its_middle():
    tree = build_tree((SOMA, dendrite("d", length=90, diameter=7, end=1, compartments=3)), GROUPS)
    areas = [compartment.area_um2 for compartment in tree.compartments]
    assert areas == pytest.approx([math.pi * d * length for d, length in [(10, 20), (6, 30), (4, 30), (2, 30)]])
    assert resistances(tree)[frozenset((1, 2))] == pytest.approx(cylinder(15, 6) + cylinder(15, 4))


def test_a_section_at_an_end_has_half_the_parent_in_series_and_one_at_the_middle_has_not():
    at_end, at_middle = (build_tree((SOMA, dendrite("d", position=x)), GROUPS) for x in (1.0, 0.5))
    assert resistances(at_end) == {frozenset((0, 1)): pytest.approx(cylinder(10, 10) + cylinder(50, 2))}
    assert resistances(at_middle) == {frozenset((0, 1)): pytest.approx(cylinder(50, 2))}


def test_only_where_three_cables_meet_there_is_a_node_without_membrane():
    assert build_tree((SOMA, dendrite("a", position=0.0), dendrite("b")), GROUPS).junctions == 0
    fork = build_tree((SOMA, dendrite("a"), dendrite("b", diameter=1.0)), GROUPS)
    assert (fork.junctions, fork.nodes) == (1, 4)
    assert resistances(fork) == {
        frozenset((0, 3)): pytest.approx(cylinder(10, 10)),
        frozenset((1, 3)): pytest.approx(cylinder(50, 2)),
        frozenset((2, 3)): pytest.approx(cylinder(50, 1)),
    }


def test_a_section_at_the_beginning_of_another_meets_it_where_that_is_attached():
    at_beginning = build_tree((SOMA, dendrite("a"), dendrite("b", parent="a", position=0.0)), GROUPS)
    assert resistances(at_beginning) == resistances(build_tree((SOMA, dendrite("a"), dendrite("b")), GROUPS))


def test_a_chain_is_eliminated_from_both_ends_to_its_centre():
    tree = build_tree((SOMA, dendrite("d", compartments=20)), GROUPS)
    assert tree.edges[-1].parent == 10
    children = [edge.child for edge in tree.edges]
    assert all(edge.parent not in children[: k + 1] for k, edge in enumerate(tree.edges))


def test_groups_that_share_a_channel_must_lie_side_by_side():
    sections = (SOMA, dendrite("d"), Section("x", "soma", 1.0, 9.0, 1.0, 1.0, 1, "axon"))
    tree = build_tree(sections, ("soma", "dendrite", "axon"))
    assert tree.compartments_of(("dendrite", "axon")) == slice(1, 3)
    with pytest.raises(ValueError, match="apart"):
        tree.compartments_of(("soma", "axon"))


@pytest.mark.parametrize("seed", range(4))
def test_elimination_on_a_branched_tree_equals_the_dense_solution(seed):
    tree = random_tree(seed)
    random = np.random.default_rng(seed)
    g = np.array([edge.per_resistivity_um for edge in tree.edges])[:, None]
    L = np.zeros((tree.nodes, tree.nodes))
    for edge, [conductance] in zip(tree.edges, g, strict=True):
        L[edge.child, edge.parent] = L[edge.parent, edge.child] = -conductance
    L -= np.diag(L.sum(axis=1))
    membrane = random.uniform(0.01, 0.1, tree.nodes) * (np.arange(tree.nodes) < len(tree.compartments))
    rhs, V = random.normal(size=(2, tree.nodes))
    x = solve_tree(tree, g, list((membrane + L.diagonal())[:, None]), list(rhs[:, None]))
    np.testing.assert_allclose(np.ravel(x), np.linalg.solve(L + np.diag(membrane), rhs), rtol=1e-10)
    np.testing.assert_allclose(np.ravel(axial_currents(tree, g, V[:, None])), -L @ V, atol=1e-12)
