"""Writes envs/gbar.yaml, the conda environment of the rules, from requirements.lock.

The environment holds what the library imports (`[project].dependencies` of pyproject.toml) and what that
needs in turn, at the versions of the lock. Snakemake, the tests' and the checks' packages stay out: the
rules do not use them. The lock's `# via` comments tell who needs whom. Run by `make lock`.
"""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHON = "3.12"
# The environment markers are evaluated for, whatever machine this runs on.
PLATFORM = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "linux",
}

HEADER = """\
# The conda environment of the rules, for `snakemake --software-deployment-method conda`.
# Written from requirements.lock by envs/generate.py (`make lock`): do not edit.
"""


def read_lock(lock: str) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Read a lock compiled by uv or pip-tools.

    Args:
        lock: its text, with `# via` comments, hashes or not.

    Returns:
        The version of every package that PLATFORM installs, and the names of those that require it.
    """
    versions: dict[str, str] = {}
    parents: dict[str, set[str]] = {}
    # An entry starts at the margin and goes on in indented lines.
    for entry in re.findall(r"^[^\s#].*\n(?:[ \t].*\n?)*", lock, flags=re.MULTILINE):
        pin, *rest = entry.splitlines()
        requirement = Requirement(pin.rstrip("\\ "))
        if requirement.marker and not requirement.marker.evaluate(PLATFORM):
            continue
        name = canonicalize_name(requirement.name)
        versions[name] = str(requirement.specifier).removeprefix("==")
        comments = " ".join(line.partition("#")[2] for line in rest)
        parents[name] = set(comments.split()[1:])  # the first word is `via`
    return versions, parents


def environment(lock: str, pyproject: str) -> str:
    """Return the text of the conda environment file for the texts of a lock and a pyproject.toml."""
    versions, parents = read_lock(lock)
    direct = tomllib.loads(pyproject)["project"]["dependencies"]
    needed = {canonicalize_name(Requirement(line).name) for line in direct}
    grown = True
    while grown:
        more = {name for name in versions if parents[name] & needed} - needed
        needed |= more
        grown = bool(more)
    pins = "".join(f"      - {name}=={versions[name]}\n" for name in sorted(needed))
    return (
        f"{HEADER}channels:\n  - conda-forge\n  - nodefaults\n"
        f"dependencies:\n  - python={PYTHON}\n  - pip\n  - pip:\n{pins}"
    )


def main() -> None:
    """Write envs/gbar.yaml of the project this file belongs to."""
    here = Path(__file__).resolve().parent
    text = environment((here.parent / "requirements.lock").read_text(), (here.parent / "pyproject.toml").read_text())
    (here / "gbar.yaml").write_text(text)


if __name__ == "__main__":
    main()
