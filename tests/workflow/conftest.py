"""The tiny study, run once; each test works on a copy of it."""

from pathlib import Path

import pytest
from project import Project, tiny_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny study, finished; not to be changed: copy it."""
    project = Project.create(tmp_path_factory.mktemp("workflow") / "finished", tiny_study())
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished study."""
    return finished.copy(tmp_path / "project")
