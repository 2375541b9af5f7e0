"""Results that were copied into a fresh clone, or published and cloned: their time stamps say nothing."""

import os
import shutil

import pytest
from project import Project
from test_rerun import AFTER_STORE, edited

from gbar.report.verify import verify_results

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TOLD = "results holds results that this folder has no records of"


@pytest.fixture
def copied(project: Project) -> Project:
    """The finished study without Snakemake's records, what was made first with the latest time stamps."""
    shutil.rmtree(project.folder / ".snakemake")
    files = sorted((file for file in (project.folder / "results").rglob("*")), key=lambda file: file.stat().st_mtime_ns)
    for age, file in enumerate(files):
        os.utime(file, (1_700_000_000 - age, 1_700_000_000 - age))
    return project


def test_they_are_taken_as_they_are_by_touch_and_the_message_says_so(copied: Project):
    looked_at = copied.snakemake("--dry-run")
    assert looked_at.jobs
    assert TOLD in looked_at.output
    assert "`snakemake --touch --cores 1`" in looked_at.output
    assert copied.snakemake("--touch").status == 0
    again = copied.snakemake("--dry-run")
    assert again.jobs == {}
    assert TOLD not in again.output
    assert all(finding.ok for finding in verify_results(copied.folder / "results"))
    edited(copied, "sweeps", "hipsc", "design", "levels", value=[0.8, 1.0, 1.2, 1.4])
    assert copied.snakemake("--dry-run").jobs == {"solve": 1} | AFTER_STORE


def test_nothing_is_said_of_results_of_this_folder_or_of_none(project: Project):
    assert TOLD not in project.snakemake("--dry-run").output
    shutil.rmtree(project.folder / "results")
    shutil.rmtree(project.folder / ".snakemake")
    assert TOLD not in project.snakemake("--dry-run").output
