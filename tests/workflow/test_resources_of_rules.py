"""What jobs ask a cluster for is edited freely: nothing is done again for it."""

import pytest
from project import Project

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_other_resources_redo_nothing(project: Project):
    file = project.folder / "workflow/gbar/jobs/resources.py"
    file.write_text(file.read_text().replace("SLOWER = 4.0", "SLOWER = 8.0"))
    outcome = project.snakemake("--dry-run", "--set-resources", "train:runtime=600", "solve:mem_mb=8000 * attempt")
    assert outcome.status == 0, outcome.output
    assert "Nothing to be done" in outcome.output


def test_every_rule_says_what_it_needs(project: Project):
    for rules in (project.folder / "workflow/rules").glob("*.smk"):
        text = rules.read_text()
        jobs = sum(text.count(f"\n{word}") for word in ("rule ", "checkpoint ", "use rule ", "    rule:"))
        assert jobs == text.count("resources:") == text.count("    **asks(")
