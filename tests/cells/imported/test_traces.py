from pathlib import Path

import numpy as np

from gbar import cells
from gbar.config.stimulus import default_section
from gbar.solve import SolverSettings, solve_rows
from gbar.stimuli import build

MODELS = Path(__file__).with_name("models")


def test_a_cell_of_a_file_beats_as_its_paper_says():
    """Luo and Rudy 1991: a peak of 47 mV, rest at -84.4 mV, an action potential of 366 ms at 1 Hz (CVODES, 1e-10)."""
    cell = cells.get(str(MODELS / "luo_rudy_1991.mmt"))
    stimulus = build(default_section(cell.stimulus), cell.stimulus, 1000.0, [0])
    V = solve_rows(cell, {}, {}, 1000.0, 0.1, SolverSettings(rtol=1e-7), stimulus=stimulus).traces["V"][0]
    assert abs(V.max() - 47.0) < 0.2
    assert abs(V[-1] + 84.4) < 0.1
    apd90 = np.flatnonzero(-84.4 + 0.1 * (V.max() + 84.4) < V).max() * 0.1 - 100
    assert abs(apd90 - 366) < 1.5
