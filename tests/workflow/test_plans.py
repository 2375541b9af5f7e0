"""Plans of several designs side by side, and the study that a report gives back."""

import pytest
from project import Project
from test_rerun import edited
from tests.records.test_provenance import offered

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_a_look_at_an_edited_configuration_leaves_results_and_plan_of_the_first(project: Project):
    first = project.configuration
    results = project.folder / "results"
    stamps = {file: file.stat().st_mtime_ns for file in results.rglob("*") if file.is_file()}
    edited(project, "sweeps", "cloud", "design", "rows", value=8)
    edited(project, "sweeps", "hipsc", "design", "levels", value=[0.8, 1.0, 1.4])
    outcome = project.snakemake("--dry-run")
    assert (outcome.jobs["solve"], outcome.jobs["gather"]) == (2, 2)
    assert stamps.items() <= {file: file.stat().st_mtime_ns for file in results.rglob("*") if file.is_file()}.items()
    project.configure(first)
    again = project.snakemake()
    assert again.status == 0, again.output
    assert again.jobs == {}


def test_the_configuration_that_the_report_offers_is_the_finished_study(project: Project):
    page = (project.folder / "results/report.html").read_text()
    (project.folder / "study.yaml").write_text(offered(page, "study.yaml"))
    edited(project, "sweeps", "other", value=project.configuration["sweeps"]["cloud"])  # the clone's own is left out
    edited(project, "report", value={"title": "Another"})
    outcome = project.snakemake("--dry-run", "--replace-workflow-config", "--configfile", "study.yaml")
    assert outcome.status == 0, outcome.output
    assert outcome.jobs == {}
