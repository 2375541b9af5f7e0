"""A study of drugs through the real Snakefile: what one more drug, dose or sample makes it solve."""

import copy
from pathlib import Path

import pytest
from project import Project

from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics
from gbar.report.verify import verify_results

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

MINE = {"free_Cmax_nM": 10, "risk": "high", "blocks": {"IKr": {"IC50_nM": 12, "IC50_range_nM": [10, 15]}}}
STUDY = {
    "drugs": {"named": {"mine": MINE}},
    "risk": {"classes": {"sweep": "safety", "marker": "apd90_ms", "change": True, "doses_Cmax": [1, 4], "draws": 20}},
    "sweeps": {
        "safety": {
            "cell": {"name": "tentusscher2004"},
            "design": {"kind": "drug", "drugs": ["mine", "verapamil"], "doses_Cmax": [1, 4], "samples": 2},
            "protocol": {"duration_ms": 2000, "save_every_ms": 0.5},
        }
    },
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The study, finished."""
    project = Project.create(tmp_path_factory.mktemp("drugs") / "project", STUDY)
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    assert "sweeps.safety: tentusscher2004 has no INaL, whose block by verapamil is left out" in outcome.output
    return project


def columns(project: Project, table: str) -> dict[str, list[str]]:
    header, lines = read_csv(project.folder / "results/sweeps/safety" / table)
    return {name: [line[place] for line in lines] for place, name in enumerate(header)}


def test_labels_join_what_was_measured(done: Project):
    labels, measured = columns(done, "labels.csv"), columns(done, "biomarkers.csv")
    assert labels["id"] == measured["id"]
    apd90_ms = dict(zip(measured["id"], map(float, measured["apd90_ms"]), strict=True))
    by_label = [
        (drug, dose, apd90_ms[one])
        for one, drug, dose in zip(labels["id"], labels["drug"], labels["dose_Cmax"], strict=True)
    ]
    control = by_label[0][2]
    assert by_label[0][:2] == ("control", "0")
    assert all(value > control for drug, dose, value in by_label if drug == "mine")


def test_classes_of_risk_are_by_the_marker_and_by_bnet(done: Project):
    found = read_metrics(done.folder / "results/risk/classes/metrics.json", sealed=True)
    assert set(found["markers"]) == {"apd90_ms", "Bnet"}
    assert found["markers"]["apd90_ms"]["all"]["right"] == 2
    header, lines = read_csv(done.folder / "results/risk/classes/drugs.csv")
    assert [line[header.index("drug")] for line in lines] == ["mine", "verapamil"]


def test_the_report_has_drugs_and_risk_and_their_figures_and_all_is_verified(done: Project):
    page = (done.folder / "results/report.html").read_text(encoding="utf-8")
    assert '<h2 id="drugs">Drugs</h2>' in page
    assert '<h2 id="risk">Risk</h2>' in page
    assert "Risk classes: change of APD90 puts 2 of 2 drugs right" in page
    for figure in ("doses_safety", "under_safety", "ladder_classes"):
        assert (done.folder / f"results/figures/{figure}.svg").exists()
    said = {one.path.name: one for one in verify_results(done.folder / "results")}
    assert all(one.ok for one in said.values())
    assert {"labels.csv", "shares.csv", "drugs.csv"} <= set(said)


@pytest.mark.parametrize(
    ("change", "new_rows"),
    [({"drugs": ["mine", "verapamil", "quinidine"]}, 4), ({"doses_Cmax": [1, 2, 4]}, 4), ({"samples": 3}, 4)],
    ids=["drug", "dose", "sample"],
)
def test_a_run_after_one_more_solves_only_that(done: Project, tmp_path: Path, change: dict, new_rows: int):
    project = done.copy(tmp_path / "project")
    before = project.solved_rows()
    edited = copy.deepcopy(STUDY)
    edited["sweeps"]["safety"]["design"] |= change
    project.configure(edited)
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    after = project.solved_rows()
    assert outcome.jobs["solve"] == 1
    assert set(after.values()) == {1}
    assert len(after) - len(before) == new_rows
    assert columns(project, "labels.csv")["id"] == columns(project, "biomarkers.csv")["id"]


def test_a_drug_that_the_design_does_not_name_solves_nothing(done: Project, tmp_path: Path):
    project = done.copy(tmp_path / "project")
    edited = copy.deepcopy(STUDY)
    edited["drugs"]["named"]["other"] = {"blocks": {"ICaL": {"IC50_nM": 40}}}
    project.configure(edited)
    assert "solve" not in project.snakemake("-n").jobs
