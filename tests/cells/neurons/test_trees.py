"""Trees of SWC files, cut as NEURON cuts them."""

import math
from pathlib import Path

import numpy as np
import pytest

from gbar.cells.neurons.tree.compartments import Rule, cut
from gbar.cells.neurons.tree.sections import sections
from gbar.cells.neurons.tree.swc import read_swc
from gbar.errors import UserError

MODELS = Path(__file__).with_name("models")


def tree(name):
    path = MODELS / f"{name}.swc"
    return {one.name: one for one in sections(read_swc(path), path)}


def written(tmp_path, text):
    path = tmp_path / "x.swc"
    path.write_text(text)
    return path


def test_a_soma_of_one_point_is_a_cylinder_with_the_membrane_of_a_sphere():
    soma = tree("one_point")["soma[0]"]
    assert soma.length_um == 19
    (piece,) = cut(soma, 1).pieces
    assert piece.area_um2 == pytest.approx(4 * math.pi * 9.5**2, rel=1e-12)


def test_a_soma_of_three_points_as_of_neuromorpho_is_that_sphere_too():
    soma = tree("three_points")["soma[0]"]
    assert soma.length_um == 16
    assert soma.diameter_um == (16, 16, 16)


def test_sections_grow_from_the_middle_of_a_sphere_at_their_own_first_points():
    found = tree("one_point")
    assert list(found) == [
        "soma[0]", "dend[0]", "dend[1]", "dend[2]", "dend[3]", "apic[0]", "apic[1]", "apic[2]", "apic[3]", "axon[0]",
    ]  # fmt: skip
    assert {found[name].position for name in ("dend[0]", "dend[3]", "apic[0]", "axon[0]")} == {0.5}
    assert found["dend[0]"].length_um == pytest.approx(
        np.linalg.norm([51, 18, 5]) + np.linalg.norm([60, 20, 0]), rel=1e-6
    )
    # A branch begins with the point it grows from, and has its diameter.
    assert found["dend[1]"].diameter_um == pytest.approx((1.6, 0.9), rel=1e-6)


def test_a_branch_at_the_first_point_of_a_dendrite_grows_from_its_beginning():
    branch = tree("one_point")["apic[3]"]
    assert (branch.parent, branch.position) == ("apic[0]", 0.0)


def test_a_soma_of_points_in_a_row_is_a_cable_with_dendrites_at_its_ends_and_its_middle():
    found = tree("cylinder")
    assert found["soma[0]"].diameter_um == (14, 18, 12)
    joined = {name: one.position for name, one in found.items() if one.parent == "soma[0]"}
    assert joined == {"dend[0]": 1.0, "dend[1]": 0.0, "dend[2]": 0.5}


def test_areas_and_resistances_are_those_of_frusta_whatever_the_number_of_compartments():
    dend = tree("one_point")["dend[0]"]
    arc, d = dend.arc_um, dend.diameter_um
    area = sum(
        math.pi / 2 * (d[i] + d[i + 1]) * math.hypot(arc[i + 1] - arc[i], (d[i + 1] - d[i]) / 2) for i in range(2)
    )
    resistance = sum(4 / math.pi * (arc[i + 1] - arc[i]) / (d[i] * d[i + 1]) for i in range(2))
    for count in (1, 3, 8):
        pieces = cut(dend, count).pieces
        assert len(pieces) == count
        assert sum(piece.area_um2 for piece in pieces) == pytest.approx(area, rel=1e-12)
        assert sum(piece.left_per_um + piece.right_per_um for piece in pieces) == pytest.approx(resistance, rel=1e-12)


def test_numbers_of_compartments_are_neurons():
    """NEURON 9.0.2: int((L/(0.1*lambda_f(100)) + .9)/2)*2 + 1 with Ra = 35.4 ohm cm, cm = 1 uF/cm2."""
    counts = {name: Rule().count(one, 35.4, 1.0) for name, one in tree("one_point").items()}
    assert sum(counts.values()) == 32
    assert counts["soma[0]"] == 1
    assert counts["axon[0]"] == 7
    dend = tree("one_point")["dend[1]"]
    assert Rule(None, longest_um=20).count(dend, 35.4, 1.0) == 11
    assert Rule(None, each=4).count(dend, 35.4, 1.0) == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no points"),
        ("1 1 0 0 0 5", "line 1: has 6 values; a point has 7"),
        ("1 1 0 0 zero 5 -1", "line 1: z 'zero' is not allowed"),
        ("1 1.5 0 0 0 5 -1", "line 1: type '1.5' is not allowed; it must be a whole number"),
        ("1 1 0 0 0 0 -1", "line 1: radius '0' is not allowed; it must be above 0"),
        ("1 1 0 0 0 nan -1", "line 1: radius 'nan'"),
        ("1 1 0 0 0 5 -1\n1 3 0 9 0 1 1", "line 2: the id 1 stands twice, first in line 1"),
        ("1 1 0 0 0 5 -1\n2 3 0 9 0 1 7", "line 2: the parent 7 of point 2 is missing"),
        ("1 1 0 0 0 5 -1\n2 3 0 9 0 1 3\n3 3 0 20 0 1 2", "line 2: point 2 is in a ring of parents"),
        ("1 1 0 0 0 5 2\n2 3 0 9 0 1 -1", "line 1: point 1 has a parent with a larger id"),
        ("1 1 0 0 0 5 -1\n2 1 0 9 0 1 -1", r"has 2 roots \(lines 1, 2\)"),
        ("1 1 0 0 0 5 -1\n2 3 0 9 0 1 2", "line 2: point 2 is in a ring of parents"),
    ],
)
def test_what_is_no_tree_is_refused_in_one_sentence(tmp_path, text, reason):
    path = written(tmp_path, text)
    with pytest.raises(UserError, match=reason) as error:
        sections(read_swc(path), path)
    assert "\n" not in str(error.value)
