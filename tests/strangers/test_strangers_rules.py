"""The shell lines of the rules take nothing from a configuration that is not quoted."""

import re
from pathlib import Path

import pytest

RULES = sorted((Path(__file__).parents[2] / "workflow" / "rules").glob("*.smk"))
DIRECTIVE = re.compile(r"^    (\w+):(.*(?:\n(?:        .*)?)*)", re.MULTILINE)


def directives(name: str) -> list[tuple[str, str]]:
    """Every directive of that name in all rules: the file it is in, and its text."""
    return [(file.name, text) for file in RULES for found, text in DIRECTIVE.findall(file.read_text()) if found == name]


def test_every_rule_is_seen() -> None:
    rules = sum(len(re.findall(r"^(?:rule|checkpoint) \w+:", file.read_text(), re.MULTILINE)) for file in RULES)
    assert rules == len(directives("shell")) > 10
    assert [name for unsafe in ("run", "script", "notebook", "wrapper", "cwl") for name, _ in directives(unsafe)] == []


@pytest.mark.parametrize(("file", "line"), directives("shell"))
def test_a_shell_line_quotes_every_value(file: str, line: str) -> None:
    values = re.findall(r"\{[^}]*\}", line)
    assert values
    assert [
        value for value in values if not re.fullmatch(r"\{(input|output|params|log|wildcards)(\.\w+)?:q\}", value)
    ] == []
    assert "shell=True" not in line
    assert "eval" not in re.findall(r"\w+", line.replace("evaluate", ""))


def test_text_of_a_configuration_is_given_to_params_by_a_function() -> None:
    """Snakemake takes {words} in the plain text of params for wildcards; what a function returns it leaves alone."""
    sections_of_numbers = r"STUDY\.(emulate\.smoothing|figures\.\w+)\.canonical\(\)"
    for file, text in directives("params"):
        for line in text.splitlines():
            if "canonical(" in line and "lambda" not in line:
                assert re.search(sections_of_numbers, line), f"{file}: {line}"
