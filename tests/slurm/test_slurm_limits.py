"""A job that runs out of time or memory is submitted again with more of it."""

import re
import shutil
from pathlib import Path

import pytest
from cluster import Run, edit_profile
from project import ROOT

pytestmark = [pytest.mark.slurm, pytest.mark.slow]

# Stand-ins for gbar's rules, whose least limits are longer than a test; resources grow as theirs do. What a job was
# granted tells which attempt it is.
SNAKEFILE = """
rule all:
    input:
        "late", "hungry",

rule late:
    output:
        "late",
    resources:
        runtime=lambda wildcards, attempt: attempt,
    shell:
        "if [ {resources.runtime} = 1 ]; then sleep 300; fi; echo {resources.runtime} > {output}"

rule hungry:
    output:
        "hungry",
    resources:
        mem_mb=lambda wildcards, attempt: 700 * attempt,
    shell:
        "python -c 'import time; held = bytearray(800 * 10**6); time.sleep(8)'; echo {resources.mem_mb} > {output}"
"""


def test_a_job_out_of_time_and_one_out_of_memory_end_with_twice_as_much(cluster: None, tmp_path: Path):
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    edit_profile(tmp_path)
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    said = Run(tmp_path).finished()
    # Where there are no cgroups, SLURM kills the step out of memory and calls the job failed.
    assert sorted(re.findall(r"SLURM status is: '(\w+)'", said)) == ["FAILED", "TIMEOUT"]
    assert "exceeded memory limit" in said
    assert (tmp_path / "late").read_text() == "2\n"
    assert (tmp_path / "hungry").read_text() == "1400\n"
