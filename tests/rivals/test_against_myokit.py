"""The point cells against Myokit's CVODES at tight tolerances, with models written for it alone."""

import numpy as np
import pytest
from rivals import designs, measures, myokit_cells

from gbar import cells
from gbar.solve import SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus

pytestmark = [pytest.mark.myokit, pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def _myokit():
    if reason := myokit_cells.missing():
        pytest.skip(reason)


def test_tentusscher2004_repolarises_when_cvodes_says():
    cell, beats, every_ms = cells.get("tentusscher2004"), 5, 0.1
    scales = designs.scalings(("gNa", "gCaL", "gKr", "gKs", "gK1"), 16, seed=3)
    stimulus = designs.pulses(cell, 1000.0, beats)
    ours = solve_rows(cell, scales, {}, 1000.0 * beats, every_ms, stimulus=stimulus).traces["V"]
    pacing = myokit_cells.pacing(1000.0)
    simulation = myokit_cells.PointSimulation("tentusscher2004", pacing)
    theirs = simulation.run(scales, 1000.0 * beats, every_ms, rtol=1e-9)
    t_ms = np.arange(theirs.shape[1]) * every_ms
    apd_ms = [[measures.apd90_ms(t_ms, V, 1000.0) for V in traces] for traces in (ours, theirs)]
    assert np.ptp(apd_ms[1]) > 50
    np.testing.assert_allclose(*apd_ms, rtol=0, atol=0.2)


def test_hodgkinhuxley1952_follows_cvodes_under_steps_of_current():
    cell, every_ms = cells.get("hodgkinhuxley1952"), 0.1
    draw = np.random.default_rng(5)
    start_ms, value_pA = np.arange(0.0, 300.0, 5.0), draw.normal(300.0, 500.0, 60)
    scales = designs.scalings(("gNa", "gK", "gL"), 4, seed=6, low=0.8, high=1.2)
    settings = SolverSettings(rtol=1e-7)
    ours = solve_rows(cell, scales, {}, 300.0, every_ms, settings, stimulus=Stimulus(start_ms, value_pA)).traces["V"]
    protocol = myokit_cells.pieces(start_ms, value_pA, 300.0)
    theirs = myokit_cells.PointSimulation("hodgkinhuxley1952", protocol).run(scales, 300.0, every_ms, rtol=1e-10)
    assert measures.spikes(theirs, 0.0).min() > 3
    assert np.abs(ours - theirs).max() <= 0.01


def test_akwaboah2021_fires_when_cvodes_says():
    cell, every_ms = cells.get("akwaboah2021"), 0.1
    draw = np.random.default_rng(8)
    # From the published design: levels 0, 0.2, ... 2, here around those at which the cell beats.
    scales = {
        "INa": draw.choice([0.8, 1.0, 1.2, 1.6, 2.0], 12),
        "IK1": draw.choice([0.4, 0.8, 1.0, 1.2], 12),
        **{name: draw.choice(np.arange(11) / 5, 12) for name in ("IKur", "IKr", "ICaL")},
    }
    ours = solve_rows(cell, scales, {}, 3000.0, every_ms).traces["V"]
    theirs = myokit_cells.PointSimulation("akwaboah2021").run(scales, 3000.0, every_ms, rtol=1e-9)
    upstrokes_ms = [[measures.upstrokes_ms(V, every_ms) for V in traces] for traces in (ours, theirs)]
    assert sum(map(len, upstrokes_ms[1])) > 40
    for row, (of_ours, of_theirs) in enumerate(zip(*upstrokes_ms, strict=True)):
        np.testing.assert_allclose(of_ours, of_theirs, rtol=0, atol=0.3, err_msg=f"row {row}")
