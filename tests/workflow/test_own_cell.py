"""The example study of a cell from a file, in small: its design, its identity, what an edit of the file redoes."""

from pathlib import Path

import pytest
import yaml
from project import ROOT, Project

from gbar.records.digest import file_digest
from gbar.sweeps.design_files import read_rows

pytest.importorskip("myokit", reason="cells from files need Myokit: pip install 'gbar[cells]'")
pytestmark = [pytest.mark.workflow, pytest.mark.slow]

FILE = "workflow/studies/beeler_reuter_1977.mmt"
STUDY = yaml.safe_load((ROOT / "workflow/studies/own_cell.yaml").read_text())


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Four settings of the study's cell, solved."""
    sweep = STUDY["sweeps"]["ventricular"]
    small = {"cell": sweep["cell"], "design": sweep["design"] | {"rows": 4}, "protocol": {"duration_ms": 500}}
    configuration = {"sweeps": {"ventricular": small}, "emulate": None}
    project = Project.create(tmp_path_factory.mktemp("own_cell") / "project", configuration)
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    return project


def ids(project: Project) -> set[str]:
    return set(read_rows(project.folder / "results/sweeps/ventricular/design.csv").ids)


def test_the_study_ends_in_an_emulator_an_inverter_and_a_report(solved: Project):
    outcome = solved.snakemake("--dry-run", "--configfile", "workflow/studies/own_cell.yaml")
    assert outcome.status == 0, outcome.output
    assert {"solve", "windows", "train", "evaluate", "fold", "assemble", "judge", "refine", "report"} <= set(
        outcome.jobs
    )


def test_the_report_names_the_file_its_digest_and_its_reference(solved: Project):
    page = (solved.folder / "results/report.html").read_text()
    for text in ("beeler_reuter_1977.mmt", file_digest(solved.folder / FILE), "10.1113/jphysiol.1977.sp011853"):
        assert text in page


def test_an_edited_file_is_another_cell_and_solved_again(solved: Project, tmp_path: Path):
    project = solved.copy(tmp_path / "project")
    before = ids(project)
    file = project.folder / FILE
    file.write_text(file.read_text().replace("g_Na = 4 ", "g_Na = 5 "))
    assert project.snakemake().status == 0
    assert not ids(project) & before
    assert project.snakemake("--dry-run").jobs == {}
