"""A tiny inverter through the real Snakefile: from the sweep to an answer on a recording, and one more trial."""

import json
from pathlib import Path

import numpy as np
import pytest
from project import Project
from saved_traces import FORMATS, INTERVALS_ms, sampled

import gbar
from gbar.invert.quality import crossings
from gbar.invert.recording import recorded_around
from gbar.invert.resimulate import Simulator
from gbar.invert.traces import TEST, STEP_mV, open_traces
from gbar.recordings import read_recording
from gbar.report.verify import verify_results
from gbar.sweeps.store import open_store, read_voltage

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

RANGES = {"a": [0.02, 0.1], "c": [-70, -55]}
PROTOCOL = {"duration_ms": 460, "save_every_ms": 0.02}
SCAN = {
    "trials": 2,
    "epochs": 2,
    "grace_epochs": 0,
    "blocks": [2, 2],
    "filters": [2, 4],
    "pool": [5, 6],
    "repeat": [1, 1],
    "dense_layers": [2, 2],
    "optimizer": ["adam"],
    "batch_size": [16],
}


def study() -> dict:
    return {
        "sweeps": {
            "spikes": {
                "cell": {"name": "izhikevich2003"},
                "design": {"kind": "uniform", "vary": ["a", "c"], "range": RANGES, "rows": 160},
                "protocol": PROTOCOL,
                "voltage": "int16",
            },
            "sticks": {
                "cell": {"name": "ballsticks"},
                "design": {"kind": "uniform", "vary": ["gl"], "range": [2.5e-4, 1e-3], "rows": 8},
                "protocol": PROTOCOL,
            },
        },
        "invert": {
            "spikes": {
                "sweep": "spikes",
                "traces": {"every": 20, "held_out": 0.4, "folds": 3},
                "scan": SCAN,
                "stability": {"top": 1, "seeds": 2},
                "ensemble": {"folds": 1, "seeds": 2},
                "cross": ["sticks"],
                "sizes": {"traces": [16, 24], "folds": 1},
                "round_trip": 3,
                "refine": {"cells": 1, "starts": 1, "horizons": 1, "steps": 1},
            }
        },
        "recordings": {"slice": {"file": "slice.csv", "inverter": "spikes", "start_ms": 10}},
    }


def write_recording(path: Path) -> None:
    """A trace at rest with a few spikes, every 0.1 ms."""
    time_ms = np.arange(2200) * 0.1
    V_mV = -65 + 100 * np.exp(-(((time_ms[:, None] - [40, 80, 130]) / 0.5) ** 2)).sum(axis=1)
    rows = (f"{time:.1f},{value:.3f}" for time, value in zip(time_ms, V_mV, strict=True))
    path.write_text("\n".join(["time_ms,V_mV", *rows]) + "\n")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.create(tmp_path_factory.mktemp("inverter") / "project", study())
    write_recording(project.folder / "slice.csv")
    outcome = project.snakemake()
    assert outcome.status == 0, outcome.output
    return project


def test_everything_that_was_asked_for_is_there(finished: Project):
    results = finished.folder / "results"
    inverter = gbar.load_inverter(results / "invert/spikes/model")
    assert [one.name for one in inverter.parameters] == ["a", "c"]
    metrics = json.loads((results / "invert/spikes/metrics.json").read_text())
    assert metrics["mse"] > 0
    kinds = [
        "scan",
        "stability",
        "predictions",
        "residuals",
        "coverage",
        "range",
        "cross",
        "sizes",
        "round_trip",
        "refine",
    ]
    assert {f"invert_{kind}_spikes.svg" for kind in kinds} | {"invert_recording_slice.svg"} <= {
        file.name for file in (results / "figures").iterdir()
    }
    page = (results / "report.html").read_text()
    assert "Inverter spikes: the best of 2 trials" in page
    assert "Recording slice" in page
    assert "traces of inverter spikes" in page


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("sample_ms", INTERVALS_ms)
def test_a_stored_trace_saved_as_a_recording_has_the_answer_of_the_test_trace_and_all_its_spikes(
    finished: Project, tmp_path: Path, ending: str, sample_ms: float
) -> None:
    results = finished.folder / "results"
    inverter, data = (
        gbar.load_inverter(results / "invert/spikes/model"),
        open_traces(results / "invert/spikes/traces.zarr"),
    )
    rows, store = data.rows(TEST)[:20], open_store(results / "sweeps/spikes/store.zarr")
    place = np.asarray(store["id"][:]).tolist()
    V = np.stack([read_voltage(store, place.index(data.ids[row])) for row in rows])
    expected = inverter.predict(data.read(rows) * np.float32(STEP_mV))
    stored = Simulator(data.sweep, data.settings, data.parameters).cut(V)
    for k, one in enumerate(stored):
        path = tmp_path / f"cell.{ending}"
        FORMATS[ending](path, sampled(V[k].astype(float), 0.02, sample_ms), sample_ms)
        around = recorded_around(read_recording(path), inverter.view, data.settings.first * 0.02)
        found = inverter.predict(around.V_mV[None], around.sample_ms, around.begin_ms)
        assert found.verdict[0] == expected.verdict[k]
        assert (np.abs(found.unit[0] - expected.unit[k]) <= expected.unit_spread[k]).all()
        # As the QA flag of the data set counts them, from the ramp on: crossings of +20 mV at 0.02 ms.
        assert len(around.spikes_ms) == len(one.spikes_ms) >= crossings(V[k : k + 1], (120.02, 285.0), 0.02)[0] > 0


def test_every_result_verifies_and_a_changed_trace_does_not(finished: Project, tmp_path: Path):
    wrong = [finding for finding in verify_results(finished.folder / "results") if not finding.ok]
    assert wrong == []
    copy = finished.copy(tmp_path / "copy")
    chunk = copy.folder / "results/invert/spikes/traces.zarr/trace/c/0/0"
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"\x00")
    wrong = [finding for finding in verify_results(copy.folder / "results") if not finding.ok]
    assert [finding.path.name for finding in wrong] == ["traces.zarr"]


def test_a_second_run_has_nothing_to_do(finished: Project):
    assert finished.snakemake("--dry-run").jobs == {}


def test_one_more_trial_trains_that_one_and_no_other(finished: Project, tmp_path: Path):
    copy = finished.copy(tmp_path / "copy")
    more = study()
    more["invert"]["spikes"]["scan"] = SCAN | {"trials": 3}
    copy.configure(more)
    outcome = copy.snakemake("results/invert/spikes/scan.csv")
    assert outcome.status == 0, outcome.output
    assert outcome.jobs == {"trial": 1, "rank": 1}


def test_an_edited_figure_of_the_false_alarms_trains_nothing(finished: Project, tmp_path: Path):
    copy = finished.copy(tmp_path / "copy")
    other = study()
    other["invert"]["spikes"]["false_alarms"] = 0.1
    copy.configure(other)
    jobs = copy.snakemake("--dry-run").jobs
    assert "assemble" in jobs
    assert not {"trial", "stability", "fold", "size", "solve"} & jobs.keys()
