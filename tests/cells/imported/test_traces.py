from pathlib import Path

import numpy as np

from gbar import cells
from gbar.cells.imported.checking import prove
from gbar.cells.imported.model import Told
from gbar.config.stimulus import default_section
from gbar.solve import SolverSettings, solve_rows
from gbar.stimuli import build

MODELS = Path(__file__).with_name("models")
STUDIES = Path(__file__).parents[3] / "workflow/studies"


def test_a_cell_of_a_file_beats_as_its_paper_says():
    """Luo and Rudy 1991: a peak of 47 mV, rest at -84.4 mV, an action potential of 366 ms at 1 Hz (CVODES, 1e-10)."""
    cell = cells.get(str(MODELS / "luo_rudy_1991.mmt"))
    stimulus = build(default_section(cell.stimulus), cell.stimulus, 1000.0, [0])
    V = solve_rows(cell, {}, {}, 1000.0, 0.1, SolverSettings(rtol=1e-7), stimulus=stimulus).traces["V"][0]
    assert abs(V.max() - 47.0) < 0.2
    assert abs(V[-1] + 84.4) < 0.1
    apd90 = np.flatnonzero(-84.4 + 0.1 * (V.max() + 84.4) < V).max() * 0.1 - 100
    assert abs(apd90 - 366) < 1.5


def test_the_cell_of_the_example_study_beats_as_its_equations_say():
    """Beeler and Reuter 1977, its second beat, by Myokit's CVODES at 1e-10; rates against Myokit's evaluator."""
    file = STUDIES / "beeler_reuter_1977.mmt"
    cell = cells.get(str(file))
    assert prove(file, Told(), cell, traced=False).worst < 1e-12
    stimulus = build(default_section(cell.stimulus), cell.stimulus, 1500.0, [0])
    V = solve_rows(cell, {}, {}, 1500.0, 0.1, SolverSettings(rtol=1e-7), stimulus=stimulus, dtype=float).traces["V"][0]
    for ms, mV in ((1000, -84.392), (1060, 20.214), (1100, 16.927), (1200, 0.467), (1300, -39.822), (1350, -80.387)):
        assert abs(V[ms * 10] - mV) < 0.01
    assert abs(V[10_000:].max() - 37.538) < 0.01
