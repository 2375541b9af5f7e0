"""A copy of the project in a folder of its own, a tiny study, and what Snakemake does with them."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "workflow", "envs", "profiles")


@dataclass(frozen=True)
class Outcome:
    """How a run of Snakemake ended.

    Attributes:
        status: its exit status.
        jobs: number of jobs of each rule, `all` left out.
        output: what it printed.
    """

    status: int
    jobs: dict[str, int]
    output: str


class Project:
    """A project folder with the real Snakefile and a configuration of the test's own."""

    def __init__(self, folder: Path):
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, configuration: dict) -> "Project":
        """Copy the workflow into an empty folder."""
        folder.mkdir(parents=True)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / part)
        project = cls(folder)
        project.configure(configuration)
        return project

    def copy(self, folder: Path) -> "Project":
        """Copy everything, results and Snakemake's records included, with its time stamps."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    @property
    def configuration(self) -> dict:
        """The configuration as it stands in config.yaml."""
        return yaml.safe_load((self.folder / "config.yaml").read_text())

    def configure(self, configuration: dict) -> None:
        """Write config.yaml."""
        (self.folder / "config.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start Snakemake in the folder, on two cores, with more variables in its environment."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor", *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def snakemake(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Outcome:
        """Run Snakemake as `start` does, to its end."""
        return ended(self.start(*arguments, environment=environment))

    def solved_rows(self) -> Counter[str]:
        """How often each row of any sweep was solved into a block."""
        return Counter(
            line.split(",")[0]
            for table in self.folder.glob("results/sweeps/*/blocks/*.csv")
            if table.with_suffix(".npz").exists()
            for line in table.read_text().splitlines()[1:]
        )


def ended(process: subprocess.Popen[str]) -> Outcome:
    """Wait for Snakemake and return how it ended."""
    output, _ = process.communicate()
    return Outcome(process.returncode, _planned_jobs(output), output)


def _planned_jobs(output: str) -> dict[str, int]:
    """Read the table of jobs that Snakemake prints before it starts."""
    table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", output, re.DOTALL)
    if table is None:
        return {}
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", table[1], re.MULTILINE))
    return {rule: int(count) for rule, count in jobs.items() if rule != "all"}


def tiny_model(lstm_layers: int) -> dict:
    """A network of that many LSTM layers that trains in a moment."""
    return {
        "network": {
            "name": f"dlstm{lstm_layers}",
            "lstm_widths": [4] * lstm_layers,
            "dense_widths": [4, 4],
            "activation": "tanh",
        },
        "training": {"epochs": 2, "batch_size": 12, "learning_rate": 0.01},
    }


def tiny_study() -> dict:
    """A study of seconds: 63 settings of five currents, four more of a second sweep, two small networks."""
    return {
        "sweeps": {
            "hipsc": {
                "cell": {"name": "akwaboah2021"},
                "design": {"kind": "subsets", "vary": ["INa", "IKur", "IKr", "IK1", "ICaL"], "levels": [0.8, 1.0, 1.2]},
                "protocol": {"duration_ms": 1600, "save_every_ms": 0.1},
                "rows_per_job": 32,
            },
            "cloud": {
                "cell": {"name": "akwaboah2021"},
                "design": {"kind": "sobol", "vary": ["INa", "IKr"], "range": [0.9, 1.1], "rows": 4},
                "protocol": {"duration_ms": 200, "save_every_ms": 0.1},
                "rows_per_job": 32,
            },
        },
        "emulate": {
            "sweep": "hipsc",
            "windows": {"samples": 5000, "resampled": 1000, "trim": 10, "lead_ms": 20, "min_beats": 3},
            "models": {"dlstm2": tiny_model(2), "dlstm3": tiny_model(3)},
        },
    }
