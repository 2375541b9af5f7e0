"""A study of the subthreshold filters alone, in the real workflow: what it makes, and what an edit redoes."""

import re

import pytest
from project import Project
from test_rerun import edited, run, solved

from gbar.cli import main

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

STUDY = {
    "subthreshold": {
        "currents": {"paths": 20, "samples": 200, "validation": 0.2, "test_paths": 3, "test_samples": 300},
        "models": {
            "published": {
                "network": {
                    "name": "convfilter",
                    "widths": [2, 3],
                    "spans": [5, 1],
                    "activations": ["relu", "relu"],
                    "causal": False,
                },
                "training": {"epochs": 2, "batch_size": 8},
                "scaled": False,
                "penalty": 0.01,
                "repeats": 2,
            }
        },
        "baselines": {"linear_7": {"last": 7}},
    }
}
FIGURES = {f"figure_subthreshold_{kind}": 1 for kind in ("validation", "test", "weights", "losses")}
JOBS = {"currents": 1, "train_filter": 2, "evaluate_filter": 2, "linear_filter": 1, **FIGURES, "report": 1}
# Voltages are shown of the first seed alone.
SEED = {"train_filter": 1, "evaluate_filter": 1, "figure_subthreshold_weights": 1, "figure_subthreshold_losses": 1}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The study, finished; not to be changed: copy it."""
    return solved(tmp_path_factory.mktemp("subthreshold") / "solved", STUDY, JOBS)


def test_every_seed_is_a_training_of_its_own(finished: Project):
    filters = finished.folder / "results/subthreshold/filters"
    assert sorted(path.name for path in filters.iterdir()) == ["published_0", "published_1"]
    first, second = ((filters / f"published_{seed}/model/history.csv").read_text() for seed in (0, 1))
    assert first != second


def test_the_report_has_the_filters_beside_what_was_published_and_no_sweep(finished: Project):
    page = (finished.folder / "results/report.html").read_text()
    rows = re.findall(r'<th scope="row">(.*?)</th>', page[: page.index('id="figures"')])
    assert rows == ["published_0", "published_1", "Hagen 2019", "linear_7"]
    assert len(re.findall(r"Figure \d\. ", page)) == len(FIGURES)
    for text in ("reached 0.112 mV² on validation", "linear_7 (lags 2 to 7)", "trained with 2 seeds", "Hagen E."):
        assert text in page
    assert "Wrong: " not in page
    assert "What was run" not in page


def test_the_report_tells_where_currents_and_filters_come_from(finished: Project):
    page = (finished.folder / "results/report.html").read_text()
    rows = re.findall(r'<th scope="row">(.*?)</th>', page[page.index("Times are UTC") :])
    assert rows == ["currents of the filters", "model published_0", "model published_1", "this page"]


def test_the_results_are_verified_and_an_edited_score_is_found(project: Project, capsys: pytest.CaptureFixture):
    results = project.folder / "results"
    assert main(["verify", str(results)]) == 0
    told = capsys.readouterr().out
    assert "currents.zarr: 20 paths as solved" in told
    assert told.count("parameters as trained") == 2
    scores = results / "subthreshold/baselines/linear_7/metrics.json"
    scores.write_text(scores.read_text().replace('"parameters": 7', '"parameters": 5'))
    assert main(["verify", str(results)]) == 1
    assert re.search(r"linear_7/metrics.json: WRONG: .*digest differs", capsys.readouterr().out)


def test_nothing_is_redone_without_an_edit(project: Project):
    assert run(project, "--dry-run") == {}


@pytest.mark.parametrize(
    ("keys", "value", "jobs"),
    [
        (("currents", "seed"), 5, JOBS),
        (("models", "published", "repeats"), 3, SEED | {"report": 1}),
        (("baselines", "linear_7", "last"), 9, {"linear_filter": 1, "figure_subthreshold_weights": 1, "report": 1}),
    ],
)
def test_an_edit_redoes_what_depends_on_it(project: Project, keys: tuple[str, ...], value: int, jobs: dict):
    edited(project, "subthreshold", *keys, value=value)
    assert run(project, "--dry-run") == jobs
