"""The workflow from other folders and Snakefiles, and configurations laid over the default one."""

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from project import PARTS, ROOT, Project

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TINY = {
    "sweeps": {
        "tiny": {
            "cell": {"name": "izhikevich2003"},
            "design": {"kind": "grid", "vary": ["c"], "levels": [-65, -60]},
            "protocol": {"duration_ms": 460, "save_every_ms": 0.1},
        }
    },
}
ALONE = {"sweeps": {"hipsc": None, "izhikevich": None}} | dict.fromkeys(["emulate", "invert", "subthreshold", "gating"])
JOBS = {"solve": 1, "gather": 1, "figure_traces": 1, "report": 1}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the default study, in a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("a clone") / "of gbar"
    folder.mkdir()
    for part in (*PARTS, "config.yaml"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, folder / part)
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Project:
    """A folder without a workflow, with a study to be laid over the default one."""
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(ALONE | {"sweeps": ALONE["sweeps"] | TINY["sweeps"]}))
    return Project(tmp_path)


def bare(folder: Path) -> dict[str, str]:
    """An environment in which Python finds all packages but an installed gbar."""
    hidden = folder / "hidden" / "gbar.py"
    hidden.parent.mkdir()
    hidden.write_text("raise ModuleNotFoundError('No module named gbar')")
    return {"PYTHONPATH": str(hidden.parent)}


def test_from_another_folder_the_default_study_lies_beneath_and_no_installed_library_is_needed(
    elsewhere: Project, clone: Path, tmp_path: Path
):
    snakefile = ["--snakefile", str(clone / "Snakefile")]
    outcome = elsewhere.snakemake(*snakefile, "--configfile", "mine.yaml", environment=bare(tmp_path))
    assert outcome.status == 0, outcome.output
    assert outcome.jobs == JOBS
    assert (elsewhere.folder / "results/report.html").exists()
    assert not (clone / "results").exists()
    whole = elsewhere.snakemake(*snakefile, "--dry-run")
    assert {"train": 2, "currents": 1, "paced": 3}.items() <= whole.jobs.items()


def test_a_config_yaml_of_the_folder_one_runs_in_stands_in_place_of_the_clone_s(elsewhere: Project, clone: Path):
    elsewhere.configure(TINY)
    outcome = elsewhere.snakemake("--snakefile", str(clone / "Snakefile"), "--dry-run")
    assert outcome.jobs == JOBS


def module(clone: Path, *lines: str) -> str:
    return "\n    ".join(["module gbar:", f"snakefile: {str(clone / 'Snakefile')!r}", *lines]) + "\n\n"


def test_as_a_module_with_a_configuration_of_its_own(elsewhere: Project, clone: Path, tmp_path: Path):
    use = "use rule * from gbar as gbar_*\n\n"
    use += "rule everything:\n    default_target: True\n    input: rules.gbar_all.input\n"
    (elsewhere.folder / "Snakefile").write_text(module(clone, f"config: {TINY!r}") + use)
    outcome = elsewhere.snakemake(environment=bare(tmp_path))
    assert outcome.status == 0, outcome.output
    assert outcome.jobs == {f"gbar_{name}": count for name, count in JOBS.items()} | {"everything": 1}


def test_as_a_module_the_command_line_is_laid_over_the_default_study(elsewhere: Project, clone: Path):
    (elsewhere.folder / "Snakefile").write_text(module(clone) + "use rule * from gbar\n")
    assert elsewhere.snakemake("--dry-run", "--configfile", "mine.yaml").jobs == JOBS


def test_included(elsewhere: Project, clone: Path):
    (elsewhere.folder / "Snakefile").write_text(f"include: {str(clone / 'Snakefile')!r}\n")
    assert elsewhere.snakemake("all", "--dry-run", "--configfile", "mine.yaml").jobs == JOBS
    settings = "config['sweeps'] = {'hipsc': {'rows_per_job': 40}}\nconfig['emulate'] = None\n"
    (elsewhere.folder / "Snakefile").write_text(f"{settings}include: {str(clone / 'Snakefile')!r}\n")
    outcome = elsewhere.snakemake("all", "--dry-run")
    assert outcome.jobs["solve"] == 8 + 2  # 311 rows of hipsc in blocks of 40, 2000 of izhikevich in two
    assert "train" not in outcome.jobs


@pytest.mark.parametrize("prefix", ["prefix: 'sub'", "replace_prefix: {'results': 'other'}"])
def test_a_prefix_is_refused_with_what_to_do(elsewhere: Project, clone: Path, prefix: str):
    text = module(clone, f"config: {TINY!r}", prefix) + "use rule * from gbar\n"
    (elsewhere.folder / "Snakefile").write_text(text)
    outcome = elsewhere.snakemake("--dry-run")
    assert outcome.status != 0
    assert "prefix: does not work, since plans are written when the Snakefile is read" in outcome.output
    assert "set `results` instead" in outcome.output


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("sweeps: {a: {}, a: {}}", [], "mine.yaml line 1: sweeps.a is there twice, first in line 1"),
        (
            "sweeps: {no: {}}",
            [],
            "the key False of sweeps is not allowed (that is what YAML reads of no, off or false)",
        ),
        ("sweeps: {hipsc: {design: {levels: null}}}", [], "sweeps.hipsc.design inherits kind, vary from"),
        ("sweeps: {}", ["--replace-workflow-config"], "sweeps: {} is not allowed"),
    ],
)
def test_a_mistake_in_a_study_laid_over_the_default_one(
    elsewhere: Project, clone: Path, text: str, options: list[str], message: str
):
    (elsewhere.folder / "mine.yaml").write_text(text)
    snakefile = ["--snakefile", str(clone / "Snakefile")]
    outcome = elsewhere.snakemake(*snakefile, "--dry-run", "--configfile", "mine.yaml", *options)
    assert outcome.status != 0
    assert message in outcome.output
    assert "Traceback" not in outcome.output


def test_null_on_the_command_line_drops_a_section(elsewhere: Project, clone: Path):
    nulls = [f"{name}=null" for name in ("emulate", "invert", "subthreshold", "gating")]
    outcome = elsewhere.snakemake("-s", str(clone / "Snakefile"), "--dry-run", "--config", *nulls)
    assert outcome.jobs == {"solve": 4, "gather": 2, "figure_traces": 2, "report": 1}


def test_an_exponent_is_taken_for_whole_numbers(elsewhere: Project, clone: Path):
    (elsewhere.folder / "mine.yaml").write_text("sweeps: {izhikevich: {rows_per_job: 1e3}}\n")
    outcome = elsewhere.snakemake("-s", str(clone / "Snakefile"), "--dry-run", "--configfile", "mine.yaml")
    assert outcome.status == 0, outcome.output


def test_the_environment_of_the_tests_of_elsewhere_hides_an_installed_library(tmp_path: Path):
    import subprocess

    run = subprocess.run([sys.executable, "-c", "import gbar"], env=bare(tmp_path), capture_output=True, text=True)
    assert run.returncode != 0
