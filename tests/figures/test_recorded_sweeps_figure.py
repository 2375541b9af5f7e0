"""The figure of a recording shows the voltage of every sweep, and the stimulus of those whose file tells it."""

from pathlib import Path

import numpy as np
import pytest
from looks import outside, overlapping, panels

from gbar.figures.recordings.recorded_sweeps import draw_sweeps
from gbar.recordings import Recording
from gbar.recordings.contents import Contents

FILE = Path("171116sh_0018.abf")
HELD = Contents(FILE, "ABF 2.6, episodic", ())


def made_up(sweep: int = 0, told: bool = True, samples: int = 2000) -> Recording:
    V_mV = -60 + 10 * np.sin(np.arange(samples) / 50 + sweep)
    return Recording(FILE, sweep, "IN 0", 0.5, V_mV, np.full(samples, 10.0 * sweep) if told else None, "pA")


def test_each_sweep_is_drawn_with_its_stimulus_below() -> None:
    sweeps = [made_up(sweep, told=sweep != 1) for sweep in range(3)]
    voltage, current = panels(draw_sweeps(HELD, sweeps))
    for line, one in zip(voltage.lines, sweeps, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(2000) * 0.5)
        np.testing.assert_array_equal(line.get_ydata(), one.V_mV)
    assert [line.get_ydata()[0] for line in current.lines] == [0.0, 20.0]
    assert (voltage.get_ylabel(), current.get_ylabel(), current.get_xlabel()) == ("V (mV)", "I (pA)", "time (ms)")
    assert voltage.get_title(loc="left") == "171116sh_0018.abf, IN 0, 3 sweeps, 0 to 2"


def test_a_long_sweep_without_a_stimulus_has_one_panel_over_seconds() -> None:
    (voltage,) = panels(draw_sweeps(HELD, [made_up(4, told=False, samples=40_000)]))
    assert voltage.get_xlabel() == "time (s)"
    assert voltage.lines[0].get_xdata()[-1] == pytest.approx(19.9995)
    assert voltage.get_title(loc="left") == "171116sh_0018.abf, IN 0, sweep 4"


def test_nothing_overlaps_or_leaves_the_page() -> None:
    figure = draw_sweeps(HELD, [made_up(sweep) for sweep in range(5)])
    assert overlapping(figure) == []
    assert outside(figure) == []
