"""A study from a stranger through the real Snakefile: no code of theirs runs, nothing is written out of place."""

from pathlib import Path

import pytest
from markupsafe import escape
from project import Project

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

# All that a shell, Snakemake, Jinja, Python's formatting or a browser could take for more than text.
HOSTILE = """'; touch pwned; $(touch pwned) `touch pwned` "\\" {input} {params.settings} {{ 7 * 7 }} {sweep} %s <b>&"""
TITLE = HOSTILE + "\n<script>fetch('x')</script> é\x07"
FILE = HOSTILE.replace("/", "")


def study(title: str = "title") -> dict:
    return {
        "sweeps": {
            "squid": {
                "cell": {"name": "hodgkinhuxley1952"},
                "design": {"kind": "table", "path": f"{FILE}.csv"},
                "protocol": {
                    "duration_ms": 10,
                    "save_every_ms": 0.1,
                    "stimulus": {"kind": "csv", "path": f"-{FILE}.csv"},
                },
            }
        },
        "report": {"title": title},
    }


@pytest.fixture
def strange(tmp_path: Path) -> Project:
    """A project whose folder, input files and title are as hostile as can be."""
    project = Project.create(tmp_path / "$(touch pwned) `touch pwned` ';touch pwned' & b", study(TITLE))
    (project.folder / f"{FILE}.csv").write_text("gNa\n1\n0.5\n")
    (project.folder / f"-{FILE}.csv").write_text("time_ms,value\n0,0\n1,10\n")
    return project


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def test_hostile_text_and_file_names_are_text_and_all_that_is_written_is_in_the_results_folder(strange: Project):
    around = strange.folder.parent
    elsewhere, home = around / "else where", around / "home"
    for folder in (elsewhere, home):
        folder.mkdir()
    for file in (*strange.folder.glob("*.csv"), strange.folder / "config.yaml"):
        (elsewhere / file.name).write_bytes(file.read_bytes())
    before = files(around)
    # In a folder of its own, so that the paths of the workflow's files have the project's name in them.
    arguments = ("--snakefile", str(strange.folder / "Snakefile"), "--directory", str(elsewhere))
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    outcome = strange.snakemake(*arguments, environment=environment)
    assert outcome.status == 0, outcome.output
    new = files(around) - before
    # Beside the results: Snakemake's records, and what libraries keep for the user.
    places = ("else where/results/", "else where/.snakemake/", "home/.cache/")
    assert [name for name in new if not name.startswith(places) or Path(name).name == "pwned"] == []
    page = (elsewhere / "results/report.html").read_text()
    assert f"<h1>{escape(HOSTILE)}" in page
    assert "<script" not in page
    again = strange.snakemake("--dry-run", *arguments, environment=environment)
    assert again.status == 0
    assert again.jobs == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("results: !!python/object/apply:os.system ['touch pwned']\n", "Config file is not valid JSON or YAML"),
        ("results: ../pwned\n", "results: '../pwned' is not allowed; it must be a folder"),
        ("results: '$(touch pwned)'\n", "results: '$(touch pwned)' is not allowed; it must be a folder"),
        ("sweeps: {'x; touch pwned': {cell: {name: hodgkinhuxley1952}}}\n", "'x; touch pwned'"),
        ("sweeps: {squid: {cell: {name: ../../pwned}}}\n", "'../../pwned' is not allowed; it must be one of"),
    ],
    ids=["a tag", "a folder above", "a command", "a name", "a module"],
)
def test_a_hostile_configuration_file_stops_before_anything_is_made(tmp_path: Path, text: str, said: str):
    project = Project.create(tmp_path / "project", study())
    (project.folder / "mine.yaml").write_text(text)
    before = files(tmp_path)
    outcome = project.snakemake("--configfile", "mine.yaml")
    assert outcome.status != 0
    assert said in outcome.output
    assert {name for name in files(tmp_path) - before if not name.startswith("project/.snakemake/")} == set()


def test_results_of_a_stranger_with_a_link_out_of_them_are_not_written_to(tmp_path: Path):
    project = Project.create(tmp_path / "project", study())
    (project.folder / f"{FILE}.csv").write_text("gNa\n1\n")
    (project.folder / f"-{FILE}.csv").write_text("time_ms,value\n0,0\n")
    mine = tmp_path / "profile"
    mine.write_text("mine")
    (project.folder / "results/logs").mkdir(parents=True)
    (project.folder / "results/logs/report.log").symlink_to(mine)
    outcome = project.snakemake()
    assert outcome.status != 0
    assert "results/logs/report.log: is a link out of the results folder" in outcome.output
    assert "Traceback" not in outcome.output
    assert mine.read_text() == "mine"
