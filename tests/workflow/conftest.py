"""Each test works on a copy of the finished tiny study."""

from pathlib import Path

import pytest
from project import Project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished study."""
    return finished.copy(tmp_path / "project")
