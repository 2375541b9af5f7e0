"""What it takes to look at a study: dry runs of every study and of large designs, and a run that has nothing to do.

Each is a process of Snakemake of its own, on one core, in a copy of the project in a temporary folder:

    first      `snakemake -n` in an empty results folder: the plan is made and kept
    again      the same once more: the plan is read
    nothing    `snakemake --cores 2` with everything done
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import common
import yaml

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("Snakefile", "config.yaml", "workflow", "envs", "profiles")
CURRENTS = ["INa", "IKur", "IKr", "IK1", "ICaL"]
LEVELS = [round(0.2 * k, 1) for k in range(11)]
MILLION = 1_000_000
ROWS_PER_JOB = 1024  # the default of the library; config.yaml has 160, for a sweep of 311 rows

STUDY_S, STUDY_MB = 10.0, 300.0
FACTORIAL_S = 15.0
PLAN_S = 20.0
NOTHING_S = 5.0


@dataclass(frozen=True)
class Run:
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_MB: float


def main() -> None:
    """Measure and write the section of RESULTS.md."""
    parser = common.parser(__doc__)
    parser.add_argument("--million", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.million:
        print(json.dumps(_plan_a_million()))
        return
    common.pin_to_one_core()
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        for part in PARTS:
            source, target = ROOT / part, project / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                project.mkdir(exist_ok=True)
                shutil.copy2(source, target)
        looks = {name: _look(project, *arguments) for name, arguments in _studies(project)}
        nothing = _nothing_to_do(project)
        plan = _measured([sys.executable, __file__, "--million"], Path(scratch))
    common.write_section("Planning", _report(looks, nothing, plan))


def _studies(project: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the studies that are shipped and the large designs, with the arguments that Snakemake takes for them."""
    yield "config.yaml", ()
    for study in sorted((project / "workflow/studies").glob("*.yaml")):
        yield study.name, ("--configfile", str(study.relative_to(project)))
    designs = {
        "full factorial": {"kind": "grid", "vary": CURRENTS, "levels": LEVELS},
        "a million": {"kind": "uniform", "vary": CURRENTS, "levels": None, "range": [0.0, 2.0], "rows": MILLION},
    }
    for name, design in designs.items():
        study = {"emulate": None, "sweeps": {"hipsc": {"design": design, "rows_per_job": ROWS_PER_JOB}}}
        _write(project / f"{design['kind']}.yaml", study)
        yield name, ("--configfile", f"{design['kind']}.yaml")


def _look(project: Path, *arguments: str) -> tuple[Run, Run, int]:
    """Return what a first and a second dry run take, and the number of jobs."""
    results = f"results/{len(list(project.glob('results/*')))}"
    _write(project / "results.yaml", {"results": results})
    files = [*(argument for argument in arguments if argument != "--configfile"), "results.yaml"]
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "2", "--configfile", *files, "--quiet"]
    first, again = (_measured(command, project) for _ in range(2))
    listed = subprocess.run([*command, "rules"], cwd=project, capture_output=True, text=True, check=True)
    jobs = int(re.findall(r"^total +(\d+)", listed.stdout + listed.stderr, re.MULTILINE)[0])
    common.say(f"{arguments or 'config.yaml'}: {jobs} jobs, {first}, {again}")
    return first, again, jobs


def _nothing_to_do(project: Path) -> Run:
    """Return what a run takes when all the jobs of config.yaml are done, on traces and trainings cut short."""
    short = yaml.safe_load((project / "config.yaml").read_text())
    short["results"] = "results/done"
    short["sweeps"]["hipsc"]["protocol"] |= {"duration_ms": 1600, "save_every_ms": 0.1}
    short["emulate"]["windows"] = {"samples": 5000, "resampled": 1000, "trim": 10, "lead_ms": 20}
    for model in short["emulate"]["models"].values():
        model["training"]["epochs"] = 1
    _write(project / "config.yaml", short)
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"]
    subprocess.run(command, cwd=project, check=True)
    return _measured(command, project)


def _measured(command: Sequence[str], folder: Path) -> Run:
    """Return what a command takes in a folder; it must end well."""
    started = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=folder, env=common.child_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def _plan_a_million() -> None:
    """Plan a design of a million rows, as the Snakefile does."""
    from gbar.config.explain import checked
    from gbar.config.sweep import SweepSection
    from gbar.sweeps.plan import plan_sweep

    design = {"kind": "uniform", "vary": CURRENTS, "range": [0.0, 2.0], "rows": MILLION, "seed": 1}
    sweep = {"cell": {"name": "akwaboah2021"}, "design": design, "rows_per_job": ROWS_PER_JOB}
    plan_sweep(checked(SweepSection, sweep), "plan")


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(values)))


def _report(looks: Mapping[str, tuple[Run, Run, int]], nothing: Run, plan: Run) -> str:
    rows = [
        (
            name,
            str(jobs),
            *(f"{run.wall_s:.1f}" for run in (first, again)),
            f"{first.cpu_s:.1f}",
            f"{first.peak_MB:.0f}",
        )
        for name, (first, again, jobs) in looks.items()
    ]
    studies = [look for name, look in looks.items() if name.endswith(".yaml")]
    slowest, largest = max(look[0].wall_s for look in studies), max(look[0].peak_MB for look in studies)
    factorial = looks["full factorial"][0].wall_s
    return "\n\n".join(
        (
            f"`snakemake -n`, in an empty results folder and once more; {ROWS_PER_JOB} rows a job in the two large"
            " designs, of five currents of akwaboah2021:",
            common.table(("study", "jobs", "first, s", "again, s", "CPU time of the first, s", "its peak, MB"), rows),
            f"Bars: the shipped studies at most {STUDY_S:g} s and {STUDY_MB:g} MB,"
            f" {common.verdict(slowest <= STUDY_S and largest <= STUDY_MB)} ({slowest:.1f} s, {largest:.0f} MB); the"
            f" full factorial at most {FACTORIAL_S:g} s, {common.verdict(factorial <= FACTORIAL_S)}"
            f" ({factorial:.1f} s).",
            f"Planning a million rows alone: {plan.wall_s:.1f} s ({plan.cpu_s:.1f} s of CPU time),"
            f" {plan.peak_MB:.0f} MB; bar {PLAN_S:g} s: {common.verdict(plan.wall_s <= PLAN_S)}.",
            f"A run of config.yaml with all of it done: {nothing.wall_s:.1f} s; bar {NOTHING_S:g} s:"
            f" {common.verdict(nothing.wall_s <= NOTHING_S)}.",
        )
    )


if __name__ == "__main__":
    common.need_unix()
    main()
