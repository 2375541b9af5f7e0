"""A population through the real Snakefile: candidates, members, and drugs on these, whose rows are known only then."""

import copy
from pathlib import Path

import pytest
from project import Project

from gbar.records.files import read_csv

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

SWEEP = {"cell": {"name": "tentusscher2004"}, "protocol": {"duration_ms": 2000, "save_every_ms": 0.5}}
CANDIDATES = {"kind": "population", "vary": ["gKr", "gKs", "gCaL"], "range": [0.5, 1.5], "rows": 8}
DRUGS = {"kind": "drug", "drugs": ["dofetilide", "verapamil"], "doses_Cmax": [1, 10], "population": "people"}
STUDY = {
    "sweeps": {"candidates": SWEEP | {"design": CANDIDATES}, "under": SWEEP | {"design": DRUGS}},
    "calibrate": {"people": {"sweep": "candidates", "ranges": {"apd90_ms": [280, 360]}}},
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The study, finished."""
    project = Project.create(tmp_path_factory.mktemp("population") / "project", STUDY)
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    return project


def ids(project: Project, table: str) -> list[str]:
    return [line[0] for line in read_csv(project.folder / "results" / table)[1]]


def test_each_member_is_under_each_dose_and_the_others_have_their_reasons(done: Project):
    members, rejected = ids(done, "populations/people/accepted.csv"), ids(done, "populations/people/rejections.csv")
    assert members
    assert sorted({*members, *rejected}) == sorted(ids(done, "sweeps/candidates/biomarkers.csv"))
    assert len(ids(done, "sweeps/under/biomarkers.csv")) == 5 * len(members)  # the control, two drugs at two doses
    assert ids(done, "sweeps/under/labels.csv") == ids(done, "sweeps/under/biomarkers.csv")
    assert len(ids(done, "sweeps/under/shares.csv")) == 5


def test_the_report_has_the_population_and_its_figures(done: Project):
    page = (done.folder / "results/report.html").read_text(encoding="utf-8")
    assert '<h2 id="populations">Populations</h2>' in page
    assert f"Population people: {len(ids(done, 'populations/people/accepted.csv'))} of 8 candidates" in page
    for figure in ("population_people", "doses_under", "under_under"):
        assert (done.folder / f"results/figures/{figure}.svg").exists()


def test_nothing_is_done_twice(done: Project, tmp_path: Path):
    assert done.copy(tmp_path / "project").snakemake("-n").jobs == {}


def test_other_ranges_solve_what_new_members_need_and_nothing_else(done: Project, tmp_path: Path):
    project = done.copy(tmp_path / "project")
    before = set(ids(project, "populations/people/accepted.csv"))
    edited = copy.deepcopy(STUDY)
    edited["calibrate"]["people"]["ranges"]["apd90_ms"] = [270, 350]
    project.configure(edited)
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    members = set(ids(project, "populations/people/accepted.csv"))
    assert members - before
    under = ids(project, "sweeps/under/biomarkers.csv")
    assert len(under) == 5 * len(members)
    solved = [
        one for block in project.folder.glob("results/sweeps/under/blocks/*.csv") for one, *_ in read_csv(block)[1]
    ]
    assert len(solved) == len(set(solved)) == 5 * len(members | before)


def test_a_population_that_nobody_is_in_ends_the_run_with_a_sentence(done: Project, tmp_path: Path):
    project = done.copy(tmp_path / "project")
    edited = copy.deepcopy(STUDY)
    edited["calibrate"]["people"]["ranges"]["apd90_ms"] = [10, 20]
    project.configure(edited)
    assert project.snakemake().status != 0
    log = (project.folder / "results/logs/populations/people.log").read_text()
    assert "none of 8 candidates is accepted; nobody meets apd90_ms [10, 20]" in log
    assert "Traceback" not in log
