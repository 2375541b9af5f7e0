"""The share of rows with abnormal repolarisation, and the marker of risk that is made of it."""

from pathlib import Path

import pytest

from gbar.config.risk import RiskSection
from gbar.drugs.labels import HEADER
from gbar.drugs.scores import scores
from gbar.drugs.shares import shares
from gbar.errors import UserError
from gbar.records.files import read_csv, write_csv

COURSES = {
    "control": ["regular", "regular", "regular", "regular"],
    "a": ["regular", "afterdepolarisations", "no repolarisation", "diverged"],
    "b": ["alternans", "silent", "regular", "regular"],
}


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """labels.csv and biomarkers.csv of a population of four under two drugs."""
    labels, rows = [], []
    for drug, courses in COURSES.items():
        for member, course in enumerate(courses):
            identity, status = f"{drug}{member}", course if course in ("silent", "diverged") else "ok"
            dose = 0 if drug == "control" else 2
            labels.append([identity, drug, dose, 10 * dose, "", f"m{member}", "", "", 0])
            rows.append([identity, 1.0, status, course, "cardiac"])
    write_csv(tmp_path / "labels.csv", HEADER, labels)
    write_csv(tmp_path / "biomarkers.csv", ["id", "IKr", "status", "class", "beats"], rows)
    return tmp_path / "labels.csv", tmp_path / "biomarkers.csv"


def test_the_share_is_of_the_members_that_were_solved(tables: tuple[Path, Path], tmp_path: Path):
    shares(*tables, tmp_path / "shares.csv")
    header, lines = read_csv(tmp_path / "shares.csv")
    found = {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    assert [found[drug]["share"] for drug in COURSES] == ["0", "0.666667", "0"]
    assert found["a"]["rows"] == "4"
    assert [found["a"][name] for name in ("not_solved", "silent", "afterdepolarisations", "no_repolarisation")] == [
        "1",
        "0",
        "1",
        "1",
    ]
    assert (found["b"]["dose_Cmax"], found["b"]["concentration_nM"], found["b"]["silent"]) == ("2", "20", "1")


def test_the_marker_abnormal_is_that_share_over_members_and_doses(tables: tuple[Path, Path]):
    found = scores(*tables, RiskSection(sweep="x", marker="abnormal", doses_Cmax=(2.0,)))
    assert found.drug.tolist() == ["a", "b"]
    assert found.value == pytest.approx([2 / 3, 0])


def test_a_row_that_is_missing_is_told(tables: tuple[Path, Path], tmp_path: Path):
    write_csv(tables[1], ["id", "class"], [["control0", "regular"]])
    with pytest.raises(UserError, match="lacks the row control1; gather the sweep again"):
        shares(*tables, tmp_path / "shares.csv")
