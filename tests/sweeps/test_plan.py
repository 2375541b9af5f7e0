"""The plan: rows that were solved stay in their blocks, new ones go into blocks named by their content."""

from pathlib import Path

import pytest

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.sweeps.plan import Plan, plan_sweep, plan_sweeps
from gbar.sweeps.rows import read_rows


def sweep(levels: list[float], rows_per_job: int = 4) -> SweepSection:
    return checked(
        SweepSection,
        {
            "cell": {"name": "akwaboah2021"},
            "design": {"kind": "grid", "vary": ["INa", "IKr"], "levels": levels},
            "rows_per_job": rows_per_job,
        },
    )


def table(folder: Path, plan: Plan) -> Path:
    return folder / "plans" / f"{plan.table}.csv"


def files(folder: Path) -> dict[Path, int]:
    """Every file with its time stamp."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.*")}


def pretend_solved(folder: Path, plan: Plan) -> None:
    for block in plan.blocks:
        (folder / "blocks" / f"{block}.npz").touch()


def solved(design: SweepSection, folder: Path) -> Plan:
    """Return the plan of a sweep as if it had been solved."""
    plan = plan_sweep(design, folder)
    pretend_solved(folder, plan)
    return plan


def test_every_row_is_in_one_block(tmp_path):
    plan = plan_sweep(sweep([0.5, 1.0, 1.5]), tmp_path)
    assert plan.rows == 9
    sizes = [len(read_rows(tmp_path / "blocks" / f"{block}.csv").ids) for block in plan.blocks]
    assert sizes == [4, 4, 1]
    design = read_rows(table(tmp_path, plan))
    for identity, block in zip(design.ids, design.blocks, strict=True):
        assert identity in read_rows(tmp_path / "blocks" / f"{block}.csv").ids


def test_the_plan_is_kept_while_blocks_come_and_go(tmp_path):
    plan = plan_sweep(sweep([0.5, 1.0]), tmp_path)
    kept = files(tmp_path)
    pretend_solved(tmp_path, plan)
    assert plan_sweep(sweep([0.5, 1.0]), tmp_path) == plan
    (tmp_path / "blocks" / f"{plan.blocks[0]}.npz").unlink()
    assert plan_sweep(sweep([0.5, 1.0]), tmp_path) == plan
    assert files(tmp_path) == kept


def test_the_plan_of_another_design_leaves_the_first_as_it_is(tmp_path):
    first = plan_sweep(sweep([0.5, 1.0, 1.5]), tmp_path)
    (tmp_path / "blocks" / f"{first.blocks[0]}.npz").touch()  # while it is being solved
    kept = files(tmp_path)
    other = plan_sweep(sweep([1.0, 1.5, 2.0]), tmp_path)
    assert set(other.blocks) - set(first.blocks)
    assert kept.items() <= files(tmp_path).items()
    assert plan_sweep(sweep([0.5, 1.0, 1.5]), tmp_path) == first


def test_what_another_design_has_solved_since_is_not_solved_again(tmp_path):
    small = plan_sweep(sweep([0.5, 1.0]), tmp_path)
    large = solved(sweep([0.5, 1.0, 1.5], rows_per_job=100), tmp_path)
    assert plan_sweep(sweep([0.5, 1.0]), tmp_path).blocks == large.blocks != small.blocks


def test_another_size_of_jobs_leaves_the_table_of_a_solved_design(tmp_path):
    plan = solved(sweep([0.5, 1.0]), tmp_path)
    assert plan_sweep(sweep([0.5, 1.0], rows_per_job=1), tmp_path).table == plan.table


def test_a_grown_design_keeps_its_solved_blocks(tmp_path):
    small = solved(sweep([0.5, 1.0]), tmp_path)
    grown = plan_sweep(sweep([0.5, 1.0, 1.5]), tmp_path)
    assert set(small.blocks) < set(grown.blocks)
    new = [read_rows(tmp_path / "blocks" / f"{b}.csv").ids for b in grown.blocks if b not in small.blocks]
    assert sum(map(len, new)) == 9 - 4


def test_a_shrunken_design_takes_the_block_that_holds_its_rows(tmp_path):
    large = solved(sweep([0.5, 1.0, 1.5], rows_per_job=100), tmp_path)
    assert plan_sweep(sweep([0.5, 1.0]), tmp_path).blocks == large.blocks


def test_a_plan_that_was_never_run_leaves_nothing_to_a_later_design(tmp_path):
    plan_sweep(sweep([0.5, 1.0]), tmp_path)
    other = plan_sweep(sweep([1.0, 1.5], rows_per_job=100), tmp_path)
    assert len(other.blocks) == 1


def test_another_size_of_jobs_solves_nothing_again(tmp_path):
    plan = solved(sweep([0.5, 1.0]), tmp_path)
    assert plan_sweep(sweep([0.5, 1.0], rows_per_job=1), tmp_path).blocks == plan.blocks


def test_a_plan_that_lost_its_tables_is_made_again(tmp_path):
    plan = plan_sweep(sweep([0.5, 1.0]), tmp_path)
    (tmp_path / "blocks" / f"{plan.blocks[0]}.csv").unlink()
    assert plan_sweep(sweep([0.5, 1.0]), tmp_path) == plan
    assert (tmp_path / "blocks" / f"{plan.blocks[0]}.csv").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "results").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="results"):
        plan_sweep(sweep([0.5, 1.0]), tmp_path / "results" / "sweeps")


def test_a_design_that_cannot_be_used_is_named_with_its_sweep(tmp_path: Path):
    (tmp_path / "mine.csv").write_text("INa,IFoo\n1,1\n")
    design = {"kind": "table", "path": str(tmp_path / "mine.csv")}
    mine = checked(SweepSection, {"cell": {"name": "akwaboah2021"}, "design": design})
    with pytest.raises(UserError, match=r"^sweeps.mine: .*mine.csv: the column 'IFoo' is unknown"):
        plan_sweeps({"good": sweep([1.0]), "mine": mine}, tmp_path)
    (tmp_path / "mine.csv").unlink()
    with pytest.raises(UserError, match=r"^sweeps.mine: design.path: .*mine.csv' cannot be read"):
        plan_sweeps({"mine": mine}, tmp_path)
