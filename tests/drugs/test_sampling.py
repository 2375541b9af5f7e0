"""Samples of a drug have the medians, ranges and correlations of its table."""

import numpy as np
import pytest

from gbar.drugs.drug import Block, Drug, Uncertain
from gbar.drugs.sampling import draw
from gbar.drugs.table import cipa

N = 20_000


@pytest.mark.parametrize("name", ["dofetilide", "ranolazine", "quinidine"])
def test_quantiles_of_what_was_found_to_block_are_those_of_the_table(name: str):
    drug = cipa()[name]
    samples = draw(drug, N)
    for channel, block in drug.blocks.items():
        if block.ic50_nM.high > 100 * block.ic50_nM.low:
            continue  # no block was found
        found = np.quantile(samples.ic50_nM[channel], (0.025, 0.5, 0.975))
        expected = (block.ic50_nM.low, block.ic50_nM.value, block.ic50_nM.high)
        assert np.log(found) == pytest.approx(np.log(expected), abs=0.03)
        assert np.median(samples.hill[channel]) == pytest.approx(block.hill.value, rel=0.02)


def test_ic50_and_hill_coefficient_are_correlated_as_told():
    block = Block(Uncertain(10.0, 5.0, 20.0), Uncertain(1.0, 0.8, 1.2), correlation=-0.8)
    samples = draw(Drug("a", 1.0, {"IKr": block}), N)
    assert np.corrcoef(np.log(samples.ic50_nM["IKr"]), samples.hill["IKr"])[0, 1] == pytest.approx(-0.8, abs=0.02)


def test_what_has_no_range_does_not_vary():
    samples = draw(Drug("a", 1.0, {"IKr": Block(Uncertain(10.0), Uncertain(1.5))}), 100)
    assert samples.ic50_nM["IKr"] == pytest.approx(np.full(100, 10.0))
    assert set(samples.hill["IKr"]) == {1.5}


def test_the_first_samples_do_not_depend_on_how_many_there_are_nor_on_other_drugs():
    few, many = draw(cipa()["verapamil"], 10), draw(cipa()["verapamil"], 100)
    for name in few.ic50_nM:
        np.testing.assert_array_equal(few.ic50_nM[name], many.ic50_nM[name][:10])
    np.testing.assert_array_equal(few.binding["Kmax"], many.binding["Kmax"][:10])


def test_kmax_and_halfmax_of_the_binding_rise_and_fall_together():
    binding = draw(cipa()["cisapride"], 500).binding
    np.testing.assert_array_equal(np.argsort(binding["Kmax"]), np.argsort(binding["halfmax"]))
    assert binding["Ku_per_ms"].min() > 0


def test_samples_leave_of_each_current_what_their_own_numbers_leave():
    samples = draw(cipa()["dofetilide"], 50)
    found = samples.left(2.0)["IKr"]
    assert found == pytest.approx(1 / (1 + (2 / samples.ic50_nM["IKr"]) ** samples.hill["IKr"]))
    assert "IKr" not in samples.left(2.0, dynamic=True)
