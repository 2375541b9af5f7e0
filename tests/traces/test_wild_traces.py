"""Beats of traces with the troubles of real ones: see `wild`."""

import numpy as np
import pytest
from scipy.special import expit
from tests.traces.wild import (
    DT_MS,
    HUMP,
    UPSTROKES_MS,
    action_potentials,
    smooth_action_potentials,
    time_ms,
    triangles,
)

from gbar.errors import UserError
from gbar.traces.reading import find_beats, read_trace
from gbar.traces.settings import BeatSettings, of_kind

CARDIAC, NODAL, NEURON = (of_kind(kind) for kind in ("cardiac", "nodal", "neuron"))
APDS = ("apd30_ms", "apd50_ms", "apd75_ms", "apd90_ms")


def test_an_action_potential_is_measured_from_the_middle_of_its_rise():
    reading = read_trace(action_potentials(), DT_MS)
    assert reading.course == "regular"
    assert reading.beats.upstroke_ms == pytest.approx(UPSTROKES_MS, abs=1e-6)
    assert [getattr(reading.biomarkers, name) for name in APDS] == pytest.approx([60.5, 100.5, 150.5, 180.5], abs=1e-6)
    assert reading.notes == ()


@pytest.mark.parametrize("height_mV", [90.0, 140.0])
def test_a_stimulus_artefact_before_each_upstroke_is_no_beat(height_mV: float):
    V, t = action_potentials(), time_ms(4500)
    for upstroke in UPSTROKES_MS:
        V[(t >= upstroke - 4) & (t < upstroke - 3.5)] += height_mV
    found = read_trace(V, DT_MS)
    assert (found.biomarkers.n_beats, found.biomarkers.cycle_length_ms) == (4, pytest.approx(1000))
    assert found.biomarkers.apd90_ms == pytest.approx(180.5, abs=1e-6)
    assert found.biomarkers.dvdt_max_V_s == pytest.approx(110, abs=1e-6)
    assert found.notes == ("4 artefacts, which rise and fall faster than any membrane, were cut out",)


def test_an_artefact_at_a_known_edge_is_cut_out_whatever_its_shape():
    V, t = smooth_action_potentials(1), time_ms(4500)
    for upstroke in UPSTROKES_MS:
        V += 60 * np.exp(-np.abs(t - upstroke + 4) / 0.3)
    blanked = [(upstroke - 6, upstroke - 2) for upstroke in UPSTROKES_MS]
    found = read_trace(V, DT_MS, blanked_ms=blanked).biomarkers
    assert (found.n_beats, found.mdp_mV) == (4, pytest.approx(-80, abs=0.1))
    assert found.apd90_ms == pytest.approx(180.5, abs=0.2)


@pytest.mark.parametrize("reference", ["before", "after"])
def test_a_second_rise_in_phase_3_is_no_beat_and_does_not_end_the_one_before(reference):
    V = np.interp(time_ms(4000) - 500, *HUMP)
    reading = read_trace(V, DT_MS, BeatSettings(reference=reference))
    assert len(reading.beats) == 1
    # -69 mV is crossed on the last fall, from -5 mV at 176.7 ms to -80 at 367.
    assert reading.beats.apd90_ms[0] == pytest.approx(176.7 + 64 / 75 * 190.3, abs=0.01)
    assert reading.beats.mdp_mV[0] == -80
    assert reading.course == "afterdepolarisations"
    assert (reading.biomarkers.eads, reading.biomarkers.ead_height_mV) == (1, pytest.approx(40, abs=0.1))
    assert reading.biomarkers.ead_takeoff_mV == pytest.approx(-45, abs=0.1)
    assert reading.outcomes == ["afterdepolarisation"]


def test_nor_does_a_fast_second_rise_that_is_not_high_enough():
    times, voltages = [-1e9, -0.5, 0.5, 136.7, 148.4, 367.0], [-80.0, -80.0, 30.0, -45.0, -10.0, -80.0]  # 3 V/s, 35 mV
    reading = read_trace(np.interp(time_ms(4000) - 500, times, voltages), DT_MS)
    assert len(reading.beats) == 1
    assert reading.beats.apd90_ms[0] == pytest.approx(148.4 + 59 / 70 * 218.6, abs=0.01)
    assert (np.diff([getattr(reading.beats, name)[0] for name in APDS]) > 0).all()


@pytest.mark.parametrize("number", [22, 23, 24])
def test_alternans_has_two_values_and_its_name_and_no_median(number: int):
    upstrokes = [500 + 1000 * k for k in range(number)]
    falls = [(225 - 0.5) / 0.9 if k % 2 == 0 else (117 - 0.5) / 0.9 for k in range(number)]
    reading = read_trace(action_potentials(upstrokes, 1000 * number + 500, fall_ms=falls), DT_MS)
    assert reading.course == "alternans"
    found = reading.biomarkers
    assert (found.apd90_long_ms, found.apd90_short_ms) == pytest.approx((225, 117), abs=1e-4)
    assert np.isnan([getattr(found, name) for name in APDS]).all()


def test_long_beats_that_the_next_one_cuts_short_have_no_apd90_and_lend_none_to_the_others():
    number, period = 24, 200.0
    upstrokes = [500 + period * k for k in range(number)]
    falls = [240.0 if k % 2 == 0 else 100.0 for k in range(number)]
    reading = read_trace(action_potentials(upstrokes, 500 + period * (number + 1), fall_ms=falls), DT_MS)
    assert reading.course == "alternans"
    long = reading.beats[2:-2:2]
    assert np.isnan(long.apd90_ms).all()
    assert np.isfinite(long.apd75_ms).all()
    assert np.isnan(reading.biomarkers.apd90_long_ms)
    assert np.isfinite(reading.biomarkers.apd90_short_ms)
    assert np.isnan([reading.biomarkers.apd75_ms, reading.biomarkers.apd90_ms]).all()
    assert set(reading.outcomes[2:-2:2]) == {"incomplete repolarisation"}


def test_medians_are_of_all_inner_beats_or_there_is_none():
    V = action_potentials([500, 1500, 1660, 3500, 4500], 5500)  # the second is cut short by the third
    found = read_trace(V, DT_MS).biomarkers
    assert np.isnan(found.apd90_ms)
    assert np.isfinite(found.apd75_ms)


def test_zeros_behind_a_sweep_are_padding():
    V = np.append(action_potentials(), np.zeros(4000))
    reading = read_trace(V, DT_MS)
    assert len(reading.beats) == 4
    assert reading.notes == ("4000 samples of exactly 0 at the end are padding and were left out",)


def test_neither_padding_nor_artefacts_are_extremes_or_the_last_voltage():
    V = np.append(action_potentials(), np.zeros(4000))
    V[20_000:20_010] += 200
    found = read_trace(V, DT_MS).biomarkers
    assert (found.v_min_mV, found.v_max_mV, found.v_end_mV) == (-80, 30, -80)
    assert read_trace(np.append(np.full(5000, -70.0), np.zeros(50)), DT_MS).biomarkers.v_max_mV == -70


def test_zeros_before_a_sweep_are_padding_too():
    V = np.append(np.zeros(1000), action_potentials())
    reading = read_trace(V, DT_MS)
    assert reading.beats.upstroke_ms == pytest.approx([550, 1550, 2550, 3550], abs=1e-6)
    assert reading.notes == ("1000 samples of exactly 0 at the beginning are padding and were left out",)


def test_a_trace_that_opens_in_an_upstroke_has_an_incomplete_first_beat():
    V = action_potentials()
    opens = V[int(np.argmax(V >= -42)) :]
    reading = read_trace(opens, DT_MS)
    assert len(reading.beats) == 4
    assert np.isnan([reading.beats.mdp_mV[0], reading.beats.apd90_ms[0]]).all()
    assert np.isfinite(reading.beats.apd90_ms[1:]).all()
    assert "the first beat is incomplete" in reading.notes[0]


def test_a_pulse_at_the_very_beginning_is_no_upstroke_that_the_trace_opens_amid():
    time = time_ms(900)
    V = np.interp(time, [0, 1, 1.5, 200], [-80, -30, 30, -80])
    reading = read_trace(V, DT_MS, pulses_ms=np.array([[0.0, 1.0]]), recorded=False)
    assert reading.notes == ()
    assert reading.outcomes == ["captured"]
    assert reading.beats.mdp_mV[0] == -80


def test_a_transient_from_the_initial_state_is_no_upstroke_that_the_trace_opens_amid():
    V = action_potentials()
    t = time_ms(4500)
    V += np.where(t < 200, 10 * (np.exp(-t / 20) - np.exp(-t / 0.5)), 0)  # 20 V/s, to -71 mV and back
    reading = read_trace(V, DT_MS, recorded=False)
    assert reading.notes == ()
    assert np.isfinite(reading.beats.apd90_ms).all()


def test_a_trace_that_opens_in_a_plateau_says_that_this_is_not_counted():
    V = action_potentials()
    reading = read_trace(V[int(np.argmax(V)) + 400 :], DT_MS)
    assert len(reading.beats) == 3
    assert reading.notes == ("the trace opens in an action potential, which is not counted",)


def test_fast_spikes_from_depolarised_troughs_are_counted():
    V = triangles(4, -32, 20, 580)
    assert len(find_beats(V, DT_MS, NEURON)) == 145
    assert len(find_beats(V, DT_MS, CARDIAC)) == 145
    assert read_trace(V, DT_MS, NEURON).biomarkers.rate_per_min == pytest.approx(15_000)


def test_spikes_are_counted_though_their_troughs_are_above_the_level():
    V = triangles(10, 3, 40, 1000)
    V[:200] = -70
    assert len(find_beats(V, DT_MS, NEURON)) == 99


@pytest.mark.parametrize("growth", [1.0, -1.0])
def test_spikes_above_the_level_are_counted_whether_they_grow_or_shrink(growth: float):
    V = triangles(10, 3, 40, 500)
    V += np.where(V > 20, growth * time_ms(500) / 50, 0.0)  # peaks from 40 to 50 or 30 mV
    V[:200] = -70
    assert len(find_beats(V, DT_MS, NEURON)) == 49


def test_an_immature_cell_beats_from_its_depolarised_diastole():
    V = action_potentials(np.arange(300, 4500, 900), 5000, rest_mV=-38, peak_mV=10, rise_ms=3, fall_ms=300)
    reading = read_trace(V, DT_MS)
    assert (len(reading.beats), reading.course) == (5, "regular")
    assert reading.biomarkers.dvdt_max_V_s == pytest.approx(16)


def test_a_nodal_cell_beats_by_the_settings_of_its_kind():
    V = action_potentials(np.arange(300, 5000, 700), 5200, rest_mV=-60, peak_mV=20, rise_ms=80 / 1.4)
    assert len(find_beats(V, DT_MS, NODAL)) == 7
    assert read_trace(V, DT_MS, NODAL).biomarkers.dvdt_max_V_s == pytest.approx(1.4)


def test_the_rate_of_bursts_is_that_from_the_first_beat_to_the_last():
    upstrokes = np.array([0.3, 0.5, 0.7, 0.9, 3.0, 3.2, 3.4, 3.6, 6.0, 6.2, 6.4, 6.6, 9.53]) * 1000
    reading = read_trace(action_potentials(upstrokes, 10_000, fall_ms=100), DT_MS)
    assert reading.course == "bursting"
    assert reading.biomarkers.n_beats == 13
    assert reading.biomarkers.rate_per_min == pytest.approx(12 / 9.23 * 60)
    intervals = np.diff(upstrokes)
    assert reading.biomarkers.cv_interval == pytest.approx(intervals.std() / intervals.mean(), rel=1e-6)


def test_a_gap_is_told_and_hides_only_what_it_covers():
    V = action_potentials([500, 1500, 2500], 3500)
    t = time_ms(3500)
    V[(t >= 1000) & (t < 1000.5)] = np.nan
    reading = read_trace(V, DT_MS)
    assert len(reading.beats) == 3
    assert reading.biomarkers.v_min_mV == -80
    assert np.isfinite(reading.beats.apd90_ms).all()
    assert reading.notes == ("there is no voltage for 0.5 ms at 1000 ms",)


def test_apds_behind_a_gap_are_undefined():
    V, t = action_potentials(), time_ms(4500)
    V[(t >= 1600) & (t < 1620)] = np.nan  # 100 to 120 ms behind the second upstroke
    beats = read_trace(V, DT_MS).beats
    assert len(beats) == 4
    assert np.isfinite([beats.apd30_ms[1], beats.apd90_ms[0], beats.apd90_ms[2]]).all()
    assert np.isnan([beats.apd75_ms[1], beats.apd90_ms[1]]).all()


def test_a_plateau_for_ever_is_no_repolarisation():
    V = np.where(time_ms(4000) < 500, -80.0, np.maximum(action_potentials([500], 4000), -30.0))
    reading = read_trace(V, DT_MS)
    assert reading.course == "no repolarisation"
    assert reading.outcomes == ["no repolarisation"]
    assert np.isnan(reading.biomarkers.apd90_ms)


def test_a_cell_that_falls_silent_says_after_how_many_beats():
    reading = read_trace(action_potentials([500, 1500, 2500], 6000), DT_MS)
    assert reading.course == "quiescent after 3 beats"
    assert reading.biomarkers.v_end_mV == -80


def test_an_ectopic_beat_between_pulses_is_spontaneous():
    pulses = np.array([[499.5, 500.5], [1499.5, 1500.5], [2499.5, 2500.5], [3499.5, 3500.5]])
    V = action_potentials([500.8, 1500.8, 2000, 2500.8, 3500.8], 4500)
    reading = read_trace(V, DT_MS, pulses_ms=pulses)
    assert reading.beats.pulse.tolist() == [0, 1, -1, 2, 3]
    assert reading.outcomes[2] == "spontaneous"
    assert reading.course == "irregular"


@pytest.mark.parametrize("V", [np.zeros((2, 50)), np.zeros((50, 1)), np.zeros(0), np.array(["a", "b"]), np.array(1.0)])
def test_what_is_no_trace_is_refused(V: np.ndarray):
    with pytest.raises(UserError, match=r"trace of (shape|type)"):
        read_trace(V, DT_MS)


@pytest.mark.parametrize("dt_ms", [0, -0.05, float("nan"), float("inf"), None])
def test_what_is_no_sampling_interval_is_refused(dt_ms):
    with pytest.raises(UserError, match=r"dt_ms: .* is not allowed; it must be a positive sampling interval, ms"):
        find_beats(action_potentials(), dt_ms)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level_mV": -50}, "rearm_mV: -40.0 is not allowed; it must be below level_mV"),
        ({"kind": "skeletal"}, "kind: 'skeletal' is not allowed; it must be one of cardiac, nodal, neuron"),
        ({"levels": 1}, "beats: 'levels' is not allowed; it must be one of kind, reference, level_mV"),
        ({"fast_V_s": -1}, "fast_V_s: -1 is not allowed; it must be 0 or more"),
        ({"reference": "during"}, "reference: 'during' is not allowed; it must be before or after"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict, message: str):
    with pytest.raises(UserError, match=message):
        of_kind("cardiac", changes)


def test_settings_are_told_by_their_kind_and_what_differs_from_it():
    assert NEURON.told() == "neuron"
    assert of_kind("cardiac", {"dvdt_min_V_s": 1, "reference": "after"}).told() == (
        "cardiac reference=after dvdt_min_V_s=1"
    )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_trace_is_its_apds_rise_with_their_level_and_its_upstrokes_with_time(seed: int):
    """Random walks with gaps, padding, plateaus, coarse steps, under random pulses, at any sampling interval."""
    random = np.random.default_rng(seed)
    for _ in range(250):
        length, dt_ms = int(random.integers(1, 3000)), float(10 ** random.uniform(-2, 0.3))
        V = np.cumsum(random.normal(0, 10 ** random.uniform(-2, 1.5), length))
        V = np.clip(V - V.mean() - 30, -120, 80)
        trouble = random.integers(0, 5)
        if trouble == 1:
            V = np.round(V)
        elif trouble == 2:
            V[random.random(length) < 0.01] = np.nan
        elif trouble == 3:
            V = np.append(V, np.zeros(random.integers(0, 80)))
        start = np.sort(random.uniform(-5, length * dt_ms + 5, random.integers(0, 10)))
        start = start[np.append(True, np.diff(start) > 1.5)] if len(start) else start
        reading = read_trace(
            V.astype(random.choice([np.float32, np.float64])),
            dt_ms,
            of_kind(random.choice(["cardiac", "nodal", "neuron"])),
            pulses_ms=np.column_stack([start, start + random.uniform(0.01, 1.2)]),
            recorded=bool(random.integers(0, 2)),
        )
        apds = np.array([getattr(reading.beats, name) for name in APDS])
        assert (np.isnan(apds[1:]) | np.isnan(apds[:-1]) | (apds[1:] >= apds[:-1])).all()
        assert (np.diff(reading.beats.upstroke_ms) > 0).all()
        assert len(reading.outcomes) == len(reading.beats)


def test_a_single_precision_trace_that_ends_exactly_at_a_level_is_read_like_any_other():
    """The level of 90 % is between two numbers of single precision, and a sample is the lower or the upper of them."""
    peak, rest = np.float32(30.1), np.float32(-80.3)
    level = float(peak) - 0.9 * (float(peak) - float(rest))
    for sample in (np.nextafter(np.float32(level), np.float32(-100)), np.float32(level), np.float32(level + 5e-6)):
        V = np.interp(time_ms(400), [0, 100, 101, 200, 201, 300, 301], [rest, rest, peak, sample, rest, rest, peak])
        V = np.append(V.astype(np.float32), np.full(100, rest, np.float32))
        beats = find_beats(V, DT_MS, recorded=False)
        assert np.isfinite(beats.apd90_ms[0])
        assert beats.apd90_ms[0] == pytest.approx(99.5, abs=1)


def test_a_last_beat_that_ends_in_its_dome_has_no_apd30_though_its_notch_was_lower():
    dome = np.interp(time_ms(560) - 500, [-1e9, -0.5, 0.5, 5, 40], [-80, -80, 30, -10, 20])
    beats = read_trace(np.append(action_potentials([500], 1000), dome), DT_MS, recorded=False).beats
    assert len(beats) == 2
    assert np.isfinite(beats.apd30_ms[0])
    assert np.isnan(beats.apd30_ms[1])


def test_of_two_rises_as_steep_as_each_other_the_first_is_the_upstroke():
    """Sampled at 0.05 or 0.01 ms, the larger of two equal maxima may be either of them."""
    t = time_ms(1000) - 500
    for share in (0.9995, 1.0005):
        rises = 90 * expit(t) + 30 * expit((t - 26) * 3 * share)  # both at 22.5 V/s, but for the share
        V = -80 + np.where(t < 60, rises, np.maximum(120 - 0.6 * (t - 60), 0))
        assert find_beats(V, DT_MS, recorded=False).upstroke_ms == pytest.approx([500], abs=0.01)
