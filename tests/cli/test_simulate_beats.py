"""`gbar simulate` of paced and unpaced cells: whether pulses capture, and what the beats are called."""

from pathlib import Path

import numpy as np
import pytest

from gbar.cli import main
from gbar.traces.reading import read_trace


@pytest.fixture
def simulated(capsys):
    def run(*arguments: str) -> tuple[dict[str, str], str]:
        """Return the values that are printed, by name, and all that is printed."""
        assert main(["simulate", *arguments]) == 0
        out = capsys.readouterr().out
        pairs = (line[2:].rstrip() for line in out.splitlines()[1:])
        return {line[:18].strip(): line[18:].strip() for line in pairs if not line.startswith("note")}, out

    return run


def paced(cycle_length_ms: float, duration_ms: float, *more: str) -> tuple[str, ...]:
    times = ("--cycle-length-ms", str(cycle_length_ms), "--duration-ms", str(duration_ms))
    return ("tentusscher2004", "--stimulus", "pacing", *times, *more)


def number(text: str) -> float:
    return float(text.split()[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cycle_length_ms", "pulses", "peak_mV", "apd30_ms"),
    [(300, 40, 35.0, 226.8), (250, 48, 32.6, 219.9), (200, 60, 26.5, 264)],
)
def test_every_second_pulse_fails_at_short_cycle_lengths(simulated, cycle_length_ms, pulses, peak_mV, apd30_ms):
    found, _ = simulated(*paced(cycle_length_ms, 12_000))
    assert found["class"] == "block 2:1"
    assert (int(found["pulses"]), int(found["captured"]), int(found["action potentials"])) == (
        pulses,
        pulses // 2,
        pulses // 2,
    )
    # Read off the trace at 0.05 ms: what the failed pulses do to V is neither a peak nor hides the fall before them.
    assert number(found["peak"]) == pytest.approx(peak_mV, abs=0.1)
    assert number(found["apd30"]) == pytest.approx(apd30_ms, abs=1)
    assert number(found["dvdt_max"]) > 100  # the pulse by itself: 52 V/s


def test_levels_that_a_failed_pulse_forestalls_are_undefined(simulated):
    found, _ = simulated(*paced(300, 12_000))
    assert number(found["apd50"]) == pytest.approx(280, abs=1)
    assert found["apd75"] == found["apd90"] == "undefined ms"


@pytest.mark.slow
def test_a_pulse_that_falls_on_the_plateau_is_no_peak_and_does_not_lengthen_what_was_over(simulated):
    found, _ = simulated(*paced(3000, 12_000, "--scale", "gCaL=4", "gKr=0.1", "gKs=0.3"))
    assert (found["pulses"], found["captured"]) == ("4", "2")
    assert number(found["apd30"]) == pytest.approx(541, abs=11)
    assert number(found["peak"]) == pytest.approx(40, abs=1)  # 48.6 with the second pulse


def test_early_afterdepolarisations_are_counted_with_height_and_take_off(simulated):
    found, _ = simulated(*paced(2000, 12_000, "--scale", "gCaL=3", "gKr=0.2", "gKs=0.2"))
    assert (found["class"], found["pulses"]) == ("afterdepolarisations", "6")
    assert int(found["EADs"]) >= 2
    assert number(found["ead_height"]) == pytest.approx(20, abs=1)
    assert -30 < number(found["ead_takeoff"]) < 0


def test_weak_pulses_that_fail_every_second_time_do_not_hide_that_all_beats_repolarise(simulated):
    found, _ = simulated(*paced(310, 6000, "--gain", "-35"))
    assert (found["class"], found["pulses"], found["captured"]) == ("block 2:1", "20", "10")


def test_the_passive_response_to_a_pulse_is_no_action_potential(simulated):
    found, _ = simulated(*paced(1000, 6000, "--gain", "-90", "--scale", "gNa=0", "gCaL=0"))
    assert (found["class"], found["action potentials"], found["pulses"]) == ("silent", "0", "6")
    assert "captured" not in found
    assert found["peak"] == "undefined mV"


def test_a_cell_that_stops_is_quiescent_where_it_came_to_rest(simulated):
    found, _ = simulated("akwaboah2021", "--set", "Ko=12", "--duration-ms", "10000")
    assert found["class"] == "quiescent after 1 beat"
    assert number(found["v_end"]) == pytest.approx(-54, abs=1)
    assert found["rate"] == "undefined per min"


def test_spikes_that_give_way_to_a_plateau_are_depolarisation_block(simulated):
    found, _ = simulated("mainen1996", "--stimulus", "constant", "--value", "1", "--duration-ms", "500")
    assert (found["class"], found["action potentials"]) == ("depolarisation block", "3")
    assert found["rate"] == "undefined per min"


def test_steady_state_is_told_by_what_still_changes_from_beat_to_beat(simulated):
    found, out = simulated(*paced(1000, 8000))
    assert found["class"] == "regular"
    assert abs(number(found["apd90_drift"])) < 2
    assert "mM, " in found["Nai"]
    assert "from beat to beat" in found["CaSR"]
    assert "the steepest rise falls into a pulse; dV/dt max is that outside of the pulses" in out


def test_what_counts_as_a_beat_can_be_said(simulated):
    arguments = paced(1000, 3000)
    assert simulated(*arguments, "--beats", "amplitude_min_mV=150")[0]["class"] == "silent"
    assert simulated(*arguments, "--beats", "kind=nodal")[0]["action potentials"] == "3"


@pytest.mark.parametrize(
    ("beats", "message"),
    [
        ("level_mV", "--beats: 'level_mV' is not allowed; it must be NAME=VALUE"),
        ("level=3", "--beats configuration: unknown key 'level'; did you mean 'level_mV'?"),
        ("level_mV=high", "--beats configuration: level_mV: 'high' is not allowed"),
        (
            "kind=skeletal",
            "--beats configuration: kind: 'skeletal' is not allowed; it must be 'cardiac', 'nodal' or",
        ),
    ],
)
def test_what_cannot_count_as_a_beat_is_refused(capsys, beats, message):
    assert main(["simulate", *paced(1000, 3000), "--beats", beats]) == 2
    assert message in capsys.readouterr().err


def test_the_saved_trace_reads_the_same(simulated, tmp_path: Path):
    found, _ = simulated(*paced(500, 5000), "--save-every-ms", "0.05", "--out", str(tmp_path / "ap.csv"))
    time_ms, V_mV = np.loadtxt(tmp_path / "ap.csv", delimiter=",", skiprows=1).T
    pulses_ms = np.column_stack([np.arange(10, 5000, 500), np.arange(11, 5000, 500)])
    again = read_trace(V_mV, time_ms[1], pulses_ms=pulses_ms)
    assert again.course == found["class"]
    assert again.biomarkers.apd90_ms == pytest.approx(number(found["apd90"]), abs=0.01)
