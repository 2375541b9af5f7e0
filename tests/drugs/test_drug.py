"""Block by the Hill equation, Bnet, and what a concentration can be written as."""

import numpy as np
import pytest

from gbar.drugs.drug import Block, Drug, Uncertain, bnet, left
from gbar.errors import UserError

DRUG = Drug(
    "made up",
    100.0,
    {"IKr": Block(Uncertain(50.0), Uncertain(1.0)), "ICaL": Block(Uncertain(200.0), Uncertain(2.0))},
)


def test_at_its_ic50_half_of_a_current_is_left_whatever_the_hill_coefficient():
    assert [left(50.0, 50.0, hill) for hill in (0.5, 1, 2)] == [0.5] * 3


def test_without_drug_all_is_left():
    assert DRUG.left(0.0) == {"IKr": 1.0, "ICaL": 1.0}


def test_each_channel_is_blocked_by_itself():
    assert DRUG.left(100.0) == pytest.approx({"IKr": 1 / 3, "ICaL": 0.8})


def test_where_it_binds_to_hERG_the_static_block_does_not_count_too():
    assert list(DRUG.left(100.0, dynamic=True)) == ["ICaL"]


def test_bnet_is_block_of_outward_currents_less_that_of_inward_ones():
    assert bnet({"IKr": 0.4, "IKs": 0.9, "ICaL": 0.7, "INaL": 0.8}) == pytest.approx(0.6 + 0.1 - 0.3 - 0.2)


def test_a_concentration_is_a_number_of_nM_or_a_multiple_of_cmax():
    assert [DRUG.concentration_nM(text) for text in ("30", "1x", "0.5x", "0")] == [30.0, 100.0, 50.0, 0.0]


@pytest.mark.parametrize("text", ["", "x", "two", "-1", "-1x", "nan", "inf"])
def test_any_other_concentration_is_refused(text: str):
    with pytest.raises(
        UserError, match=r"concentration of made up: .* it must be a number of nM, or of Cmax such as 2x"
    ):
        DRUG.concentration_nM(text)


def test_a_multiple_of_an_unknown_cmax_is_refused():
    with pytest.raises(UserError, match="a number of nM: its therapeutic one is not known"):
        Drug("new", np.nan).concentration_nM("2x")
