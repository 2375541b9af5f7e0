"""Samples of a drug have the medians, ranges and correlations of its table."""

from dataclasses import replace

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


def test_where_no_block_was_found_no_sample_blocks_more_than_its_range_says():
    block = cipa()["sotalol"].blocks["ICaL"]
    samples = draw(cipa()["sotalol"], N)
    assert samples.ic50_nM["ICaL"].min() == pytest.approx(block.ic50_nM.low)
    assert samples.ic50_nM["ICaL"].max() == pytest.approx(block.ic50_nM.high)
    assert samples.hill["ICaL"].min() == pytest.approx(block.hill.low)
    assert samples.hill["ICaL"].max() == pytest.approx(block.hill.high)
    # Of its 2,000 published samples the one that blocks most at 4 x Cmax blocks 0.074.
    drug = cipa()["sotalol"]
    assert 0.05 < (1 - samples.left(4 * drug.free_cmax_nM)["ICaL"]).max() < 0.15


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


# Of the 2,000 bootstrap refits of each drug (FDA/CiPA, Lab_Specific_Validation_Calibration_2020, boot_pars.csv): 2.5,
# 50 and 97.5 per cent of ln(Kmax C^n / (C^n + halfmax)) at 1 and at 4 x Cmax.
EFFECTS = {
    "bepridil": ((-0.24, 0.01, 0.26), (1.11, 1.31, 1.54)),
    "sotalol": ((-1.40, -1.11, -0.87), (-0.23, -0.06, 0.15)),
    "ranolazine": ((-0.92, -0.70, -0.50), (0.50, 0.60, 0.69)),
    "verapamil": ((-1.04, -0.71, -0.42), (0.57, 0.73, 0.92)),
    "metoprolol": ((-2.18, -1.34, -0.86), (-0.73, -0.38, -0.13)),
    "quinidine": ((1.34, 1.60, 1.80), (2.20, 2.69, 3.06)),
    "vandetanib": ((0.27, 0.48, 0.70), (1.17, 1.32, 1.47)),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_the_effect_of_a_binding_is_as_uncertain_as_in_the_refits_though_its_parameters_trade_off(name: str):
    drug = cipa()[name]
    binding = draw(drug, N).binding
    for times, expected in zip((1, 4), EFFECTS[name], strict=True):
        power = (times * drug.free_cmax_nM) ** binding["n"]
        effect = np.log(binding["Kmax"] * power / (power + binding["halfmax"]))
        assert np.quantile(effect, (0.025, 0.5, 0.975)) == pytest.approx(expected, abs=0.12)


def test_of_a_binding_whose_ranges_alone_are_known_kmax_and_halfmax_rise_and_fall_together():
    binding = draw(replace(cipa()["cisapride"], joint=None), 500).binding
    np.testing.assert_array_equal(np.argsort(binding["Kmax"]), np.argsort(binding["halfmax"]))
    assert binding["Ku_per_ms"].min() > 0


def test_samples_leave_of_each_current_what_their_own_numbers_leave():
    samples = draw(cipa()["dofetilide"], 50)
    found = samples.left(2.0)["IKr"]
    assert found == pytest.approx(1 / (1 + (2 / samples.ic50_nM["IKr"]) ** samples.hill["IKr"]))
    assert "IKr" not in samples.left(2.0, dynamic=True)
