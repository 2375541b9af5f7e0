"""The `gating` section of the configuration."""

import numpy as np
import pytest

from gbar.config.explain import checked
from gbar.config.gating import (
    AlteredSection,
    GatingSection,
    MembraneSection,
    PacedSection,
    RecordSection,
    RefineSection,
    SequenceSection,
)
from gbar.errors import UserError


def study(**changes: object) -> dict:
    altered = {"longqt": {"scales": {"gKr": 0.5}}}
    return {"cells": altered, "networks": {"published": {}}, "retraining": {"network": "published"}} | changes


def test_the_control_is_scaled_by_nothing_and_an_altered_cell_by_its_factors():
    section = checked(GatingSection, study())
    assert section.scales_of("control") == {}
    assert section.scales_of("longqt") == {"gKr": 0.5}


def test_the_published_cycle_lengths_are_the_default():
    settings = PacedSection()
    np.testing.assert_array_equal(settings.cycle_lengths_ms, np.arange(300, 801, 5))
    assert settings.training_runs == 76


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        (PacedSection, {"slices": 20_000}, "behind duration_ms"),
        (PacedSection, {"training": 0.999}, "leaves none"),
        (SequenceSection, {"window": 0}, "greater than or equal to 1"),
        (SequenceSection, {"schedule": "plateau"}, "schedule"),
        (MembraneSection, {"ridge": 0}, "greater than 0"),
        (RefineSection, {"error_mv": 1.0}, "did you mean 'error_mV'"),
        (RecordSection, {"every_ms": 0}, "greater than or equal to 1"),
        (AlteredSection, {"scales": {"gkr": 0.5}}, "scales: 'gkr' is not allowed; it must be one of gNa, gK1"),
        (AlteredSection, {"scales": {"Irel": 0.5}}, "scales: 'Irel' is not allowed"),
        (GatingSection, study(cells={"control": {"scales": {"gKr": 0.5}}}), "'control' is the unaltered cell"),
        (GatingSection, study(retraining={"network": "ours"}), "'ours' is not allowed; it must be one of published"),
        (GatingSection, study(identification={"settled_ms": 12_000}), "settled_ms: 12000 is not allowed; .* 11001 ms"),
        (GatingSection, study(identification={"membrane": {"runs": 77}}), "runs: 77 is not allowed; 76 cycle lengths"),
    ],
)
def test_what_cannot_be_is_refused(section: type, values: dict, message: str):
    with pytest.raises(UserError, match=message):
        checked(section, values)
