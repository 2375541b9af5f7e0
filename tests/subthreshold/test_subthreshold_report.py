"""What the report says of the subthreshold filters."""

from pathlib import Path

import pytest

from gbar.config.explain import checked
from gbar.config.subthreshold import SubthresholdSection
from gbar.errors import UserError
from gbar.records.metrics import write_metrics
from gbar.report.subthreshold import filters_part

NETWORK = {"name": "grufilter", "width": 3}
SECTION = checked(
    SubthresholdSection,
    {
        "models": {
            "published": {"network": NETWORK, "training": {"epochs": 2}},
            "wide": {"network": NETWORK, "training": {"epochs": 2}, "repeats": 2},
        }
    },
)
SCORES = {"published": 0.3, "wide_0": 0.02, "wide_1": 0.04, "linear_7": 0.158}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    for name, error in SCORES.items():
        scores = {"parameters": 219, "validation_mse_mV2": error, "test_mse_mV2": error / 2, "constant_mse_mV2": 2.9}
        write_metrics(tmp_path / name, scores | ({"lags": {"first": 2, "last": 7}} if name == "linear_7" else {}))
    return {name: tmp_path / name for name in SCORES}


def test_the_table_has_every_training_what_was_published_and_the_linear_filters(files: dict[str, Path]):
    linear = files.pop("linear_7")
    part = filters_part(SECTION, files, {"linear_7": linear})
    assert [row[:4] for row in part.tables[0].rows] == [
        ["published", "219", "0.300", "0.150"],
        ["wide_0", "219", "0.0200", "0.0100"],
        ["wide_1", "219", "0.0400", "0.0200"],
        ["Hagen 2019", "219", "0.112", "–"],
        ["linear_7", "219", "0.158", "0.0790"],
    ]
    assert "validation MSE, paths of 1 s (mV²)" in part.tables[0].header
    assert part.opening[0].startswith("Filters of a subthreshold voltage: wide_0 has a validation error of 0.0200 mV²")
    assert any("linear_7 (lags 2 to 7) 0.158 mV²; a constant, 2.90 mV²" in sentence for sentence in part.sentences)
    assert any("wide, trained with 2 seeds" in one and "0.0300 mV² in the mean" in one for one in part.sentences)


def test_a_file_that_lacks_an_error_is_named(files: dict[str, Path]):
    write_metrics(files["wide_1"], {"parameters": 219, "validation_mse_mV2": 1.0})
    del files["linear_7"]
    with pytest.raises(UserError, match="wide_1: lacks 'test_mse_mV2'"):
        filters_part(SECTION, files, {})
