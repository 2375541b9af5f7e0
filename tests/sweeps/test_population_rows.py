"""Candidates of a population: within ranges or around the cell's own values, evenly spread."""

import numpy as np
import pytest

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.sweeps.design import DesignTable, design_table


def candidates(**design) -> DesignTable:
    kind = {"kind": "population", "vary": ["INa", "IKr"], "rows": 64, "seed": 3} | design
    protocol = {"duration_ms": 1000, "save_every_ms": 1}
    return design_table(checked(SweepSection, {"cell": {"name": "ohara2011"}, "design": kind, "protocol": protocol}))


@pytest.mark.parametrize("sampling", ["sobol", "latin"])
def test_each_quantity_is_spread_evenly_over_its_range(sampling: str):
    values = candidates(range={"INa": [0.5, 1.5], "IKr": [0, 2]}, sampling=sampling).values
    for column, (low, high) in zip(values.T, ((0.5, 1.5), (0, 2)), strict=True):
        layers = np.floor((column - low) / (high - low) * 64).astype(int)
        assert sorted(layers.tolist()) == list(range(64))  # one in each of 64 layers


def test_around_its_own_value_the_logarithm_is_normal():
    table = candidates(vary=["INa", "Ko"], spread={"INa": 0.3, "Ko": 0.1}, rows=1024)
    for column, own, spread in zip(table.values.T, (1.0, 5.4), (0.3, 0.1), strict=True):
        logs = np.log(column / own)
        assert np.mean(logs) == pytest.approx(0, abs=0.01 * spread)
        assert np.std(logs) == pytest.approx(spread, rel=0.01)
        share = (np.abs(logs) < 1.96 * spread).mean()
        assert share == pytest.approx(0.95, abs=0.005)


def test_more_candidates_keep_the_first_ones():
    few, many = candidates(range=[0.5, 1.5], rows=20), candidates(range=[0.5, 1.5], rows=50)
    assert many.ids[:20] == few.ids


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ({}, r"design: range: give a range or a spread"),
        ({"range": [0.5, 1.5], "spread": 0.2}, r"design: range: give a range or a spread, not both"),
        ({"range": [1.5, 0.5]}, r"range of INa: \[1.5, 0.5\] must rise"),
        ({"range": [-0.5, 0.5]}, r"design: INa: -0.5 is not allowed; it must be a finite number of at least 0"),
        ({"spread": -1}, r"spread: -1 is not allowed; it must be greater than 0"),
        ({"spread": {"INa": 0.1}}, r"spread names \['INa'\], but vary names \['IKr', 'INa'\]"),
        ({"range": [0.5, 1.5], "sampling": "grid"}, r"sampling: 'grid' is not allowed"),
        (
            {"range": [0.5, 1.5], "vary": ["INa", "gNa"]},
            r"design.vary: vary: 'INa' is there twice|'INa' is there twice",
        ),
    ],
)
def test_candidates_that_cannot_be_drawn_are_refused(design: dict, message: str):
    with pytest.raises(UserError, match=message):
        candidates(**design)
