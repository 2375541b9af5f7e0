"""The figure of the families of action potentials."""

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels
from matplotlib.figure import Figure

from gbar.figures.sweeps.family import Family, draw_family

CURRENTS = ["INa", "Ito", "IKr", "If", "ICaL", "IKur", "IKs", "INaK", "INaCa", "IK1", "IKACh", "IbNa", "IbCa", "IpCa"]
LEVELS = np.array([0.0, 0.5, 1.0, 1.5, 2.0])


def family(current: str, alone: bool = True) -> Family:
    time_ms = np.arange(-50.0, 500.0)
    beat = -75 + 100 * ((time_ms > 0) & (time_ms < 100))
    V_mV = np.stack([beat + 2 * level for level in LEVELS])
    V_mV[0] = -70
    return Family(current, LEVELS, time_ms, V_mV, np.arange(len(LEVELS)) > 0, alone)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 8, 9, 12, 14])
def test_any_number_of_currents_has_a_panel_each_and_no_text_on_another(n):
    figure = draw_family([family(current) for current in CURRENTS[:n]], cell="akwaboah2021, variant c")
    shown = [axes for axes in panels(figure) if axes.lines]
    assert len(shown) == n
    assert {"V (mV)", "time from upstroke (ms)"} <= labels(figure) or {"V (mV)", "time (ms)"} <= labels(figure)
    assert overlapping(figure) == []
    assert outside(figure) == []


def lines(figure: Figure) -> list:
    return next(axes for axes in panels(figure) if axes.lines).lines


def test_the_control_is_black_and_silent_traces_are_dashed():
    by_level = dict(zip(LEVELS, lines(draw_family([family("INa")])), strict=True))
    assert [level for level, line in by_level.items() if line.get_color() == "#000000"] == [1.0]
    assert [level for level, line in by_level.items() if line.is_dashed()] == [0.0]


def test_a_random_design_has_no_control_and_its_title_says_what_is_shown():
    families = [family("INa", alone=False), family("IKr", alone=False)]
    for cell in (
        "akwaboah2021, variant corrected",
        "a_cell_of_a_file_whose_name_is_as_long_as_that_of_a_file_can_be_60",
    ):
        figure = draw_family(families, cell=cell)
        assert all(line.get_color() != "#000000" for line in lines(figure))
        assert "nearest to control" in " ".join(figure.get_suptitle().split())
        assert outside(figure) == []
