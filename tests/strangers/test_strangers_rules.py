"""The shell lines of the rules take nothing from a configuration that is not quoted."""

import re
from pathlib import Path

import pytest

RULES = sorted((Path(__file__).parents[2] / "workflow" / "rules").glob("*.smk"))
DIRECTIVE = re.compile(r"^(?P<indent> {4}| {8})(?!rule:)(\w+):(.*(?:\n(?:(?P=indent) {4}.*)?)*)", re.MULTILINE)
COMMAND = "{params.command}"  # quoted where it is put together


def directives(name: str) -> list[tuple[str, str]]:
    """Every directive of that name in all rules: the file it is in, and its text."""
    return [
        (file.name, text) for file in RULES for _, found, text in DIRECTIVE.findall(file.read_text()) if found == name
    ]


def test_every_rule_is_seen() -> None:
    texts = [file.read_text() for file in RULES]
    written = sum(len(re.findall(r"^(?:rule|checkpoint) \w+:|^    rule:", text, re.MULTILINE)) for text in texts)
    inheriting = sum(len(re.findall(r"^use rule (\w+) as \w+ with:", text, re.MULTILINE)) for text in texts)
    assert written == len(directives("shell")) > 2
    assert written + inheriting == len(directives("params")) > 20
    assert [name for unsafe in ("run", "script", "notebook", "wrapper", "cwl") for name, _ in directives(unsafe)] == []


@pytest.mark.parametrize(("file", "line"), directives("shell"))
def test_a_shell_line_quotes_every_value(file: str, line: str) -> None:
    values = re.findall(r"\{[^}]*\}", line)
    assert values
    assert [
        value
        for value in values
        if value != COMMAND and not re.fullmatch(r"\{(input|output|params|log|wildcards)(\.\w+)?:q\}", value)
    ] == []
    assert "shell=True" not in line
    assert "eval" not in re.findall(r"\w+", line.replace("evaluate", ""))


def test_the_command_of_a_job_is_quoted_word_by_word_where_it_is_put_together() -> None:
    texts = "".join(file.read_text() for file in RULES)
    assert re.findall(r"def command\(.*\):\n +return (.*?)\(", texts) == ["shlex.join"]
    assert len(re.findall(r"\bcommand\b *=|[\"']command[\"']", texts)) == 1  # nothing else is called so


def test_text_of_a_configuration_is_given_to_params_by_a_function() -> None:
    """Snakemake takes {words} in the plain text of params for wildcards; what a function returns it leaves alone."""
    texts = "".join(file.read_text() for file in RULES)
    assert 'return {"said": told, "command": command, "doing": doing}' in texts  # three functions of the wildcards
    assert [
        text for _, text in directives("params") if not re.fullmatch(r"\s*\*\*job(_of)?\((.|\n)*\),\s*", text)
    ] == []
    assert max(text.count("**job") for _, text in directives("params")) == 1
    for _, text in directives("params"):
        lines = text.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        own = [line.strip() for line in lines if len(line) - len(line.lstrip()) == indent]
        assert own[1:] in ([], ["),"]), "nothing beside what the function returns"
