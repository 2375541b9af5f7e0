"""Random paced rows of the ventricular cell, read here and by a second reader that knows the definitions alone."""

from collections import Counter

import numpy as np
import pytest
from tests.traces import brute_force

from gbar import cells
from gbar.solve import solve_rows
from gbar.solve.stimulus import Stimulus
from gbar.traces.reading import read_trace

FINE_MS, SAMPLE_MS, DURATION_MS, WIDTH_MS, GAIN = 0.01, 0.05, 6000.0, 1.0, -52.0
ROWS = 20  # of each kind; 1,000 of the usual ones were compared once, with the same result
USUAL = {name: (0.1, 4.0) for name in ("gKr", "gKs", "gCaL", "gNa")}
# Few K channels, many Ca channels: afterdepolarisations, block, no repolarisation.
HARD = {"gKr": (0.01, 0.5), "gKs": (0.01, 0.5), "gCaL": (0.5, 8.0), "gNa": (0.01, 0.6)}


def traces(ranges: dict[str, tuple[float, float]], seed: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Traces of random rows, mV, every 0.01 ms, and the pulses of each."""
    random = np.random.default_rng(seed)
    scales = {name: np.exp(random.uniform(*np.log(span), ROWS)) for name, span in ranges.items()}
    starts = [np.arange(10.0, DURATION_MS, cycle) for cycle in random.uniform(200, 1000, ROWS)]
    pulses = [np.column_stack([start, start + WIDTH_MS]) for start in starts]
    edges = [np.insert(pulse.ravel(), 0, 0.0) for pulse in pulses]
    longest = max(map(len, edges))
    start_ms = np.array([np.pad(edge, (0, longest - len(edge)), constant_values=np.inf) for edge in edges])
    value = np.where(np.arange(longest) % 2 == 1, GAIN, 0.0) * np.isfinite(start_ms)
    solution = solve_rows(
        cells.get("tentusscher2004", "epi"), scales, {}, DURATION_MS, FINE_MS, stimulus=Stimulus(start_ms, value)
    )
    return solution.traces["V"].astype(float), pulses


@pytest.mark.slow
# Where a level is crossed just as a pulse begins, V has a corner between two samples of 0.05 ms: 0.06 ms in a hard row.
@pytest.mark.parametrize(("ranges", "seed", "apd90_ms"), [(USUAL, 0, 0.05), (HARD, 1, 0.1)], ids=["usual", "hard"])
def test_class_captures_and_apds_are_those_of_a_brute_force_reading_at_a_finer_interval(ranges, seed, apd90_ms):
    found: Counter[str] = Counter()
    for V, pulses in zip(*traces(ranges, seed), strict=True):
        theirs = brute_force.read(V, FINE_MS, pulses)
        ours = read_trace(V[::5], SAMPLE_MS, pulses_ms=pulses, recorded=False)
        found[ours.course] += 1
        assert ours.course == theirs.course
        assert ours.captured.tolist() == theirs.captured.tolist()
        assert ours.beats.upstroke_ms == pytest.approx(theirs.upstroke_ms, abs=0.03)
        assert ours.beats.apd90_ms == pytest.approx(theirs.apd90_ms, abs=apd90_ms, nan_ok=True)
        assert ours.beats.apd75_ms == pytest.approx(theirs.apd75_ms, abs=0.1, nan_ok=True)
    assert len(found) > 1
