"""Crashes and damage: no wrong number passes in silence, and the next run ends as if nothing had happened."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from project import Project, ended, tiny_study
from safetensors.numpy import load_file
from test_rerun import edited

from gbar.sweeps.blocks import read_block

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

SHIM = Path(__file__).parent / "shim"
BLOCKS, STORE = "results/sweeps/cloud/blocks", "results/sweeps/cloud/store.zarr"
MODEL, METRICS = "results/emulate/dlstm2/model", "results/emulate/dlstm2/metrics.json"
TRACES = "results/figures/traces_cloud.svg"
NUMBERS = (STORE, "results/sweeps/cloud/biomarkers.csv", METRICS, "results/emulate/dlstm3/metrics.json")  # no figures
TIMINGS = ("training_s", "prediction_s_per_ap", "digest")  # of metrics.json; the last covers the others


def fault(verb: str, file: str = "", deed: str = "kill", **others: str) -> dict[str, str]:
    """Return the environment in which the job of a verb is harmed; see shim/sitecustomize.py."""
    told = {"FAULT_VERB": verb, "FAULT_DEED": deed} | ({"FAULT_FILE": file} if file else {}) | others
    return told | {"PYTHONPATH": os.pathsep.join([str(SHIM), os.environ.get("PYTHONPATH", "")])}


def contents(project: Project) -> dict[str, object]:
    """Return all that must be the same whatever happened on the way, by file: bytes, or values.

    Timings are left out, and provenance, which tells times.
    """
    results = project.folder / "results"
    found: dict[str, object] = {}
    for pattern in ("sweeps/*/design.csv", "sweeps/*/blocks/*.csv", "sweeps/*/biomarkers.csv", "**/*.zarr/**/[!.]*"):
        found |= {str(file.relative_to(results)): file.read_bytes() for file in results.glob(pattern) if file.is_file()}
    for file in results.glob("**/*.zarr/zarr.json"):
        group = json.loads(file.read_text())
        del group["attributes"]["provenance"]
        found[str(file.relative_to(results))] = group
    for file in results.glob("sweeps/*/blocks/*.npz"):
        found[str(file.relative_to(results))] = read_block(file).digest
    for file in results.glob("emulate/*/model/params.safetensors"):
        found[str(file.parent)] = {name: values.tobytes() for name, values in load_file(file).items()}
    for file in results.glob("emulate/*/metrics.json"):
        metrics = json.loads(file.read_text())
        found[str(file.relative_to(results))] = {key: metrics[key] for key in metrics if key not in TIMINGS}
    for file in results.glob("emulate/*/scores.csv"):
        found[str(file.relative_to(results))] = file.read_text()
    return {name.removeprefix(f"{results}/"): content for name, content in found.items()}


def assert_as_undisturbed(project: Project, finished: Project, *arguments: str) -> str:
    """Run Snakemake, see that it ends well with the results of the undisturbed run, and return what it printed."""
    outcome = project.snakemake(*arguments)
    assert outcome.status == 0, outcome.output
    here, there = contents(project), contents(finished)
    assert here.keys() == there.keys()
    assert [name for name in there if here[name] != there[name]] == []
    leftovers = [path for path in (project.folder / "results").rglob(".*") if path.name != ".snakemake_timestamp"]
    assert leftovers == []
    return outcome.output


def remove(project: Project, *paths: str) -> None:
    for path in paths:
        file = project.folder / path
        shutil.rmtree(file) if file.is_dir() else file.unlink()


def block_of_cloud(project: Project) -> str:
    (block,) = (project.folder / BLOCKS).glob("*.npz")
    return str(block.relative_to(project.folder))


def verified(project: Project) -> subprocess.CompletedProcess[str]:
    """Run `gbar verify results`."""
    return subprocess.run(
        [sys.executable, "-m", "gbar", "verify", "results"],
        cwd=project.folder,
        env=os.environ | {"PYTHONPATH": str(project.folder / "workflow")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("verb", ["solve", "gather", "train", "evaluate", "figure"])
def test_after_a_job_is_killed_the_next_run_ends_as_an_undisturbed_one(project: Project, finished: Project, verb: str):
    target, file = {
        "solve": (block_of_cloud(project), ".npz"),
        "gather": (STORE, "store.zarr"),
        "train": (MODEL, "dlstm2/model"),
        "evaluate": (METRICS, "metrics.json"),
        "figure": (TRACES, "traces_cloud.svg"),
    }[verb]
    remove(project, target)
    outcome = project.snakemake(target, environment=fault(verb, file))
    assert outcome.status != 0
    assert "Error in rule" in outcome.output
    assert "Killed" in outcome.output
    assert not (project.folder / target).exists()
    assert_as_undisturbed(project, finished, target)


def test_after_snakemake_is_killed_unlock_and_run_again(project: Project, finished: Project):
    block = block_of_cloud(project)
    remove(project, block)
    assert project.snakemake(block, environment=fault("solve", ".npz", "kill-snakemake")).status == -9
    refused = project.snakemake(block)
    assert refused.status != 0
    assert "LockException" in refused.output
    assert "--unlock" in refused.output
    assert project.snakemake("--unlock").status == 0
    assert_as_undisturbed(project, finished, block, STORE)


def test_a_second_snakemake_in_the_same_folder_is_refused_and_disturbs_nothing(
    project: Project, finished: Project, tmp_path: Path
):
    block, go = block_of_cloud(project), tmp_path / "go"
    remove(project, block)
    first = project.start(block, environment=fault("solve", ".npz", "wait", FAULT_GO=str(go)))
    while not go.with_suffix(".reached").exists():
        assert first.poll() is None
        time.sleep(0.05)
    second = project.snakemake()
    go.touch()
    assert ended(first).status == 0
    assert second.status != 0
    assert "Directory cannot be locked" in second.output
    assert_as_undisturbed(project, finished, block)


@pytest.mark.parametrize("damage", ["torn", "one byte"])
def test_a_damaged_block_is_refused_and_solved_again_once_deleted(project: Project, finished: Project, damage: str):
    block = block_of_cloud(project)
    content = bytearray((project.folder / block).read_bytes())
    content[len(content) // 2] ^= 1
    (project.folder / block).write_bytes(content[: len(content) // 2] if damage == "torn" else content)
    found = verified(project)
    assert found.returncode == 1
    assert f"{block}: WRONG: " in found.stdout
    remove(project, STORE)
    outcome = project.snakemake(STORE)
    assert outcome.status != 0
    assert "delete it and run again" in outcome.output
    assert "Traceback" not in outcome.output
    remove(project, block)
    assert_as_undisturbed(project, finished, STORE)


def test_a_store_with_a_missing_chunk_is_refused_and_gathered_again_once_deleted(project: Project, finished: Project):
    remove(project, f"{STORE}/V/c/0/0", TRACES)
    outcome = project.snakemake(TRACES)
    assert outcome.status != 0
    assert "1 of its files are missing, the first is V/c/0/0; delete the folder and run again" in outcome.output
    assert "Traceback" not in outcome.output
    found = verified(project)
    assert found.returncode == 1
    assert f"{STORE}: WRONG: 1 of its files are missing" in found.stdout
    remove(project, STORE)
    assert_as_undisturbed(project, finished)
    assert verified(project).returncode == 0


def test_training_goes_on_from_its_checkpoint_and_past_one_torn_in_half(
    project: Project, finished: Project, tmp_path: Path
):
    remove(project, MODEL)
    assert project.snakemake(MODEL, environment=fault("train", "dlstm2/model", FAULT_HASTE="1")).status != 0
    log, checkpoints = project.folder / "results/logs/train/dlstm2.log", project.folder / "results/checkpoints/dlstm2"
    assert [file.name for file in sorted(checkpoints.iterdir())] == [
        "epoch-00000001.safetensors",
        "epoch-00000002.safetensors",
    ]
    newest = checkpoints / "epoch-00000002.safetensors"
    newest.write_bytes(newest.read_bytes()[: newest.stat().st_size // 2])
    assert_as_undisturbed(project, finished, MODEL)
    said = log.read_text()
    assert "checkpoint epoch-00000002.safetensors is not used" in said
    assert "resumed after epoch 1 of 2" in said
    assert not checkpoints.exists()


@pytest.fixture
def small_disk(project: Project) -> Iterator[Project]:
    """A copy of the study with its results on a disk of their own."""
    results, aside = project.folder / "results", project.folder / "aside"
    results.rename(aside)
    results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(results)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted (needs root)")
    try:
        shutil.copytree(aside, results, dirs_exist_ok=True)
        yield project
    finally:
        subprocess.run(["umount", "--lazy", str(results)], check=True)


@pytest.mark.parametrize("verb", ["solve", "gather", "train"])
def test_a_full_disk_is_named_and_the_next_run_ends_well_once_there_is_room(
    small_disk: Project, finished: Project, verb: str
):
    target = {"solve": block_of_cloud(small_disk), "gather": STORE, "train": MODEL}[verb]
    remove(small_disk, target)
    filler = small_disk.folder / "results/filler"
    free = shutil.disk_usage(filler.parent).free
    filler.write_bytes(bytes(free - 28 * 1024))  # room for the log and a part of what is to be written
    outcome = small_disk.snakemake(target, environment=fault(verb, FAULT_HASTE="1"))
    assert outcome.status != 0
    assert "the disk is full (No space left on device); make room and run again" in outcome.output
    assert ("no checkpoint of epoch 1, training goes on" in outcome.output) == (verb == "train")
    assert not (small_disk.folder / target).exists()
    filler.unlink()
    assert_as_undisturbed(small_disk, finished, target)


def test_results_copied_elsewhere_are_taken_up_there(finished: Project, tmp_path: Path):
    elsewhere = Project.create(tmp_path / "elsewhere", tiny_study())
    shutil.copytree(finished.folder / "results", elsewhere.folder / "results")
    remove(elsewhere, METRICS, "results/figures/losses.svg")
    outcome = elsewhere.snakemake("--dry-run")
    assert "solve" not in outcome.jobs
    assert "train" not in outcome.jobs
    assert_as_undisturbed(elsewhere, finished)
    assert verified(elsewhere).returncode == 0


def test_one_core_and_another_order_of_jobs_give_the_same_bits(finished: Project, tmp_path: Path):
    alone = Project.create(tmp_path / "alone", tiny_study())
    prioritised = "results/emulate/dlstm3/model"
    assert_as_undisturbed(alone, finished, *NUMBERS, "--cores", "1", "--prioritize", prioritised)


def test_another_size_of_jobs_changes_no_trace_by_more_than_a_millionth_of_a_mV(finished: Project, tmp_path: Path):
    other = Project.create(tmp_path / "other", tiny_study())
    edited(other, "sweeps", "hipsc", "rows_per_job", value=45)
    outcome = other.snakemake("results/sweeps/hipsc/store.zarr")
    assert outcome.status == 0, outcome.output
    assert outcome.jobs["solve"] == 2

    def traces(project: Project) -> Mapping[str, np.ndarray]:
        files = (np.load(file) for file in (project.folder / "results/sweeps/hipsc/blocks").glob("*.npz"))
        return {identity: V for file in files for identity, V in zip(file["id"].tolist(), file["V"], strict=True)}

    here, there = traces(other), traces(finished)
    assert here.keys() == there.keys()
    assert max(float(np.abs(here[row] - there[row]).max()) for row in there) <= 1e-6
