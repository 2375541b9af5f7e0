"""float32 against float64 over a minute of simulated time.

Slow states change by less than half a unit in the last place in a step: without compensated sums potassium stands still
and the action potential with it.
"""

from dataclasses import fields

import numpy as np
import pytest

from gbar import cells
from gbar.solve import OK, SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus
from gbar.traces.reading import Biomarkers, read_trace
from gbar.traces.settings import of_kind

pytestmark = pytest.mark.slow

MINUTE_MS = 60_000.0

# Differences of beats that are equal but for rounding have no meaning of their own, nor have single samples.
LEFT_OUT = ("v_min_mV", "v_max_mV", "v_end_mV", "cv_interval", "apd90_drift_ms")
MEASURES = [field.name for field in fields(Biomarkers) if field.name not in LEFT_OUT]


def pulses(every_ms: float, width_ms: float, value: float) -> Stimulus:
    start_ms = np.arange(10.0, MINUTE_MS - width_ms, every_ms)
    edges = np.stack([start_ms, start_ms + width_ms], axis=1).ravel()
    return Stimulus(np.append(0.0, edges), np.append(0.0, np.tile([value, 0.0], len(start_ms))))


CASES = {
    "akwaboah2021": (None, 0.05),
    "tentusscher2004": (pulses(1000.0, 1.0, -52.0), 0.05),
    "hodgkinhuxley1952": (pulses(200.0, 100.0, 700.0), 0.05),
    "izhikevich2003": (pulses(200.0, 100.0, 10.0), 0.02),
    "ballsticks": (pulses(200.0, 100.0, 0.3), 0.02),
    # One spike a pulse. In the trains of a long current the sampled slope (dV/dt max) differs by up to 1.4 %: a spike
    # that is microseconds earlier has its samples elsewhere, and a train repeats the same few spikes.
    "mainen1996": (pulses(250.0, 5.0, 1.5), 0.02),
}


def test_every_cell_is_among_them():
    assert sorted(CASES) == cells.names()


@pytest.mark.parametrize("name", CASES)
def test_biomarkers_over_a_minute_agree_with_double_precision(name):
    stimulus, every_ms = CASES[name]
    single, double = (_biomarkers(name, stimulus, every_ms, precision) for precision in ("float32", "float64"))
    assert double["n_beats"] >= 30
    assert single["n_beats"] == double["n_beats"]
    for measure_name in MEASURES:
        assert single[measure_name] == pytest.approx(double[measure_name], rel=0.005, nan_ok=True), measure_name


def _biomarkers(name, stimulus, every_ms, precision) -> dict[str, float]:
    """Return the biomarkers of the last half minute."""
    settings = SolverSettings(precision=precision, lanes=16)
    solution = solve_rows(cells.get(name), {}, {}, MINUTE_MS, every_ms, settings, stimulus=stimulus)
    assert solution.status[0] == OK
    V_mV = solution.traces["V"][0]
    later = V_mV[len(V_mV) // 2 :]
    found = read_trace(later, every_ms, of_kind(cells.get(name).tissue), recorded=False).biomarkers
    return {name: getattr(found, name) for name in MEASURES}


def test_slow_concentrations_drift_in_single_precision_as_in_double():
    stimulus = pulses(1000.0, 1.0, -52.0)
    cell = cells.get("tentusscher2004")
    K, Na = (cell.state_names.index(name) for name in ("Ki", "Nai"))
    drift = []
    for precision in ("float64", "float32"):
        settings = SolverSettings(precision=precision, lanes=16)
        final = solve_rows(cell, {}, {}, 20_000.0, 1.0, settings, stimulus=stimulus).final_state[0]
        drift.append(final[[K, Na]] - cell.initial[[K, Na]])
    assert np.abs(drift[0]).min() > 0.05
    np.testing.assert_allclose(drift[1], drift[0], rtol=0.005)
