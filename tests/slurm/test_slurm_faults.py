"""What goes wrong on a cluster while a sweep is solved, after which it ends as if nothing had."""

import signal
from pathlib import Path

import numpy as np
import pytest
from cluster import Job, Run, command, jobs, until
from project import Project

pytestmark = [pytest.mark.slurm, pytest.mark.workflow, pytest.mark.slow]

GATHERED = "results/sweeps/spikes/biomarkers.csv"


def solving() -> list[Job]:
    return [job for job in jobs("RUNNING") if "solve" in job.rule]


def blocks(project: Project) -> dict[str, Path]:
    return {file.name: file for file in (project.folder / "results/sweeps/spikes/blocks").glob("*.npz")}


def assert_same_numbers(project: Project, expected: Project) -> None:
    assert (project.folder / GATHERED).read_bytes() == (expected.folder / GATHERED).read_bytes()
    found, wanted = blocks(project), blocks(expected)
    assert found.keys() == wanted.keys()
    for name in wanted:
        with np.load(found[name]) as one, np.load(wanted[name]) as other:
            np.testing.assert_array_equal(one["V"], other["V"])


def test_a_cancelled_job_is_submitted_again(small: Project, undisturbed: Project):
    run = Run(small.folder, GATHERED)
    until(solving, run)
    cancelled = solving()[0]
    command("scancel", cancelled.number)
    assert "SLURM status is: 'CANCELLED'" in run.finished()
    again = [job for job in jobs("COMPLETED") if job.rule == cancelled.rule]
    assert [job.number for job in again] not in ([], [cancelled.number])
    assert_same_numbers(small, undisturbed)


def test_the_jobs_of_a_node_that_went_down_run_on_the_other(small: Project, undisturbed: Project):
    run = Run(small.folder, GATHERED)
    until(lambda: any(job.node == "n2" for job in solving()), run)
    (lost,) = (job for job in solving() if job.node == "n2")
    command("scontrol", "update", "nodename=n2", "state=down", "reason=test")
    try:
        run.finished()
    finally:
        command("scontrol", "update", "nodename=n2", "state=resume")
    # SLURM remembers jobs of earlier tests, too; this one was put back into its queue, or submitted again.
    ended = [job for job in jobs("COMPLETED") if job.rule == lost.rule and int(job.number) >= int(lost.number)]
    assert [job.node for job in ended] == ["n1"]
    assert_same_numbers(small, undisturbed)
    assert command("srun", "--nodelist=n2", "hostname")


def test_after_a_killed_snakemake_the_study_goes_on_with_what_its_jobs_finished(small: Project, undisturbed: Project):
    run = Run(small.folder, GATHERED)
    until(solving, run)
    run.process.send_signal(signal.SIGKILL)
    run.process.wait()
    locked = small.snakemake(GATHERED)
    assert locked.status != 0
    assert "--unlock" in locked.output
    until(lambda: not jobs("PENDING", "RUNNING", "COMPLETING"))  # SLURM knows nothing of it: its jobs go on
    stamps = {name: file.stat().st_mtime_ns for name, file in blocks(small).items()}
    assert stamps
    assert small.snakemake("--unlock").status == 0
    Run(small.folder, GATHERED).finished()
    assert stamps.items() <= {name: file.stat().st_mtime_ns for name, file in blocks(small).items()}.items()
    assert_same_numbers(small, undisturbed)
