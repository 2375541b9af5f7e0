"""Reading a tree's table: what it says, and every way in which it can be wrong."""

import pytest

from gbar.cable.morphology import read_morphology
from gbar.errors import UserError

HEADER = "section,parent,parent_position,length_um,diameter_um,end_diameter_um,compartments,mechanisms\n"
SOMA = "soma,,,20,10,,1,soma\n"
GROUPS = ("soma", "dendrite")


@pytest.fixture
def read(tmp_path):
    def read(rows, header=HEADER):
        path = tmp_path / "tree.csv"
        path.write_text(header + rows)
        return read_morphology(path, GROUPS)

    return read


def test_a_table_is_read_as_it_stands(read):
    soma, dendrite = read(SOMA + "d, soma ,0.5,100,4,2,3,dendrite\n\n")
    assert (soma.name, soma.parent, soma.end_diameter_um) == ("soma", None, 10)
    assert (dendrite.parent, dendrite.position, dendrite.compartments) == ("soma", 0.5, 3)
    assert (dendrite.length_um, dendrite.diameter_um, dendrite.end_diameter_um) == (100, 4, 2)


MISTAKES = {
    "ring": ("a,b,1,9,1,,1,dendrite\nb,a,1,9,1,,1,dendrite\n", r"sections form a ring \(a > b > a\)"),
    "missing parent": ("a,trunk,1,9,1,,1,dendrite\n", r"parent of a: 'trunk' is not allowed"),
    "two roots": ("a,,,9,1,,1,dendrite\n", r"without a parent: 'soma, a' is not allowed.*exactly one"),
    "name twice": ("soma,soma,1,9,1,,1,dendrite\n", r"section 'soma' stands twice"),
    "no name": (",soma,1,9,1,,1,dendrite\n", r"row 2: section: '' is not allowed"),
    "zero diameter": ("a,soma,1,9,0,,1,dendrite\n", r"row 2 \(a\): diameter_um: '0' is not allowed.*above 0"),
    "negative length": ("a,soma,1,-9,1,,1,dendrite\n", r"length_um: '-9'"),
    "infinite length": ("a,soma,1,inf,1,,1,dendrite\n", r"length_um: 'inf'"),
    "no number": ("a,soma,1,9,thin,,1,dendrite\n", r"diameter_um: 'thin'"),
    "nan at the end": ("a,soma,1,9,1,nan,1,dendrite\n", r"end_diameter_um: 'nan'"),
    "no compartment": ("a,soma,1,9,1,,0,dendrite\n", r"compartments: '0' is not allowed.*from 1 to 10000"),
    "half a compartment": ("a,soma,1,9,1,,1.5,dendrite\n", r"compartments: '1.5'"),
    "position": ("a,soma,0.3,9,1,,1,dendrite\n", r"parent_position: '0.3' is not allowed.*0, 0.5 or 1"),
    "unknown group": ("a,soma,1,9,1,,1,axon\n", r"mechanisms: 'axon' is not allowed.*soma, dendrite"),
    "too many values": ("a,soma,1,9,1,,1,dendrite,5\n", r"row 2: there are more values than columns"),
    "too few values": ("a,soma,1,9\n", r"mechanisms: ''"),
}


@pytest.mark.parametrize(("rows", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_row_and_what_is_allowed(read, rows, message):
    with pytest.raises(UserError, match=message):
        read(SOMA + rows)


def test_a_table_without_sections_has_no_root(read):
    with pytest.raises(UserError, match="exactly one, the soma"):
        read("")


def test_a_missing_column_is_told(read):
    with pytest.raises(UserError, match=r"columns: 'section,length_um' is not allowed.*parent_position"):
        read("soma,20\n", header="section,length_um\n")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UserError, match=r"none\.csv: the morphology cannot be read"):
        read_morphology(tmp_path / "none.csv", GROUPS)


def test_a_table_of_a_spreadsheet_means_the_same(tmp_path):
    header = "section,parent,parent_position,length_um,diameter_um,end_diameter_um,compartments,mechanisms"
    text = f"{header}\nsoma,,,20.5,20,,1,soma\na,soma,0.5,9,1.5,,1,dendrite\n"
    (tmp_path / "plain.csv").write_text(text)
    (tmp_path / "other.csv").write_text(text.replace(",", ";").replace(".", ",").replace("\na", "\n;;;;;;;;\na"))
    plain, other = (read_morphology(tmp_path / f"{name}.csv", GROUPS) for name in ("plain", "other"))
    assert plain == other
