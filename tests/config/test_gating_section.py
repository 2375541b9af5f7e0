"""The `gating` section of the configuration."""

import numpy as np
import pytest

from gbar.config.explain import checked
from gbar.config.gating import MembraneSection, PacedSection, RefineSection, SequenceSection
from gbar.errors import UserError


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
        (RefineSection, {"noise_mv": 1.0}, "did you mean 'noise_mV'"),
    ],
)
def test_what_cannot_be_is_refused(section: type, values: dict, message: str):
    with pytest.raises(UserError, match=message):
        checked(section, values)
