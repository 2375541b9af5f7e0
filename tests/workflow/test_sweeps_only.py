"""A study of sweeps alone, with parameters, stimuli and a morphology: what it makes, and what an edit redoes."""

import re
from pathlib import Path

import pytest
from project import Project
from test_rerun import edited, run

from gbar.sweeps.rows import read_rows
from gbar.sweeps.store import verify

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

CURRENT = "time_ms,value\n0,0\n5,12\n"
TREE = """section,parent,parent_position,length_um,diameter_um,end_diameter_um,compartments,mechanisms
soma,,,21,21,,1,soma
apical,soma,1,210,2.1,,1,apical
basal,soma,0,52.5,2.1,,1,basal
"""
RANGES = {"a": [0.01, 0.1], "d": [0.5, 5]}
ONE_SWEEP = {"solve": 1, "gather": 1, "figure_traces": 1, "report": 1}


def sweeps_only() -> dict:
    """A study of seconds: parameters under a current of the user's, a varied stimulus, a tree of the user's."""
    return {
        "sweeps": {
            "spikes": {
                "cell": {"name": "izhikevich2003"},
                "design": {"kind": "uniform", "vary": ["a", "d"], "range": RANGES, "rows": 3},
                "protocol": {
                    "duration_ms": 60,
                    "save_every_ms": 0.02,
                    "stimulus": {"kind": "csv", "path": "current.csv"},
                },
            },
            "steps": {
                "cell": {"name": "hodgkinhuxley1952"},
                "design": {"kind": "one_at_a_time", "vary": ["stimulus.gain"], "levels": [0.5, 2]},
                "protocol": {
                    "duration_ms": 40,
                    "save_every_ms": 0.05,
                    "stimulus": {"kind": "steps", "values": [[5, 500], [30, 0]]},
                },
            },
            "tree": {
                "cell": {"name": "ballsticks", "morphology": "tree.csv"},
                "design": {"kind": "grid", "vary": ["gl"], "levels": [0.0005, 0.001]},
                "protocol": {
                    "duration_ms": 10,
                    "save_every_ms": 0.02,
                    "stimulus": {"kind": "constant", "value": 0.3},
                },
            },
        },
    }


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The study, finished; not to be changed: copy it."""
    project = Project.create(tmp_path_factory.mktemp("sweeps") / "solved", sweeps_only())
    (project.folder / "current.csv").write_text(CURRENT)
    (project.folder / "tree.csv").write_text(TREE)
    assert run(project) == {"solve": 3, "gather": 3, "figure_traces": 3, "report": 1}
    return project


@pytest.fixture
def project(solved: Project, tmp_path: Path) -> Project:
    return solved.copy(tmp_path / "project")


def ids(project: Project) -> dict[str, set[str]]:
    """Identities of the rows of each sweep's design."""
    return {name: set(read_rows(sweep(project, name) / "design.csv").ids) for name in ("spikes", "steps", "tree")}


def sweep(project: Project, name: str) -> Path:
    return project.folder / "results/sweeps" / name


def planned(project: Project) -> dict[str, int]:
    """The jobs of the study as it stands."""
    outcome = project.snakemake("--dry-run")
    assert outcome.status == 0, outcome.output
    return outcome.jobs


def test_every_store_holds_its_design(solved: Project):
    for name, rows in {"spikes": 3, "steps": 3, "tree": 2}.items():
        design = read_rows(sweep(solved, name) / "design.csv").ids
        assert len(design) == rows
        assert verify(sweep(solved, name) / "store.zarr", design) == []


def test_the_report_shows_each_sweep_and_no_emulator(solved: Project):
    page = (solved.folder / "results/report.html").read_text()
    assert re.findall(r"Figure \d\. (.*?)</h3>", page) == [
        f"Traces of sweep {name}" for name in ("spikes", "steps", "tree")
    ]
    for text in ("stimulus gain × 2", "gl = 0.001 S/cm2", "3 settings of a, d were simulated", "Izhikevich EM"):
        assert text in page
    assert "Emulators" not in page


def test_nothing_is_redone_without_an_edit(project: Project):
    assert planned(project) == {}


def test_the_gain_of_a_stimulus_solves_its_sweep_again_and_no_other(project: Project):
    before = ids(project)
    edited(project, "sweeps", "spikes", "protocol", "stimulus", value={"kind": "csv", "path": "current.csv", "gain": 2})
    assert run(project) == ONE_SWEEP
    after = ids(project)
    assert not after["spikes"] & before["spikes"]
    assert (after["steps"], after["tree"]) == (before["steps"], before["tree"])


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("current.csv", CURRENT.replace("12", "15"), "spikes"),
        ("tree.csv", TREE.replace("210", "180"), "tree"),
    ],
)
def test_an_edited_file_of_the_user_solves_its_sweep_again_and_no_other(project: Project, file, text, name):
    before = ids(project)
    (project.folder / file).write_text(text)
    assert run(project) == ONE_SWEEP
    after = ids(project)
    assert [one for one in after if after[one] != before[one]] == [name]
    assert not after[name] & before[name]
    assert run(project) == {}


def test_a_file_that_says_the_same_solves_nothing(project: Project):
    (project.folder / "current.csv").write_text("time_ms,value\n0,0.0\n5,12.0\n7,12\n")
    assert run(project) == {}


def test_more_rows_solve_the_new_ones_only(project: Project):
    before = project.solved_rows()
    edited(project, "sweeps", "spikes", "design", "rows", value=5)
    assert run(project) == ONE_SWEEP
    after = project.solved_rows()
    assert len(after - before) == 2
    assert set(after.values()) == {1}
    assert verify(sweep(project, "spikes") / "store.zarr", read_rows(sweep(project, "spikes") / "design.csv").ids) == []


def test_a_key_of_the_figure_redraws_the_figures(project: Project):
    edited(project, "figures", value={"traces": {"rows": 2, "from_ms": 2}})
    assert planned(project) == {"figure_traces": 3, "report": 1}
