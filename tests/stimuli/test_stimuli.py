"""The waveforms: chirps against the public samples, trains edge by edge, noise against its definition, steps."""

import math

import numpy as np
import pytest
from stimulus_sections import HEART, built, pieces, sampled, section

from gbar import stimuli
from gbar.errors import UserError
from gbar.stimuli.kinds import KINDS
from gbar.stimuli.noise import Noise
from gbar.stimuli.waveform import Pieces, merged

# Samples of the file chirp23a.csv of the public code DL4neurons, and its extremes.
CHIRP23A = {
    0: 0.0,
    199: 0.0,
    200: -1.0,
    5999: -1.0,
    6000: 0.0,
    6001: 0.001503006012,
    6250: 0.375751503006,
    6499: 0.75,
    6500: 0.749026262652,
    7000: 0.450437344541,
    8123: -0.406484190722,
    10000: 0.953384229648,
    11111: 1.88968190132,
    12667: -1.01424236087,
    12668: 0.0,
    16999: 0.0,
    17000: -1.0,
    22799: -1.0,
    22800: 0.0,
    22999: 0.0,
}


def test_chirp23a_is_the_public_waveform():
    chirp = sampled("chirp23a", 460.0)
    assert [chirp[k] for k in CHIRP23A] == pytest.approx(list(CHIRP23A.values()), abs=1e-9, rel=0)
    assert chirp.min() == pytest.approx(-1.37801378577, abs=1e-9, rel=0)
    assert chirp.max() == pytest.approx(2.34353935507, abs=1e-9, rel=0)


def test_chirp16a_is_the_ramp_and_chirp_of_chirp23a_between_shorter_resets():
    short, long = sampled("chirp16a", 320.0), sampled("chirp23a", 460.0)
    assert np.array_equal(short[3500:10168], long[6000:12668])
    ends = [200, 3500, 10168, 12468, 15768, 16000]
    for (start, end), value in zip(zip([0, *ends], ends, strict=False), [0, -1, None, 0, -1, 0], strict=True):
        assert value is None or set(short[start:end]) == {value}


def test_the_sweeps_without_reset_lie_between_two_rests():
    for kind in ("chirp_05", "chirp_damp"):
        sweep = sampled(kind, 152.0)
        assert set(sweep[:300]) == set(sweep[7300:]) == {0.0}
        assert np.all(sweep[300:7300] != 0)


def test_chirp_05_rises_from_10_to_200_Hz_at_unit_amplitude():
    sweep = 0.5 - sampled("chirp_05", 152.0)[300:7300]
    assert sweep[99] == pytest.approx(math.sin(2 * math.pi * (10 * 2e-3 + 190 * 2e-3**2 / 0.28)), abs=1e-12)
    assert (sweep.min(), sweep.max()) == pytest.approx((-1, 1), abs=1e-3)
    up_s = (np.flatnonzero((sweep[:-1] < 0) & (sweep[1:] >= 0)) + 2) * 2e-5
    middle_s = (up_s[1:] + up_s[:-1]) / 2
    assert 1 / np.diff(up_s) == pytest.approx(10 + 190 * middle_s / 0.14, rel=0.01)


def test_chirp_damp_is_the_whole_sweep_that_chirp23a_is_cut_from():
    sweep = 0.5 - sampled("chirp_damp", 152.0)[300:7300]
    cut = sampled("chirp23a", 460.0)[6500:12668] - 0.488656752941
    assert sweep[221:6389] == pytest.approx(cut, abs=1e-12)
    assert np.abs(sweep[-100:]).max() == pytest.approx(2.0, rel=0.02)


def test_a_constant_stretch_is_one_piece():
    stimulus = built("chirp23a", 460.0)
    assert pieces(stimulus)[:3] == [(0.0, 0.0), (4.0, -1.0), (120.0, 0.0)]
    assert stimulus.start_ms[-3:] == pytest.approx([253.36, 340.0, 456.0], abs=1e-12)
    assert stimulus.value[-3:].tolist() == [0.0, -1.0, 0.0]
    assert len(stimulus.value) < 6700


def test_merging_keeps_the_function_of_time():
    start_ms, value = merged(Pieces(np.arange(6.0), np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0])))
    assert (start_ms.tolist(), value.tolist()) == ([0.0, 2.0, 5.0], [1.0, 0.0, 1.0])


@pytest.mark.parametrize("kind", [kind for kind, waveform in KINDS.items() if waveform.length_ms])
@pytest.mark.parametrize("off_ms", [-0.02, 0.02, 40.0])
def test_a_run_longer_or_shorter_than_a_chirp_is_refused(kind: str, off_ms: float):
    length_ms = KINDS[kind].length_ms
    assert length_ms is not None
    built(kind, length_ms + 0.009)
    with pytest.raises(UserError) as raised:
        built(kind, length_ms + off_ms)
    wanted = f"the stimulus {kind} lasts {length_ms:g} ms; duration_ms must be {length_ms:g}, not "
    assert str(raised.value) == f"{wanted}{length_ms + off_ms:g}"


def test_pacing_edges_are_exact_and_the_last_pulse_may_be_cut_off():
    stimulus = built("pacing", 1010.5, HEART)
    assert pieces(stimulus) == [(0.0, 0.0), (10.0, -52.0), (11.0, 0.0), (1010.0, -52.0)]


def test_pacing_from_the_first_instant_has_no_piece_before_it():
    stimulus = built("pacing", 600.0, first_ms=0, cycle_length_ms=250, width_ms=2, gain=3)
    assert pieces(stimulus) == [(0.0, 3.0), (2.0, 0.0), (250.0, 3.0), (252.0, 0.0), (500.0, 3.0), (502.0, 0.0)]


def test_pacing_stops_after_its_number_of_pulses():
    stimulus = built("pacing", 5000.0, pulses=2)
    assert stimulus.start_ms.tolist() == [0.0, 10.0, 11.0, 1010.0, 1011.0]


@pytest.mark.parametrize(
    ("duration_ms", "pulses"), [(10.0, 0), (10.0001, 1), (1010.0, 1), (1010.0001, 2), (60_000.0, 60)]
)
def test_pacing_has_the_pulses_that_start_within_the_run(duration_ms: float, pulses: int):
    if pulses == 0:
        with pytest.raises(UserError, match="pulse 1 of the stimulus pacing starts at 10 ms"):
            built("pacing", duration_ms)
    else:
        assert np.sum(built("pacing", duration_ms).value) == pulses


def test_s2_comes_at_its_coupling_interval_after_the_last_s1():
    stimulus = built("s1s2", 1500.0, HEART, s1_pulses=2, cycle_length_ms=600, coupling_ms=350, first_ms=5, width_ms=2)
    assert stimulus.start_ms.tolist() == [0.0, 5.0, 7.0, 605.0, 607.0, 955.0, 957.0]
    assert stimulus.value.tolist() == [0.0, -52.0, 0.0, -52.0, 0.0, -52.0, 0.0]


def test_s1s2_has_ten_pulses_s1_by_default():
    assert np.sum(built("s1s2", 9500.0).value) == 11


def test_a_constant_is_one_piece_whose_value_a_design_may_vary_clamped_or_not():
    assert pieces(built("constant", 100.0, HEART, value=-3.0)) == [(0.0, -3.0)]
    section_of = {clamp: section("constant", value=-80.0, clamp=clamp) for clamp in (False, True)}
    assert stimuli.varied_fields(section_of[False], HEART)["value"].unit == "pA/pF"
    assert list(stimuli.varied_fields(section_of[True], HEART)) == ["value"]
    assert stimuli.varied_fields(section_of[True], HEART)["value"].unit == "mV"
    clamps = stimuli.build(section_of[True], HEART, 100.0, [0, 1], {"value": np.array([-60.0, 10.0])})
    assert clamps is not None
    assert clamps.clamp
    np.testing.assert_array_equal(clamps.value, [[-60.0], [10.0]])


def test_steps_hold_their_value_and_lead_in_with_zero():
    stimulus = built("steps", 100.0, values=[[5, 2], [10, 2], [20, -1]], gain=10)
    assert pieces(stimulus) == [(0.0, 0.0), (5.0, 20.0), (20.0, -10.0)]


def test_one_step_at_0_is_a_constant():
    assert pieces(built("steps", 100.0, HEART, values=[[0, 1.5]])) == [(0.0, 1.5)]


def test_noise_follows_the_recursion_of_its_definition():
    noise = Noise(theta=0.02, mu=3.0, sigma=7.0, step_ms=0.5, seed=4)
    start_ms, value = noise.pieces(50.2, key=9)
    normals = np.random.default_rng([4, 9]).standard_normal(100)
    x = [0.0]
    for normal in normals:
        x.append(x[-1] + 0.02 * (3.0 - x[-1]) * 0.5 + 7.0 * math.sqrt(0.5) * normal)
    assert value == pytest.approx(x, rel=1e-12)
    assert start_ms == pytest.approx(np.arange(101) * 0.5, rel=1e-12)


def test_a_longer_run_of_noise_begins_with_the_shorter():
    short, long = Noise().pieces(300.0, key=5), Noise().pieces(1234.5, key=5)
    assert len(short.value) == 300
    assert np.array_equal(long.value[:300], short.value)
    assert np.array_equal(long.start_ms[:300], short.start_ms)


def test_noise_settles_at_the_mean_and_spread_of_an_autoregression():
    settled = np.concatenate([Noise(mu=40.0).pieces(20_000.0, key).value[1000:] for key in range(40)])
    # Of x[i] = a x[i-1] + ... with a = 1 - theta h the variance is sigma^2 h / (1 - a^2): 177.2 for the defaults.
    a = 0.99
    assert settled.std() == pytest.approx(25 / math.sqrt(1 - a**2), rel=0.03)
    assert settled.mean() == pytest.approx(40, abs=3 * 177 * math.sqrt(2 * 100 / len(settled)))
    paths = settled.reshape(40, -1) - 40
    assert np.mean(paths[:, 100:] * paths[:, :-100]) / settled.var() == pytest.approx(a**100, abs=0.05)


def test_noise_of_another_key_or_seed_is_another_path():
    one = Noise().pieces(3000.0, key=1).value
    for other in (Noise().pieces(3000.0, key=2).value, Noise(seed=1).pieces(3000.0, key=1).value):
        assert abs(np.corrcoef(np.diff(one), np.diff(other))[0, 1]) < 0.1


def test_noise_without_strength_relaxes_to_its_mean():
    assert Noise(mu=2.0, sigma=0.0, theta=1.0).pieces(10.0, key=0).value.tolist() == [0.0, 2.0]


def test_noise_keys_of_80_bits_are_told_apart():
    low, high = (Noise().pieces(10.0, key=key).value for key in (3, 3 + 2**79))
    assert not np.array_equal(low, high)
