"""Concentrations at the last beats: read before the beat's own transient, the same by every method."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from made_up import gathered
from tests.action_potentials import action_potentials

from gbar import cells
from gbar.records.files import read_csv
from gbar.solve import SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus
from gbar.sweeps.biomarker_table import read_table
from gbar.sweeps.steady_state import last_beats

TIME_MS = np.arange(0, 3000, 10.0)


def reading(pulses_ms: list[float], upstrokes_ms: list[float] = ()) -> SimpleNamespace:
    return SimpleNamespace(pulses_ms=np.array(pulses_ms), beats=SimpleNamespace(upstroke_ms=np.array(upstrokes_ms)))


def falling_between(beats_ms: list[float]) -> np.ndarray:
    """A concentration that jumps to 1 at each beat, one the n-th to 1 + n / 100, and falls by 1e-4 a ms."""
    beat = np.searchsorted(beats_ms, TIME_MS, side="left")
    start = np.concatenate([[0.0], beats_ms])[beat]
    return 1 + beat / 100 - 1e-4 * (TIME_MS - start)


@pytest.mark.parametrize("offset_ms", [0.0, 3.0, 9.99])
def test_a_concentration_is_that_just_before_the_pulse(offset_ms: float):
    beats_ms = [10 + offset_ms, 1010 + offset_ms, 2010 + offset_ms]
    found = last_beats(falling_between(beats_ms)[None], 10.0, reading(beats_ms))
    assert found[0] == pytest.approx([1.02 - 0.1, (1.02 - 0.1 - (1 - 1e-4 * beats_ms[0])) / 2])


def test_without_pulses_it_is_that_before_the_upstroke():
    beats_ms = [14.0, 1014, 2014]
    slow = falling_between(beats_ms)[None]
    np.testing.assert_array_equal(
        last_beats(slow, 10.0, reading([], beats_ms)), last_beats(slow, 10.0, reading(beats_ms))
    )


def test_of_two_beats_nothing_is_said():
    assert np.isnan(last_beats(np.ones((2, 300)), 10.0, reading([10, 1010]))).all()


@pytest.mark.parametrize("method", ["rosenbrock", "rush_larsen"])
def test_slow_samples_are_those_of_a_trace_at_fewer_times(method: str):
    cell = cells.get("tentusscher2004")
    pulse = Stimulus(np.array([0, 10.0, 11.0]), np.array([0, -52.0, 0]))
    solution = solve_rows(
        cell,
        {"gKr": np.array([1.0, 0.5])},
        {},
        101.3,
        0.05,
        SolverSettings(method),
        record=("V", "Cai", "Nai"),
        slow=("Nai", "Cai"),
        stimulus=pulse,
    )
    assert solution.slow_stride == 200
    for name, slow in solution.slow.items():
        np.testing.assert_array_equal(slow, solution.traces[name][:, ::200])
        assert slow.shape == (2, 11)


def test_the_table_of_a_sweep_has_each_concentration_and_its_change(tmp_path: Path):
    values = {
        "cell": {"name": "tentusscher2004"},
        "design": {"kind": "table", "path": str(tmp_path / "design.csv")},
        "protocol": {"duration_ms": 3000, "stimulus": {"kind": "pacing", "cycle_length_ms": 1000}},
    }
    (tmp_path / "design.csv").write_text("gKr\n1\n2\n")
    V = action_potentials([12, 1012, 2012], 3000)[:-1]
    slow = np.stack([[k * falling_between([10, 1010, 2010]) for k in (1e-4, 1, 10, 100)], np.full((4, 300), np.nan)])
    sweep = gathered(tmp_path / "sweep", values, np.stack([V, V]), np.array([0, 2]), slow)
    header, (first, second) = read_csv(sweep / "biomarkers.csv")
    names = [f"{name}{what}_mM" for name in ("Cai", "CaSR", "Nai", "Ki") for what in ("", "_drift")]
    assert header[-8:] == names
    expected = np.outer([1e-4, 1, 10, 100], [0.92, -0.0395]).ravel()
    assert np.array(first[-8:], float) == pytest.approx(expected, rel=2e-6)
    assert second[-8:] == [""] * 8
    again = read_table(sweep / "biomarkers.csv")
    assert again[0].scalings == {"gKr": 1.0}
    assert again[0].concentrations["Nai_drift_mM"] == pytest.approx(-0.395)
    assert np.isnan(again[1].concentrations["Nai_mM"])


def test_concentrations_of_neurons_are_not_followed():
    assert not cells.get("mainen1996").followed
    assert cells.get("tentusscher2004").followed["Cai"] == "mM"
