"""What an edit redoes: exactly the jobs that depend on it, and never a row that was solved."""

import math
from pathlib import Path

import pytest
from project import Project

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

STORE = "results/sweeps/hipsc/store.zarr"
AFTER_EVALUATION = {
    "figure_predictions": 1,
    "figure_errors": 1,
    "figure_apd": 1,
    "figure_smoothing": 1,
    "report": 1,
}
AFTER_STORE = {
    "gather": 1,
    "windows": 1,
    "train": 2,
    "evaluate": 2,
    "figure_family": 1,
    "figure_settings": 1,
    "figure_losses": 1,
} | AFTER_EVALUATION


def edited(project: Project, *path: str, value: object) -> Project:
    """Set one key of the configuration."""
    configuration = project.configuration
    section = configuration
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    project.configure(configuration)
    return project


def run(project: Project, *options: str) -> dict[str, int]:
    """Run the study and return its jobs; `--dry-run` only tells them."""
    outcome = project.snakemake(*options)
    assert outcome.status == 0, outcome.output
    return outcome.jobs


def solved(folder: Path, study: dict, jobs: dict[str, int]) -> Project:
    """Return a project in a new folder, its study finished by these jobs."""
    project = Project.create(folder, study)
    assert run(project) == jobs
    return project


def test_the_first_run_solves_every_distinct_setting_once(finished: Project):
    rows = finished.solved_rows()
    # 31 subsets at 2 levels other than 1, and the control; 4 settings of the second sweep.
    assert len(rows) == 31 * 2 + 1 + 4
    assert set(rows.values()) == {1}


def test_a_second_run_has_nothing_to_do(project: Project):
    outcome = project.snakemake()
    assert outcome.status == 0
    assert outcome.jobs == {}
    assert "Nothing to be done" in outcome.output


def test_an_appended_level_solves_its_own_settings_only(project: Project):
    before = project.solved_rows()
    edited(project, "sweeps", "hipsc", "design", "levels", value=[0.8, 1.0, 1.2, 1.4])
    assert run(project) == {"solve": 1} | AFTER_STORE
    after = project.solved_rows()
    assert len(after - before) == 31
    assert set(after.values()) == {1}


def test_a_sixth_current_solves_only_the_settings_that_scale_it(project: Project):
    before = project.solved_rows()
    vary = project.configuration["sweeps"]["hipsc"]["design"]["vary"]
    edited(project, "sweeps", "hipsc", "design", "vary", value=[*vary, "Ito"])
    assert run(project, "--dry-run") == {"solve": 2} | AFTER_STORE
    assert run(project, STORE) == {"solve": 2, "gather": 1}
    after = project.solved_rows()
    assert len(after - before) == 32 * 2
    assert set(after.values()) == {1}


def test_a_doubled_sobol_design_solves_its_second_half_only(project: Project):
    before = project.solved_rows()
    edited(project, "sweeps", "cloud", "design", "rows", value=8)
    assert run(project) == {"solve": 1, "gather": 1, "figure_traces": 1, "report": 1}
    after = project.solved_rows()
    assert len(after - before) == 4
    assert set(after.values()) == {1}


def test_a_training_key_retrains_one_model(project: Project):
    edited(project, "emulate", "models", "dlstm2", "training", "learning_rate", value=0.02)
    assert run(project) == {"train": 1, "evaluate": 1, "figure_losses": 1} | AFTER_EVALUATION


def test_a_figure_key_redraws_one_figure(project: Project):
    edited(project, "figures", value={"family": {"after_ms": 300}})
    assert run(project) == {"figure_family": 1, "report": 1}


def test_comments_and_the_order_of_keys_redo_nothing(project: Project):
    def turned(section: object) -> object:
        if isinstance(section, dict):
            return {key: turned(value) for key, value in reversed(section.items())}
        return section

    project.configure(turned(project.configuration))
    config = project.folder / "config.yaml"
    config.write_text("# a remark\n" + config.read_text().replace("1600", "1600.0"))
    assert run(project) == {}


def test_a_touched_library_redoes_nothing(project: Project):
    for file in (project.folder / "workflow").rglob("*.*"):
        file.touch()
    assert run(project) == {}


@pytest.mark.parametrize(
    ("module", "jobs"),
    [
        ("figures/losses.py", {"figure_losses": 1, "report": 1}),
        ("emulate/scores.py", {"evaluate": 2} | AFTER_EVALUATION),
        ("nets/dlstm.py", {"train": 2, "evaluate": 2, "figure_losses": 1} | AFTER_EVALUATION),
        ("cli/simulate.py", {}),
    ],
)
def test_the_text_of_a_module_redoes_the_jobs_that_run_it(project: Project, module: str, jobs: dict[str, int]):
    file = project.folder / "workflow" / "gbar" / module
    file.write_text(file.read_text() + "\n# changed\n")
    assert run(project, "--dry-run") == jobs


def test_the_text_of_the_cell_redoes_every_block(project: Project):
    file = project.folder / "workflow/gbar/cells/akwaboah2021/equations.py"
    file.write_text(file.read_text() + "\n# changed\n")
    outcome = project.snakemake("--dry-run")
    assert outcome.jobs == {"solve": 3} | AFTER_STORE | {"gather": 2, "figure_traces": 1}


def test_a_deleted_block_is_solved_again_and_no_other(project: Project):
    blocks = sorted((project.folder / "results/sweeps/hipsc/blocks").glob("*.npz"))
    stamps = {block: block.stat().st_mtime_ns for block in blocks}
    blocks[0].unlink()
    assert run(project) == {"solve": 1} | AFTER_STORE
    assert [block for block in blocks if block.stat().st_mtime_ns != stamps[block]] == blocks[:1]


def test_one_figure_can_be_asked_for(project: Project):
    (project.folder / "results/figures/family.svg").unlink()
    outcome = project.snakemake("results/figures/family.svg")
    assert outcome.status == 0
    assert outcome.jobs == {"figure_family": 1}


def test_the_full_factorial_is_planned_in_blocks(project: Project):
    levels = [round(0.2 * k, 1) for k in range(11)]
    configuration = project.configuration
    configuration["sweeps"]["hipsc"]["design"] |= {"kind": "grid", "levels": levels}
    configuration["sweeps"]["hipsc"]["rows_per_job"] = 1024
    project.configure(configuration)
    outcome = project.snakemake("--dry-run")
    assert outcome.status == 0
    # 11^5 settings, of which the finished study solved the 63 of its subsets.
    assert outcome.jobs["solve"] == math.ceil((11**5 - 63) / 1024)
