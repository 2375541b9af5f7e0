"""A neuron of the user's files through the real Snakefile: sweep, inverter, fit and report, and an edited mechanism."""

import hashlib
import shutil

import pytest
from neuron_files import MODELS
from project import Project
from test_rerun import run

from gbar.sweeps.store import open_store

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

FILES = ("three_points.swc", "kdr.mod", "na.mod")


def study() -> dict:
    return {
        "sweeps": {
            "mine": {
                "cell": {
                    "morphology": "three_points.swc",
                    "mechanisms": {"all": ["pas"], "soma": ["na.mod", "kdr.mod"]},
                    "parameters": {"celsius": 30, "gbar_nat": 0.3, "gkbar_kdr": 0.1, "e_pas": -70},
                },
                "design": {
                    "kind": "uniform",
                    "vary": ["gpas", "e_pas"],
                    "range": {"gpas": [0.5, 2], "e_pas": [-85, -60]},
                    "rows": 160,
                },
                "protocol": {
                    "duration_ms": 460,
                    "save_every_ms": 0.025,
                    "stimulus": {"kind": "steps", "values": [[5, 0.3], [400, 0]]},
                },
            },
        },
        "invert": {
            "mine": {
                "sweep": "mine",
                "traces": {"every": 4, "held_out": 0.4, "folds": 3, "checked": False},
                "network": {
                    "repeat": 1,
                    "filters": [4, 8],
                    "kernel": 4,
                    "pool": 6,
                    "dense": [8],
                    "dropout": 0,
                    "last": "tanh",
                },
                "training": {"epochs": 40, "batch_size": 16, "optimizer": "adam"},
                "ensemble": {"folds": 1, "seeds": 2},
                "round_trip": 2,
                "refine": {"cells": 1, "starts": 1, "horizons": 1, "steps": 1},
            }
        },
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.create(tmp_path_factory.mktemp("neuron") / "project", study())
    for name in FILES:
        shutil.copy(MODELS / name, project.folder)
    jobs = run(project)
    assert jobs["solve"] == jobs["gather"] == 1
    return project


def test_the_store_has_spikes_and_the_report_names_every_file_with_its_digest(finished: Project):
    store = open_store(finished.folder / "results/sweeps/mine/store.zarr")
    assert str(store.attrs["cell"]).startswith("three_points@")
    biomarkers = (finished.folder / "results/sweeps/mine/biomarkers.csv").read_text()
    assert biomarkers.count("\n") == 161
    page = (finished.folder / "results/report.html").read_text()
    assert "which must be there too: kdr.mod, na.mod, three_points.swc." in page
    for name in FILES:
        assert f"{name} (SHA-256 {hashlib.sha256((finished.folder / name).read_bytes()).hexdigest()})" in page


def test_an_edited_mechanism_solves_the_sweep_again(finished: Project, tmp_path):
    project = finished.copy(tmp_path / "project")
    mod = project.folder / "kdr.mod"
    mod.write_text(mod.read_text().replace("gm = 0.7", "gm = 0.6"))
    outcome = project.snakemake("--dry-run")
    assert outcome.status == 0, outcome.output
    assert outcome.jobs["solve"] == outcome.jobs["gather"] == 1
