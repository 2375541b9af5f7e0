"""A SLURM of two nodes on this machine, and Snakemake on it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
PATIENCE_S = 240  # for one thing to happen; a whole run has five times as much


def why_not() -> str | None:
    """Why no SLURM can be started here; None where it can."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)}: not installed (Debian: slurmctld slurmd slurm-client munge)"
    return None if os.geteuid() == 0 else "starting a SLURM takes root"


@dataclass(frozen=True)
class Job:
    """A job as squeue tells it.

    Attributes:
        number: its id.
        rule: rule and wildcards, as the executor writes them.
        state: RUNNING, COMPLETED …
        node: where it runs or ran.
    """

    number: str
    rule: str
    state: str
    node: str


def jobs(*states: str) -> list[Job]:
    """The jobs in one of these states, of those that SLURM remembers."""
    told = command("squeue", "--noheader", f"--states={','.join(states)}", "--format=%i|%k|%T|%N")
    return [Job(*line.split("|")) for line in told.splitlines()]


def command(*words: str) -> str:
    """What a command prints; raises where it fails."""
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout


def until(happens: Callable[[], object], run: "Run | None" = None) -> None:
    """Wait for something to happen, while Snakemake runs if one is given."""
    end = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < end, (
            f"it did not happen\n{run.output() if run else command('squeue', '--states=all')}"
        )
        assert run is None or run.process.poll() is None, f"Snakemake ended before it happened\n{run.output()}"
        time.sleep(0.2)


class Run:
    """Snakemake in a folder, its jobs on the cluster as the profile says."""

    def __init__(self, folder: Path, *arguments: str):
        self._log = folder / f"snakemake_{time.monotonic_ns()}.txt"
        looks = ("--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10")
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "snakemake", "--profile", "profiles/slurm", "--nocolor", *looks, *arguments],
                cwd=folder,
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def finished(self) -> str:
        """Wait for success and return what it said."""
        status = self.process.wait(timeout=5 * PATIENCE_S)
        assert status == 0, self.output()
        return self.output()


def edit_profile(folder: Path) -> None:
    """Do what the profile asks its user to do: name the partition, and leave out the account where there is none."""
    file = folder / "profiles/slurm/config.yaml"
    lines = file.read_text().replace("slurm_partition: PARTITION", "slurm_partition: main")
    file.write_text(lines.replace("  slurm_account: ACCOUNT", "slurm-no-account: true"))
