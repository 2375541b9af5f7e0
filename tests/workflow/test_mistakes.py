"""Mistakes of a user of the workflow: one message, before any job starts where that can be known."""

import pytest
from project import Project, tiny_study
from test_rerun import edited

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


@pytest.fixture
def fresh(tmp_path) -> Project:
    return Project.create(tmp_path / "fresh", tiny_study())


def test_a_wrong_configuration_stops_before_any_job(fresh: Project):
    edited(fresh, "sweeps", "hipsc", "protocol", value={"duration_ms": -5})
    outcome = fresh.snakemake()
    assert outcome.status != 0
    assert "sweeps.hipsc.protocol.duration_ms: -5 is not allowed; it must be greater than 0" in outcome.output
    assert "Traceback" not in outcome.output
    assert not (fresh.folder / "results").exists()


def test_a_results_folder_that_cannot_be_written_stops_before_any_job(fresh: Project):
    (fresh.folder / "results").write_text("a file where the folder should be")
    outcome = fresh.snakemake()
    assert outcome.status != 0
    assert "results/sweeps/hipsc/blocks: cannot be written (Not a directory)" in outcome.output
    assert "Traceback" not in outcome.output


def test_too_few_beating_settings_for_a_batch_are_said_in_the_output(project: Project):
    edited(project, "emulate", "models", "dlstm2", "training", "batch_size", value=5000)
    outcome = project.snakemake()
    assert outcome.status != 0
    assert "are fewer than batch_size (5000)" in outcome.output
    assert "Traceback" not in outcome.output


def test_settings_that_do_not_beat_are_said_in_the_output(project: Project):
    edited(project, "emulate", "windows", "min_beats", value=50)
    outcome = project.snakemake()
    assert outcome.status != 0
    assert "has at least 50 beats" in outcome.output
    assert "Traceback" not in outcome.output


def test_a_torn_block_is_named_with_what_to_do(project: Project):
    block = min((project.folder / "results/sweeps/hipsc/blocks").glob("*.npz"))
    block.write_bytes(block.read_bytes()[:5000])
    outcome = project.snakemake()
    assert outcome.status != 0
    assert f"{block.name}: cannot be read as a block" in outcome.output
    assert "delete it and run again" in outcome.output
    block.unlink()
    assert project.snakemake("results/sweeps/hipsc/store.zarr").status == 0


@pytest.mark.parametrize(
    "target",
    [
        "results/sweeps/nope/store.zarr",
        "results/figures/traces_nope.svg",
        "results/emulate/nope/model",
        "results/sweeps/nope/blocks/0123456789abcdef.npz",
    ],
)
def test_a_target_of_a_name_that_the_study_has_not_is_no_target(fresh: Project, target: str):
    outcome = fresh.snakemake("--dry-run", target)
    assert outcome.status != 0
    assert "MissingRuleException" in outcome.output
    assert target in outcome.output
    assert "KeyError" not in outcome.output


def test_too_few_rows_for_the_split_are_told_before_any_is_solved(fresh: Project):
    edited(fresh, "sweeps", "hipsc", "design", value={"kind": "grid", "vary": ["INa"], "levels": [1.0, 1.2]})
    outcome = fresh.snakemake("--dry-run")
    assert outcome.status != 0
    assert "emulate.split: 2 simulations leave none for " in outcome.output


def test_a_design_table_that_cannot_be_used_is_named_with_its_sweep_and_the_folder(fresh: Project):
    edited(fresh, "sweeps", "cloud", "design", value={"kind": "table", "path": "mine.csv"})
    outcome = fresh.snakemake("--dry-run")
    assert outcome.status != 0
    assert "sweeps.cloud: design.path: 'mine.csv' cannot be read (No such file or directory)" in outcome.output
    assert f"it was looked for in {fresh.folder}" in outcome.output
