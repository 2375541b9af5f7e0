"""The tiny study, run once; each test works on a copy of it."""

from pathlib import Path

import pytest
from project import Project


def tiny_model(lstm_layers: int) -> dict:
    return {
        "network": {
            "name": f"dlstm{lstm_layers}",
            "lstm_widths": [4] * lstm_layers,
            "dense_widths": [4, 4],
            "activation": "tanh",
        },
        "training": {"epochs": 2, "batch_size": 12, "learning_rate": 0.01},
    }


def tiny_study() -> dict:
    return {
        "sweeps": {
            "hipsc": {
                "cell": {"name": "akwaboah2021"},
                "design": {
                    "kind": "subsets",
                    "vary": ["INa", "IKur", "IKr", "IK1", "ICaL"],
                    "levels": [0.8, 1.0, 1.2],
                },
                "protocol": {"duration_ms": 1600, "save_every_ms": 0.1},
                "rows_per_job": 32,
            },
            "cloud": {
                "cell": {"name": "akwaboah2021"},
                "design": {"kind": "sobol", "vary": ["INa", "IKr"], "range": [0.9, 1.1], "rows": 4},
                "protocol": {"duration_ms": 200, "save_every_ms": 0.1},
                "rows_per_job": 32,
            },
        },
        "emulate": {
            "sweep": "hipsc",
            "windows": {"samples": 5000, "resampled": 1000, "trim": 10, "lead_ms": 20, "min_beats": 3},
            "models": {"dlstm2": tiny_model(2), "dlstm3": tiny_model(3)},
        },
    }


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
