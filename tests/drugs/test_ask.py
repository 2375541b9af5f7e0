"""`gbar drug`: doses side by side, the control first, and mistakes in one sentence."""

from pathlib import Path

import pytest

from gbar import cells
from gbar.cli import main
from gbar.drugs.table import cipa
from gbar.drugs.targets import binds, currents_of
from gbar.records.files import read_csv

CELL = ("--cell", "tentusscher2004", "--beats", "2")


def table(path: Path) -> list[dict[str, str]]:
    header, lines = read_csv(path)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_a_dose_prolongs_and_the_control_comes_first(capsys, tmp_path: Path):
    assert main(["drug", *CELL, "--drug", "Dofetilide", "--conc", "1x,13.72", "--out", str(tmp_path / "d.csv")]) == 0
    out = capsys.readouterr().out
    assert "tentusscher2004 M, 2 beats every 1000 ms under dofetilide (high risk), hERG blocked" in out
    assert "2 nM (1x)" in out
    assert "note: the cell has no INaL, whose block is left out" in out
    control, one, six = table(tmp_path / "d.csv")
    assert [row["concentration_nM"] for row in (control, one, six)] == ["0", "2", "13.72"]
    assert float(six["IKr_left"]) == pytest.approx(0.5)  # at its IC50
    assert float(control["Bnet"]) == 0
    assert float(six["apd90_ms"]) > float(one["apd90_ms"]) > float(control["apd90_ms"])


@pytest.mark.slow
def test_the_control_of_cipas_cell_is_the_published_one(capsys, tmp_path: Path):
    # Steady state from FDA's start: APD90 289.2, APD50 236.9 ms and qNet 0.06967 C/F at a cycle length of 2 s.
    out = str(tmp_path / "d.csv")
    asked = ["--cell", "ohara2011", "--drug", "ranolazine", "--conc", "1x", "--beats", "2"]
    assert main(["drug", *asked, "--out", out]) == 0
    assert "hERG bound" in capsys.readouterr().out
    control, dose = table(Path(out))
    assert float(control["apd90_ms"]) == pytest.approx(289.2, abs=0.1)
    assert float(control["apd50_ms"]) == pytest.approx(236.9, abs=0.1)
    assert "IKr_left" not in control
    assert float(control["qNet_C_per_F"]) == pytest.approx(0.06967, abs=1e-5)
    assert float(dose["apd90_ms"]) > float(control["apd90_ms"])


def test_each_cell_calls_its_currents_as_it_likes():
    assert currents_of(cells.get("tentusscher2004"), "ICaL") == ("gCaL",)
    assert currents_of(cells.get("tentusscher2004"), "Ito") == ("gto",)
    assert currents_of(cells.get("akwaboah2021"), "IKr") == ("IKr",)
    assert currents_of(cells.get("akwaboah2021"), "INaL") == ()


def test_only_a_cell_with_such_a_channel_is_bound():
    drug = cipa()["dofetilide"]
    assert binds(cells.get("ohara2011"), drug)
    assert not binds(cells.get("ohara2011", "original"), drug)
    assert not binds(cells.get("tentusscher2004"), drug)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--drug", "dofetilid"], "drug of the CiPA initiative: 'dofetilid' is not allowed"),
        (["--drug", "dofetilide", "--conc", "1x,many"], "concentration of dofetilide: 'many' is not allowed"),
        (["--drug", "dofetilide", "--beats", "0"], "--beats: 0 is not allowed; it must be a number of at least 1"),
        (["--drug", "dofetilide", "--hERG", "dynamic"], "tentusscher2004 no channel for it"),
        (["--drug", "dofetilide", "--variant", "atrial"], "variant"),
        (["--drug", "dofetilide", "--drugs", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_mistakes_are_told_in_one_sentence(capsys, arguments: list[str], message: str):
    assert main(["drug", *CELL, *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_dose_far_from_the_therapeutic_one_is_asked_about(capsys):
    assert main(["drug", *CELL, "--drug", "dofetilide", "--conc", "2000"]) == 0
    assert "note: a dose is a thousand times off the therapeutic 2 nM; is it in nM?" in capsys.readouterr().out
