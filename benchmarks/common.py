"""What the benchmarks share: one core, the machine in words, and the sections of RESULTS.md."""

import argparse
import datetime
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gbar.records.files import write_text
from gbar.records.provenance import commit, versions

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = "# What the benchmarks measured\n\nWritten by `make bench`; what is measured, and how, is in README.md.\n"


def parser(explanation: str) -> argparse.ArgumentParser:
    """Return the parser of a benchmark, which explains itself as its module does."""
    return argparse.ArgumentParser(description=explanation, formatter_class=argparse.RawDescriptionHelpFormatter)


def pin_to_one_core() -> None:
    """Keep this process and those it starts on one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def need_unix() -> None:
    """End the benchmark where CPU time and memory are not read in the manner of Unix."""
    if os.name != "posix":
        sys.exit("this benchmark reads CPU time and memory in the manner of Unix")


def child_environment(**variables: str) -> dict[str, str]:
    """Return this process's environment for a child: one thread in every library, and `variables`."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, **variables}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, all columns but the first flush right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def spread(values: Sequence[float], digits: int) -> str:
    """Return "median (lowest to highest)" of some measurements."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def write_section(title: str, body: str, other_versions: Mapping[str, str] | None = None) -> None:
    """Put a section into RESULTS.md, over an older one of that title, and print it.

    Args:
        title: heading of the section.
        body: what was measured, Markdown.
        other_versions: of software that gbar itself does not use.
    """
    used = versions() | dict(other_versions or {})
    software = ", ".join(f"{name} {version}" for name, version in used.items())
    section = f"## {title}\n\n{body}\n\n{_when_and_where()}\n{software}.\n"
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEAD
    sections = {text.splitlines()[0]: text for text in re.split(r"^(?=## )", old, flags=re.MULTILINE)[1:]}
    sections[f"## {title}"] = section
    texts = [HEAD, *(sections[heading] for heading in sorted(sections))]
    write_text(RESULTS, "\n".join(text.rstrip() + "\n" for text in texts))
    print(section)


def verdict(met: bool) -> str:
    """Return whether a bar is met, in a word."""
    return "met" if met else "MISSED"


def say(line: str) -> None:
    """Tell how far a benchmark is."""
    print(line, file=sys.stderr, flush=True)


def _when_and_where() -> str:
    today = datetime.date.today().isoformat()
    busy = f"; load average {os.getloadavg()[1]:.1f} (5 min)" if hasattr(os, "getloadavg") else ""
    head, dirty = commit()
    source, cores = f"commit {head[:12]}{'+' if dirty else ''}", f"one of {os.cpu_count()} cores"
    return f"{today}, {source}, {cores}, {_processor()}, {platform.system()}{busy}."


def _processor() -> str:
    """Return what the processor calls itself, with family and model where its name says little."""
    try:
        lines = subprocess.run(["lscpu"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"})
    except (OSError, subprocess.CalledProcessError):
        return platform.processor() or platform.machine()
    facts = dict(line.split(":", 1) for line in lines.stdout.splitlines() if ":" in line)
    name, family, model = (facts.get(key, "?").strip() for key in ("Model name", "CPU family", "Model"))
    return f"{name} (family {family}, model {model})"
