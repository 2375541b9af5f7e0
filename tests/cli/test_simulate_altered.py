"""`gbar simulate --altered`."""

import os
from pathlib import Path

import pytest

from gbar.cells.altered import Altered, write_altered
from gbar.cli import main


@pytest.fixture(autouse=True)
def _environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verbs set variables for JAX, which no other test should inherit."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.fixture
def altered(tmp_path: Path) -> str:
    write_altered(tmp_path / "altered.json", Altered(cell="tentusscher2004", variant="epi", scales={"gKr": 0.5}))
    return str(tmp_path / "altered.json")


def simulated(capsys: pytest.CaptureFixture, *arguments: str) -> list[str]:
    assert main(["simulate", "tentusscher2004", "--duration-ms", "500", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.slow
def test_an_altered_cell_is_the_cell_with_its_currents_scaled(capsys, altered: str):
    title, *found = simulated(capsys, "--altered", altered, "--scale", "gKr=0.5", "gto=2")
    assert title == "tentusscher2004 epi altered.json gKr=0.5 gto=2 pacing, 500 ms: ok"
    _, *scaled = simulated(capsys, "--variant", "epi", "--scale", "gKr=0.25", "gto=2")
    _, *unaltered = simulated(capsys, "--variant", "epi", "--scale", "gKr=0.5", "gto=2")
    assert found == scaled != unaltered


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tentusscher2004", "--variant", "M"], "is about tentusscher2004 epi, not tentusscher2004 M"),
        (["hodgkinhuxley1952"], "is about tentusscher2004 epi, not hodgkinhuxley1952 nest"),
    ],
)
def test_an_altered_cell_of_another_kind_is_refused(
    capsys, altered: str, tmp_path: Path, arguments: list[str], message: str
):
    out = tmp_path / "trace.csv"
    assert main(["simulate", *arguments, "--altered", altered, "--out", str(out)]) != 0
    assert message in capsys.readouterr().err
    assert not out.exists()
