"""The house is in order: the checkers are content, and the repository holds only what it should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import gbar

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "--diff", "."],
    "snakefmt": ["snakefmt", "--check", "--diff", "Snakefile", "workflow"],
    "snakemake --lint": ["snakemake", "--lint"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}


@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS.keys())
def test_a_checker_finds_nothing_to_say(command: list[str]) -> None:
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{run.stdout}{run.stderr}", pytrace=False)


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    newest = re.search(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert newest is not None
    assert {"CITATION.cff": citation, "CHANGELOG.md": newest[1]} == {
        "CITATION.cff": gbar.__version__,
        "CHANGELOG.md": gbar.__version__,
    }


@pytest.fixture(scope="module")
def repository_files() -> list[Path]:
    """The files git tracks or would add."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_file_of_the_repository_is_over_1_mib(repository_files: list[Path]) -> None:
    assert [str(file) for file in repository_files if file.stat().st_size > 2**20] == []


# Written so that they do not find themselves.
NOT_PORTABLE = {
    "a path of one machine": r"(?<![\w.~-])/(?:home|root|Users|work)/",
    "an address of a package registry": r"https?://\S+/(?:simple|packages)\b",
    "a setting of a package registry": r"--(?:extra-)?index-url|find[-_]links",
}


@pytest.mark.parametrize("pattern", NOT_PORTABLE.values(), ids=NOT_PORTABLE.keys())
def test_no_file_of_the_repository_holds(pattern: str, repository_files: list[Path]) -> None:
    found = []
    for file in repository_files:
        text = file.read_bytes().decode(errors="ignore")
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in re.finditer(pattern, text)]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-rivals.lock", "envs/gbar.yaml"])
def test_pins_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()
