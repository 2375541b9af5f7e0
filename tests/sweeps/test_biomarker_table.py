from pathlib import Path

import numpy as np
import pytest
from made_up import measured_rows
from tests.action_potentials import action_potentials

from gbar.errors import UserError
from gbar.sweeps.biomarker_table import DIVERGED, OK, SILENT, classify, read_table, write_table

IDS = ["beats", "rests", "failed"]


@pytest.fixture
def rows() -> list:
    traces = np.stack([action_potentials([100, 600, 1100], 1500), np.full(30_001, -70.0), np.full(30_001, np.nan)])
    status = np.array([OK, OK, DIVERGED])
    scalings = {"INa": np.array([1, 0.1, 2]), "IKr": np.array([0.4, 1, 1])}
    return measured_rows(IDS, scalings, status, traces.astype(np.float32), 0.05)


def test_each_row_gets_its_status(rows: list) -> None:
    assert [row.status for row in rows] == ["ok", "silent", "diverged"]
    assert [row.biomarkers.n_beats for row in rows] == [3, 0, 0]
    assert [row.beats_at_least(3) for row in rows] == [True, False, False]


def test_a_diverged_row_stays_diverged_whatever_its_beats() -> None:
    assert [classify(status, n) for status, n in ((OK, 2), (OK, 0), (DIVERGED, 2), (SILENT, 2))] == [
        OK,
        SILENT,
        DIVERGED,
        OK,
    ]


def test_a_table_reads_back_as_it_was_written(rows: list, tmp_path: Path) -> None:
    write_table(tmp_path / "biomarkers.csv", rows)
    again = read_table(tmp_path / "biomarkers.csv")
    assert [(row.id, row.scalings, row.status) for row in again] == [(row.id, row.scalings, row.status) for row in rows]
    for one, other in zip(rows, again, strict=True):
        assert vars(other.biomarkers) == pytest.approx(vars(one.biomarkers), abs=1e-6, nan_ok=True)


def test_what_is_undefined_is_an_empty_cell(rows: list, tmp_path: Path) -> None:
    write_table(tmp_path / "biomarkers.csv", rows)
    header, _, silent, diverged = (tmp_path / "biomarkers.csv").read_text().splitlines()
    assert header.startswith("id,INa,IKr,status,class,beats,n_beats,cycle_length_ms,rate_per_min,apd30_ms")
    assert silent == "rests,0.1,1.0,silent,silent,cardiac,0,,0.0" + "," * 11 + "-70.0,-70.0,-70.0" + "," * 7 + "0,,,0,0"
    assert diverged == "failed,2.0,1.0,diverged,diverged,cardiac,0" + "," * 22 + "0,,,0,0"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("apd90_ms", "apd95_ms", "column 'apd90_ms' is missing"),
        ("silent", "asleep", "status of rests: 'asleep' is not allowed; it must be one of ok, silent, diverged"),
        ("rests,0.1", "rests,small", "INa of rests: 'small' is not allowed; it must be a number"),
    ],
)
def test_a_table_that_is_none_is_refused(rows: list, tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "biomarkers.csv"
    write_table(path, rows)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UserError, match=message):
        read_table(path)
