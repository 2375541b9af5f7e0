"""The studies that come with the project."""

from pathlib import Path

import pytest
import yaml

STUDIES = sorted((Path(__file__).parents[2] / "workflow/studies").glob("*.yaml"))


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.stem)
def test_a_study_says_of_each_part_whether_it_has_it(study: Path):
    # Laid over the default study, it would inherit the small form of what it does not name.
    assert {"emulate", "invert", "subthreshold", "gating"} <= yaml.safe_load(study.read_text()).keys()
