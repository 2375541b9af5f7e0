"""The tiny study with every job on a cluster of two nodes ends in the numbers of a run without one."""

from pathlib import Path

import numpy as np
import pytest
from cluster import Run, edit_profile, jobs
from project import Project, tiny_study
from safetensors.numpy import load_file

pytestmark = [pytest.mark.slurm, pytest.mark.workflow, pytest.mark.slow]

# What holds numbers, and a figure.
TARGETS = (
    "results/sweeps/cloud/biomarkers.csv",
    "results/emulate/dlstm2/scores.csv",
    "results/emulate/dlstm3/scores.csv",
    "results/figures/losses.svg",
)
GPU = ("--set-resources", "train:gres=gpu:1")


@pytest.fixture
def local(finished: Project) -> Path:
    return finished.folder / "results"


@pytest.fixture(scope="module")
def submitted(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project.create(tmp_path_factory.mktemp("submitted") / "study", tiny_study())
    edit_profile(project.folder)
    Run(project.folder, *TARGETS, *GPU).finished()
    return project.folder / "results"


def test_traces_are_the_same(local: Path, submitted: Path):
    blocks = sorted(file.relative_to(local) for file in local.glob("sweeps/*/blocks/*.npz"))
    assert len(blocks) == 3
    for block in blocks:
        with np.load(local / block) as one, np.load(submitted / block) as other:
            np.testing.assert_array_equal(one["V"], other["V"])


def test_weights_are_the_same(local: Path, submitted: Path):
    models = sorted(file.relative_to(local) for file in local.glob("emulate/*/model/*.safetensors"))
    assert len(models) == 2
    for model in models:
        weights, others = load_file(local / model), load_file(submitted / model)
        assert weights.keys() == others.keys()
        for name in weights:
            np.testing.assert_array_equal(weights[name], others[name])


@pytest.mark.parametrize(("pattern", "count"), [("sweeps/*/biomarkers.csv", 2), ("emulate/*/scores.csv", 2)])
def test_tables_are_the_same(pattern: str, count: int, local: Path, submitted: Path):
    tables = sorted(file.relative_to(local) for file in local.glob(pattern))
    assert len(tables) == count
    for table in tables:
        assert (local / table).read_bytes() == (submitted / table).read_bytes()


def test_both_nodes_worked_and_training_went_to_the_gpu(submitted: Path):
    done = jobs("COMPLETED")
    assert {job.node for job in done} == {"n1", "n2"}
    assert [job.node for job in done if "train" in job.rule] == ["n2", "n2"]
