"""How tests run: with the settings of JAX of gbar's own processes, and shared among the workers of pytest-xdist.

JAX calculates in single precision unless a test asks for double.
"""

import fcntl
import os
from collections.abc import Iterator

import pytest
from project import Project, tiny_study
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from gbar.jobs.runtime import start_jax

start_jax(x64=True)
os.environ["JAX_ENABLE_X64"] = "0"

# These take longest and come first, so that no worker is left alone with one of them at the end.
FIRST = (
    "tests/slurm/",
    "tests/workflow/",
    "tests/test_house.py",
    "tests/rivals/",
    "tests/gating/",
    "tests/emulate/",
    "tests/solve/",
    "tests/training/",
)


def pytest_xdist_auto_num_workers() -> int:
    """A worker more than cores, since those of the cluster and of Snakemake wait; of up to 3 GB each, not too many."""
    return min(len(os.sched_getaffinity(0)) + 1, 8)


class Scheduling(LoadFileScheduling):
    """A worker takes whole files, whose fixtures are made once; the one cluster there can be is for one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/slurm" if nodeid.startswith("tests/slurm/") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    config.option.loadscopereorder = False  # which puts files of many tests first, and those are the quick ones
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next((k for k, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), len(FIRST))
    )


@pytest.fixture(scope="module")
def double_precision() -> Iterator[None]:
    """JAX calculates in double precision."""
    import jax

    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny study, finished once for all workers; not to be changed: copy it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / "tiny" / "finished", shared / "tiny.done"
    with (shared / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be at it
        if not done.exists():
            outcome = Project.create(folder, tiny_study()).snakemake()
            assert outcome.status == 0, outcome.output
            done.touch()
    return Project(folder)
