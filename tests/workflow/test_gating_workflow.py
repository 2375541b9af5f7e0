"""A study of hidden gates alone, in the real workflow: what it makes, and what an edit redoes."""

import re

import pytest
from project import Project
from test_rerun import edited, run, solved

from gbar.cli import main

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

STUDY = {
    "gating": {
        "paced": {
            "shortest_ms": 500,
            "longest_ms": 800,
            "every_ms": 50,
            "duration_ms": 3000,
            "first_ms": 999,
            "slices": 2001,
            "training": 0.6,
            "clamp_voltages": 8,
            "clamp_ms": 50,
        },
        "cells": {"longqt": {"scales": {"gKr": 0.5}}},
        "networks": {"published": {"training": {"epochs": 1}}},
        "closed_loop_ms": [600],
        "retraining": {"network": "published", "training": {"epochs": 1}, "etas": [1e-3, 2e-3]},
        "identification": {
            "membrane": {"runs": 2},
            "refine": {"starts": 1, "trial_steps": 1, "iterations": 1},
            "settled_ms": 1000,
            "records": {"exact": {}},
        },
    }
}
OF_STUDY = ("scheme", "control", "cells", "rmse", "loop", "curves", "retrained_loop", "etas", "factors", "held_out")
FIGURES = {f"figure_gating_{kind}": 1 for kind in (*OF_STUDY, "currents", "gates")}
JUDGED = {"judge_retrained": 1, "figure_gating_retrained_loop": 1, "figure_gating_etas": 1, "figure_gating_gates": 1}
JUDGED |= {"figure_gating_currents": 1, "figure_gating_held_out": 1}
JOBS = {
    "paced": 2,
    "learn_gates": 1,
    "test_gates": 1,
    "retrain_gates": 2,
    "judge_retrained": 1,
    "identify": 2,
    "judge_identified": 1,
    "variant": 1,
    **FIGURES,
    "report": 1,
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The study, finished; not to be changed: copy it."""
    return solved(tmp_path_factory.mktemp("gating") / "solved", STUDY, JOBS)


def test_the_report_judges_both_second_stages_side_by_side(finished: Project):
    page = (finished.folder / "results/report.html").read_text()
    assert len(re.findall(r"Figure \d+\. ", page)) == len(FIGURES)
    for text in (
        "Hidden gates and altered currents",
        "Second stage as published",
        "Second stage of ours",
        "Iravanian",
        "paced cell longqt",
    ):
        assert text in page
    assert "Wrong: " not in page
    assert "What was run" not in page


def test_the_results_are_verified_and_an_edited_score_is_found(project: Project, capsys: pytest.CaptureFixture):
    results = project.folder / "results"
    assert main(["verify", str(results)]) == 0
    told = capsys.readouterr().out
    assert "control.zarr: 7 cycle lengths as solved" in told
    assert told.count("parameters as trained") == 3
    assert "variants/longqt.json: 12 factors as found" in told
    found = results / "gating/identified/longqt/exact.json"
    found.write_text(found.read_text().replace('"noise_mV": 0.0', '"noise_mV": 1.0'))
    assert main(["verify", str(results)]) == 1
    assert re.search(r"longqt/exact.json: WRONG: .*digest differs", capsys.readouterr().out)


def test_what_was_found_is_a_cell_again(finished: Project, capsys: pytest.CaptureFixture):
    variant = finished.folder / "results/gating/variants/longqt.json"
    pacing = ["--stimulus", "pacing", "--duration-ms", "1000"]
    assert main(["simulate", "tentusscher2004", "--altered", str(variant), *pacing]) == 0
    assert "longqt.json pacing, 1000 ms: ok" in capsys.readouterr().out


def test_nothing_is_redone_without_an_edit(project: Project):
    assert run(project, "--dry-run") == {}


@pytest.mark.parametrize(
    ("keys", "value", "jobs"),
    [
        (("identification", "records", "noisy"), {"noise_mV": 1}, {"identify": 2, "figure_gating_factors": 1}),
        (("cells", "longqt", "eta"), 2e-3, JUDGED),
        (("retraining", "etas"), [1e-3], {"retrain_gates": 2} | JUDGED),
        (("networks", "published", "training", "epochs"), 2, {"learn_gates": 1, "test_gates": 1, "retrain_gates": 2}
         | {f"figure_gating_{kind}": 1 for kind in ("rmse", "loop", "curves")} | JUDGED),
    ],
)  # fmt: skip
def test_an_edit_redoes_what_depends_on_it(project: Project, keys: tuple[str, ...], value: object, jobs: dict):
    edited(project, "gating", *keys, value=value)
    assert run(project, "--dry-run") == jobs | {"report": 1}
