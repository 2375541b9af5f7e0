import csv

import efel
import numpy as np
import pytest
from tests.action_potentials import FALL_MS, GOLDEN, PEAK_MV, REST_MV, RISE_MS, action_potentials, reference_trace

from gbar.errors import UserError
from gbar.traces.reading import Biomarkers, find_beats, read_trace
from gbar.traces.settings import BeatSettings

DT = 0.05
# An independent program's measures (0.05 ms samples) of the traces of `reference_trace`: means over the inner beats.
REFERENCE = {row["name"]: row for row in csv.DictReader((GOLDEN / "biomarkers_reference.csv").open())}
COLUMNS = {
    "cl": "cycle_length_ms",
    "apd30": "apd30_ms",
    "apd50": "apd50_ms",
    "apd75": "apd75_ms",
    "apd90": "apd90_ms",
    "mdp": "mdp_mV",
    "peak": "peak_mV",
    "amp": "amplitude_mV",
    "dvdt": "dvdt_max_V_s",
}
BEATING = ["control", "INa_x2.0", "ICaL_x0.4"]


def measure(v: np.ndarray, dt_ms: float) -> Biomarkers:
    return read_trace(v, dt_ms).biomarkers


def test_a_beat_of_known_shape_is_measured_exactly() -> None:
    beats = find_beats(action_potentials([100.0], 500), DT)
    assert len(beats) == 1
    assert beats.upstroke_ms[0] == pytest.approx(100, abs=1e-6)
    assert (beats.peak_mV[0], beats.mdp_mV[0], beats.amplitude_mV[0]) == (PEAK_MV, REST_MV, 100)
    for percent in (30, 50, 75, 90):
        apd = getattr(beats, f"apd{percent}_ms")[0]
        assert apd == pytest.approx(RISE_MS + percent / 100 * FALL_MS, abs=1e-6)
    assert beats.dvdt_max_V_s[0] == pytest.approx(25 * np.pi, rel=2e-3)
    assert np.isnan(beats.cycle_length_ms[0])


@pytest.mark.parametrize("name", BEATING)
def test_the_beats_of_the_reference_cell_agree_with_an_independent_program(name: str) -> None:
    v, dt = reference_trace(name)
    beats = find_beats(v, dt)
    assert len(beats) == int(REFERENCE[name]["n"])
    for theirs, ours in COLUMNS.items():
        expected = float(REFERENCE[name][theirs])
        assert getattr(beats.inner, ours).mean() == pytest.approx(expected, abs=0.02, rel=1e-3 * (theirs == "dvdt"))


@pytest.mark.parametrize("name", BEATING)
def test_the_medians_of_the_reference_cell_stay_within_the_tolerance_of_its_drift(name: str) -> None:
    biomarkers = measure(*reference_trace(name))
    for theirs, ours in COLUMNS.items():
        tolerance = (
            {"abs": 0.2} if theirs.startswith("apd") else {"abs": 0.1} if ours.endswith("_mV") else {"rel": 0.01}
        )
        assert getattr(biomarkers, ours) == pytest.approx(float(REFERENCE[name][theirs]), **tolerance)
    assert biomarkers.rate_per_min == pytest.approx(float(REFERENCE[name]["bpm"]), rel=0.01)
    assert biomarkers.v_min_mV == pytest.approx(float(REFERENCE[name]["Vmin"]), abs=0.01)
    assert biomarkers.v_max_mV == pytest.approx(float(REFERENCE[name]["Vmax"]), abs=0.01)


@pytest.mark.parametrize("every", [2, 4])
def test_coarser_sampling_moves_upstrokes_by_a_fraction_of_a_sample(every: int) -> None:
    v, dt = reference_trace("control")
    fine, coarse = find_beats(v, dt), find_beats(v[::every], dt * every)
    assert np.abs(coarse.upstroke_ms - fine.upstroke_ms).max() < 0.05
    assert np.nanmax(np.abs(coarse.apd90_ms - fine.apd90_ms)) < 0.05


def test_efel_finds_the_same_beats_and_peaks() -> None:
    v, dt = reference_trace("INa_x2.0")
    time = np.arange(len(v)) * dt
    features = efel.get_feature_values(
        [{"T": time, "V": v, "stim_start": [0], "stim_end": [time[-1]]}],
        ["peak_time", "peak_voltage", "all_ISI_values"],
    )[0]
    beats = find_beats(v, dt)
    assert len(beats) == 15
    assert np.isnan(beats.apd90_ms).tolist() == [False] * 14 + [True]
    beats = beats[:-1]  # eFEL leaves out the last one, which the end of the trace cuts off
    assert beats.peak_mV == pytest.approx(features["peak_voltage"], abs=0.05)  # eFEL resamples to 0.1 ms
    delays = features["peak_time"] - beats.upstroke_ms
    assert (delays > 0).all()
    assert delays.max() < 2
    assert beats.cycle_length_ms[1:] == pytest.approx(features["all_ISI_values"], abs=0.5)


def test_a_silent_trace_has_no_beats() -> None:
    t = np.arange(100_000) * DT
    biomarkers = measure((-66 + 12 * np.sin(t / 50)).astype(np.float32), DT)
    assert (biomarkers.n_beats, biomarkers.rate_per_min) == (0, 0)
    assert np.isnan([biomarkers.cycle_length_ms, biomarkers.apd90_ms, biomarkers.mdp_mV]).all()
    assert (biomarkers.v_min_mV, biomarkers.v_max_mV) == pytest.approx((-78, -54), abs=0.01)


@pytest.mark.parametrize("v", [np.full(1000, -70.0), np.full(1000, 10.0), np.full(1000, np.nan), np.array([-70.0])])
def test_a_constant_or_empty_trace_has_no_beats(v: np.ndarray) -> None:
    assert len(find_beats(v, DT)) == 0


def test_two_beats_have_one_cycle_length() -> None:
    biomarkers = measure(action_potentials([100, 600], 1000), DT)
    assert (biomarkers.n_beats, biomarkers.cycle_length_ms) == (2, pytest.approx(500))
    assert biomarkers.rate_per_min == pytest.approx(120)
    assert biomarkers.apd90_ms == pytest.approx(RISE_MS + 0.9 * FALL_MS, abs=1e-6)


def test_one_beat_has_no_rate() -> None:
    assert np.isnan(measure(action_potentials([100], 1000), DT).rate_per_min)


def test_a_beat_that_the_next_one_cuts_short_has_no_apd90() -> None:
    beats = find_beats(action_potentials([100, 271, 700], 1000), DT)  # the second starts 169 ms into a fall of 200 ms
    assert len(beats) == 3
    assert np.isnan(beats.apd90_ms).tolist() == [True, False, False]
    assert beats.apd40_ms[0] == pytest.approx(RISE_MS + 0.4 * FALL_MS, abs=1e-6)
    assert beats.apd75_ms[0] == pytest.approx(RISE_MS + 0.75 * FALL_MS, abs=1e-6)
    assert beats.mdp_mV[1] == pytest.approx(PEAK_MV - 169 / 200 * 100, abs=0.1)


def test_a_cell_that_never_repolarises_has_one_beat_without_apd() -> None:
    v = np.maximum(action_potentials([100], 2000), np.where(np.arange(40_001) * DT > 100, -10, REST_MV))
    beats = find_beats(v, DT)
    assert len(beats) == 1
    assert np.isnan(beats.apd30_ms).tolist() == [False]
    assert np.isnan([beats.apd50_ms, beats.apd75_ms, beats.apd90_ms]).all()


def test_a_beat_cut_off_by_the_end_counts_but_has_no_apd90() -> None:
    beats = find_beats(action_potentials([100, 600, 1100], 1200), DT)
    assert len(beats) == 3
    assert np.isnan(beats.apd90_ms).tolist() == [False, False, True]
    assert np.isfinite(beats.apd30_ms).all()


def test_a_rise_cut_off_by_the_end_is_no_beat() -> None:
    v = action_potentials([100, 600], 600.5)
    assert v[-1] > 0
    assert len(find_beats(v, DT)) == 1


def test_a_trace_that_opens_amid_an_action_potential_counts_only_the_upstrokes_it_shows() -> None:
    v = action_potentials([100, 600], 1000)
    assert find_beats(v[2400:], DT).upstroke_ms == pytest.approx([480])


def test_ripple_around_the_level_starts_no_beats() -> None:
    t = np.arange(20_001) * DT
    v = action_potentials([100], 1000, fall_ms=400) + np.where((t > 150) & (t < 350), 10 * np.sin(t), 0)
    crossings = np.sum((v[1:] >= -20) & (v[:-1] < -20))
    assert crossings > 3
    assert len(find_beats(v, DT)) == 1


def test_drift_of_the_diastole_moves_each_beat_s_own_reference() -> None:
    upstrokes = np.arange(100, 4600, 500.0)
    v = action_potentials(list(upstrokes), 5000)
    beats = find_beats(v + np.linspace(0, 10, len(v)), DT)
    assert beats.cycle_length_ms[1:] == pytest.approx(500, abs=0.01)
    assert np.all(np.diff(beats.mdp_mV) > 0.5)
    assert beats.apd90_ms == pytest.approx(RISE_MS + 0.9 * FALL_MS, abs=2)


def test_noise_adds_no_beats_and_hardly_moves_them() -> None:
    v, dt = reference_trace("control")
    noisy = v + np.random.default_rng(0).normal(0, 1, len(v))
    beats, clean = find_beats(noisy, dt), find_beats(v, dt)
    assert len(beats) == len(clean)
    assert np.abs(beats.upstroke_ms - clean.upstroke_ms).max() < 0.2
    assert np.nanmedian(np.abs(beats.apd50_ms - clean.apd50_ms)) < 5


def test_a_diverged_trace_ends_where_it_is_no_longer_finite() -> None:
    v = action_potentials([100, 600, 1100], 1500)
    v[20_000:] = np.nan
    assert len(find_beats(v, DT)) == 2


def test_the_diastole_behind_the_beat_can_be_the_reference() -> None:
    v = np.maximum(action_potentials([50], 500), np.where(np.arange(10_001) * DT < 50, -55, -72))
    before, after = (find_beats(v, DT, BeatSettings(reference=which)) for which in ("before", "after"))
    assert (before.mdp_mV[0], after.mdp_mV[0]) == (-55, -70)
    assert before.apd90_ms[0] < after.apd90_ms[0]


def test_times_count_from_the_first_sample() -> None:
    v = action_potentials([100], 500)
    assert find_beats(v, DT, t0_ms=1000).upstroke_ms == pytest.approx([1100])


def test_medians_leave_out_the_first_and_the_last_of_many_beats() -> None:
    v = action_potentials([100, 600, 1100], 2000)
    v[: round(90 / DT)] = -80  # the first beat starts from another diastole
    assert measure(v, DT).mdp_mV == REST_MV
    assert measure(v, DT).n_beats == 3


def test_a_level_below_the_rearming_level_is_refused() -> None:
    with pytest.raises(UserError, match=r"rearm_mV: -10.* is not allowed"):
        BeatSettings(rearm_mV=-10.0)
