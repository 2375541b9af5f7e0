"""The figure of a recording shows both traces, both trains of spikes, and each parameter within its range."""

import numpy as np
import pytest
from looks import outside, overlapping, panels, texts

from gbar.figures.invert.recording import SHOWN, Estimate, Recorded, draw_recording

T = np.arange(900) * 0.2


def made_up(parameters: int = 10, **changed) -> Recorded:
    ranges = [(10.0 * k, 10.0 * k + 20) for k in range(parameters)]
    values = {
        "title": "17o05028_ic_steps.abf, sweep 12, from 1637 ms: out of range",
        "time_ms": T,
        "V_mV": -60 + 90 * (np.sin(T / 5) > 0.9),
        "time_predicted_ms": T[::2],
        "V_predicted_mV": -65 + 90 * (np.sin(T[::2] / 6) > 0.9),
        "spikes_ms": np.array([6.0, 38.0, 70.0]),
        "spikes_predicted_ms": np.array([7.0, 45.0]),
        "isi_distance": 0.25,
        "estimates": [
            Estimate(f"gkca_dend{k}", "pS/um2", low + 15.0, 1.0, low + 12.0, low + 99.0, (low, high))
            for k, (low, high) in enumerate(ranges)
        ],
    }
    return Recorded(**values | changed)


def test_traces_and_spikes_are_drawn_as_they_are() -> None:
    trace, raster, _ = panels(draw_recording(made_up()))
    np.testing.assert_array_equal(trace.lines[0].get_ydata(), made_up().V_mV)
    np.testing.assert_array_equal(trace.lines[1].get_xdata(), T[::2])
    np.testing.assert_array_equal(trace.lines[1].get_ydata(), made_up().V_predicted_mV)
    shown = [one.get_positions() for one in raster.collections]
    assert [list(one) for one in shown] == [[6, 38, 70], [7, 45]]
    assert "3 and 2 spikes, ISI distance 0.25" in raster.get_title(loc="left")


def test_a_parameter_stands_where_it_is_in_its_range_and_a_wide_interval_is_cut() -> None:
    axes = panels(draw_recording(made_up(1)))[2]
    interval, _, value = axes.lines
    assert value.get_xdata() == pytest.approx([0.5])
    assert interval.get_xdata() == pytest.approx([0.2, SHOWN])
    assert axes.texts[0].get_text() == "15 ± 1 pS/µm²"


@pytest.mark.parametrize("parameters", [2, 4, 10])
def test_no_text_leaves_the_page_or_lies_on_another(parameters: int) -> None:
    figure = draw_recording(made_up(parameters))
    assert outside(figure) == []
    assert overlapping(figure) == []
    assert any("out of range" in one.get_text() for one in texts(figure))


def test_a_silent_recording_and_a_simulation_that_diverged_can_be_drawn() -> None:
    none = np.array([])
    lost = made_up(2, V_predicted_mV=np.full_like(T[::2], np.nan), spikes_ms=none, spikes_predicted_ms=none)
    assert "0 and 0 spikes" in panels(draw_recording(lost))[1].get_title(loc="left")
