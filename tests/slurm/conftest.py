"""A cluster for the tests of this folder, and projects set up to use it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import HERE, edit_profile, why_not
from project import Project

SWEEP = {
    "cell": {"name": "izhikevich2003"},
    "design": {"kind": "uniform", "vary": ["a", "d"], "range": {"a": [0.02, 0.1], "d": [2, 5]}, "rows": 4},
    "protocol": {"duration_ms": 460, "save_every_ms": 0.02},
    "rows_per_job": 2,
}


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two nodes, idle; stopped at the end."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    state = tmp_path_factory.mktemp("slurm")
    above = 3 if "PYTEST_XDIST_WORKER" in os.environ else 2  # the worker's folder, that of the run, that of the user
    for folder in (state, *state.parents[:above]):
        folder.chmod(0o711)  # munged, which is not root, must get at its key
    started = subprocess.run([HERE / "start.sh", state], capture_output=True, text=True, check=False)
    try:
        assert started.returncode == 0, started.stderr
        yield
    finally:
        subprocess.run([HERE / "stop.sh", state], check=True)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A study of one sweep in two blocks, solved and gathered without a cluster."""
    project = Project.create(tmp_path_factory.mktemp("local") / "small", {"sweeps": {"spikes": SWEEP}})
    outcome = project.snakemake("results/sweeps/spikes/biomarkers.csv")
    assert outcome.status == 0, outcome.output
    return project


@pytest.fixture
def small(cluster: None, tmp_path: Path) -> Project:
    """The same study, not begun, to be run on the cluster."""
    project = Project.create(tmp_path / "small", {"sweeps": {"spikes": SWEEP}})
    edit_profile(project.folder)
    return project
