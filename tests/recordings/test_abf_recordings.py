"""ABF files as pCLAMP writes them: voltages as neo reads them, and the current that drove the cell."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from abf_files import (
    BIPHASIC,
    COSINES,
    EVENTS,
    PULSES,
    RAMP,
    RESISTANCE,
    STEP,
    TRIANGLES,
    Abf,
    Adc,
    Dac,
    write_abf1,
    write_abf2,
)
from neo.rawio import AxonRawIO

from gbar.errors import UserError
from gbar.recordings import read_recording

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

Write = Callable[[Path, Abf], Path]
BOTH = pytest.mark.parametrize("write", [write_abf1, write_abf2], ids=["ABF1", "ABF2"])
SAMPLES = 640  # of which 1/64 are 10 samples of holding level
MULTICLAMP = 24


def traces(sweeps: int = 1, channels: int = 1, samples: int = SAMPLES) -> list[np.ndarray]:
    """Sweeps of membrane potentials about -70 mV, each channel of its own."""
    rng = np.random.default_rng(5)
    return [-70 + 5 * rng.standard_normal((channels, samples)).cumsum(1) / 5 for _ in range(sweeps)]


def driven(write: Write, folder: Path, *dacs: Dac, sweep: int = 0, sweeps: int = 3, **options) -> np.ndarray:
    """The command of a sweep of a file of one voltage channel."""
    found = read_recording(write(folder / "cell.abf", Abf(traces(sweeps), dacs=dacs, **options)), sweep)
    assert found.command is not None, found.notes
    assert found.command.shape == found.V_mV.shape
    return found.command


def levels(*parts: tuple[float, int], samples: int = SAMPLES, holding: float = 0.0) -> np.ndarray:
    """A command written out: 1/64 of holding level, parts of (level, samples), holding level."""
    told = [np.full(samples // 64, holding), *(np.full(count, float(level)) for level, count in parts)]
    return np.concatenate([*told, np.full(samples - sum(map(len, told)), holding)])


@BOTH
@pytest.mark.parametrize("floats", [False, True], ids=["counts", "floats"])
def test_voltages_intervals_and_sweeps_are_those_of_neo(tmp_path: Path, write: Write, floats: bool) -> None:
    adcs = (Adc("Vm", "mV", 3, offset=1.5, telegraph=(MULTICLAMP, 5.0, 1)), Adc("Im", "pA", 1))
    path = write(tmp_path / "cell.abf", Abf(traces(4, 2), adcs, floats=floats, sample_us=62.5))
    logging.getLogger("neo").setLevel(logging.ERROR)
    neo = AxonRawIO(str(path))
    neo.parse_header()
    assert neo.segment_count(0) == 4
    for sweep in range(4):
        found = read_recording(path, sweep, "Vm")
        raw = neo.get_analogsignal_chunk(0, sweep, channel_indexes=[0])
        theirs = neo.rescale_signal_raw_to_float(raw, dtype="float64", channel_indexes=[0])[:, 0]
        np.testing.assert_allclose(found.V_mV, theirs, rtol=0, atol=1e-5)
        assert found.sample_ms == pytest.approx(1000.0 / neo.get_signal_sampling_rate(), rel=1e-9)


@BOTH
@pytest.mark.parametrize("sample_us", [450.7, 33.3, 4.0, 2500.0])
def test_the_interval_is_the_one_in_the_header_not_that_of_a_whole_rate(
    tmp_path: Path, write: Write, sample_us: float
) -> None:
    found = read_recording(write(tmp_path / "cell.abf", Abf(traces(), sample_us=sample_us)))
    assert found.sample_ms == pytest.approx(float(np.float32(sample_us)) / 1000.0, rel=1e-9)  # kept as 4 bytes


@BOTH
def test_steps_of_the_output_that_has_a_waveform_drive_the_cell_wherever_its_channel_stands(
    tmp_path: Path, write: Write
) -> None:
    adcs = (Adc("Im", "pA", 0), Adc("Vm", "mV", 1))
    epochs = ((STEP, 0, 0, 100, 0, 0, 0), (STEP, 100, 50, 200, 0, 0, 0))
    dacs = (Dac(epochs=epochs), Dac("Cmd 1", holding=100.0, source=0))
    path = write(tmp_path / "cell.abf", Abf(traces(2, 2), adcs, dacs))
    for sweep, level in enumerate((100, 150)):
        found = read_recording(path, sweep)
        assert (found.channel, found.command_unit, found.notes) == ("Vm", "pA", ())
        np.testing.assert_array_equal(found.command, levels((0, 100), (level, 200)))


@BOTH
def test_each_cell_of_a_dual_patch_has_the_command_of_its_own_amplifier(tmp_path: Path, write: Write) -> None:
    adcs = (Adc("IN 0"), Adc("IN 1", "pA", 1), Adc("IN 2", "mV", 2), Adc("IN 3", "pA", 3))
    dacs = (Dac("Cmd 0", holding=-20.0), Dac("Cmd 1", epochs=((STEP, 1500, 0, 300, 0, 0, 0),)))
    path = write(tmp_path / "cells.abf", Abf(traces(1, 4), adcs, dacs))
    np.testing.assert_array_equal(read_recording(path, channel="IN 0").command, np.full(SAMPLES, -20.0))
    np.testing.assert_array_equal(read_recording(path, channel="IN 2").command, levels((1500, 300)))


@BOTH
def test_telegraphs_tell_which_output_belongs_to_a_cell_and_that_it_is_in_voltage_clamp(
    tmp_path: Path, write: Write
) -> None:
    told = {mode: (MULTICLAMP, 1.0, mode) for mode in (0, 1)}
    adcs = (
        Adc("IN 0", "pA", 0, telegraph=told[0]),
        Adc("IN 2", "mV", 2, telegraph=told[1]),
        Adc("IN 4", "mV", 4),
        Adc("IN 5", "mV", 5, telegraph=told[0]),
    )
    dacs = (
        Dac("Cmd 0", "mV", -70.0, telegraphed=1),
        Dac("Cmd 1", "pA", telegraphed=1, epochs=((STEP, 70, 0, 90, 0, 0, 0),)),
        Dac("Cmd 2", "mV", telegraphed=1),
    )
    path = write(tmp_path / "cells.abf", Abf(traces(1, 4), adcs, dacs))
    np.testing.assert_array_equal(read_recording(path, channel="IN 2").command, levels((70, 90)))
    other = read_recording(path, channel="IN 4")
    assert other.command is None
    assert "nothing in it tells which of them belong together" in other.notes[0]
    with pytest.raises(UserError, match=r"IN 5 is no membrane potential .* told that it was in voltage clamp"):
        read_recording(path, channel="IN 5")


@BOTH
@pytest.mark.parametrize("mode", [3, 5], ids=["gap-free", "episodic"])
def test_an_amplifier_at_no_current_injects_none_whatever_the_protocol_commands(
    tmp_path: Path, write: Write, mode: int
) -> None:
    dac = Dac(telegraphed=1, holding=30.0, epochs=((STEP, 100, 0, 100, 0, 0, 0),))
    adc = Adc(telegraph=(MULTICLAMP, 1.0, 2))
    found = read_recording(write(tmp_path / "cell.abf", Abf(traces(), (adc,), (dac,), mode=mode)))
    np.testing.assert_array_equal(found.command, np.zeros(SAMPLES))
    assert found.notes == ("The amplifier was set to I = 0, so that no current was injected.",)


@BOTH
def test_a_waveform_that_does_not_fit_its_sweep_or_was_not_planned_is_not_told(tmp_path: Path, write: Write) -> None:
    too_long = Abf(traces(), dacs=(Dac(epochs=((STEP, 5, 0, 2 * SAMPLES, 0, 0, 0),)),))
    unplanned = Abf(traces(3), dacs=(Dac(epochs=((STEP, 5, 0, 20, 0, 0, 0),)),), planned=2)
    for file, sweep in ((too_long, 0), (unplanned, 2)):
        found = read_recording(write(tmp_path / "cell.abf", file), sweep)
        assert found.command is None
        assert found.notes == (
            "The stimulus is not told: the waveform of Cmd 0 in this sweep cannot be rebuilt from the header.",
        )


@BOTH
def test_two_currents_that_may_drive_one_cell_leave_the_stimulus_untold(tmp_path: Path, write: Write) -> None:
    epochs = ((STEP, 100, 0, 100, 0, 0, 0),)
    path = write(tmp_path / "cell.abf", Abf(traces(), dacs=(Dac(epochs=epochs), Dac("Cmd 1", epochs=epochs))))
    found = read_recording(path)
    assert found.command is None
    assert found.notes == (
        "The stimulus is not told: several outputs are currents (Cmd 0, Cmd 1), and nothing in the file tells which of "
        "them drives it.",
    )


# What each kind of epoch gives, written out sample by sample: 12 samples from level 0 to 6, period 5, width 2.
KINDS = {
    STEP: [6] * 12,
    RAMP: [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6],
    PULSES: [6, 6, 0, 0, 0] * 2 + [6, 6],
    BIPHASIC: [6, -6, 0, 0, 0] * 2 + [6, -6],
    TRIANGLES: [0, 3, 6, 4, 2] * 2 + [0, 0],
    COSINES: [*(3 - 3 * np.cos(2 * np.pi * np.arange(5) / 5)).tolist()] * 2 + [0, 0],
    RESISTANCE: [0] * 6 + [6] * 6,
}


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_an_epoch_is_the_waveform_of_its_kind(tmp_path: Path, write: Write, kind: int) -> None:
    found = driven(write, tmp_path, Dac(epochs=((kind, 6, 0, 12, 0, 5, 2),)))
    np.testing.assert_allclose(found, levels(*((one, 1) for one in KINDS[kind])), atol=1e-6)


@BOTH
def test_a_pulse_that_its_epoch_has_no_room_for_is_left_out(tmp_path: Path, write: Write) -> None:
    found = driven(write, tmp_path, Dac(epochs=((STEP, -1, 0, 20, 0, 0, 0), (PULSES, 2, 0, 11, 0, 5, 2))))
    np.testing.assert_array_equal(found, levels((-1, 20), *[(2, 2), (-1, 3)] * 2, (-1, 1)))


@BOTH
def test_levels_and_durations_grow_from_sweep_to_sweep(tmp_path: Path, write: Write) -> None:
    epochs = ((STEP, 10, -5, 30, 7, 0, 0), (STEP, 1, 0, 20, 0, 0, 0))
    found = driven(write, tmp_path, Dac(epochs=epochs), sweep=2)
    np.testing.assert_array_equal(found, levels((0, 44), (1, 20)))


@BOTH
def test_a_waveform_that_is_off_gives_the_holding_level_whatever_its_epochs_are(tmp_path: Path, write: Write) -> None:
    unused = ((STEP, -120, 0, 100, 0, 0, 0),)
    for off in (Dac(holding=25.0, enabled=0, epochs=unused), Dac(holding=25.0, source=0, epochs=unused)):
        np.testing.assert_array_equal(driven(write, tmp_path, off), np.full(SAMPLES, 25.0))


@BOTH
def test_ramps_that_keep_their_last_level_go_on_from_it_in_the_next_sweep(tmp_path: Path, write: Write) -> None:
    dac = Dac(keeps_last=1, holding=3.0, epochs=((RAMP, 0, 10, 600, 0, 0, 0),))
    first, second = (driven(write, tmp_path, dac, sweep=sweep) for sweep in (0, 1))
    assert (first[0], first[-1], second[0], second[-1]) == (3.0, 0.0, 0.0, 10.0)
    np.testing.assert_allclose(second[10:610], 10 * np.arange(1, 601) / 600)


@BOTH
def test_a_train_before_the_sweep_leaves_its_last_level_at_the_beginning(tmp_path: Path, write: Write) -> None:
    found = driven(write, tmp_path, Dac(train=(20.0, -7.0), epochs=((STEP, 5, 0, 100, 0, 0, 0),)))
    assert (found[0], found[10], found[-1]) == (-7.0, 5.0, 0.0)


@BOTH
def test_outputs_that_take_turns_rest_in_every_second_sweep(tmp_path: Path, write: Write) -> None:
    dacs = (Dac(epochs=((STEP, 5, 0, 100, 0, 0, 0),)), Dac("LED", "V", epochs=((STEP, 3, 0, 50, 0, 0, 0),)))
    for sweep, level in enumerate((5, 0, 5)):
        found = driven(write, tmp_path, *dacs, sweep=sweep, alternating=1)
        np.testing.assert_array_equal(found, levels((level, 100)))


# pCLAMP 10 has 10 epochs, pCLAMP 11, which writes version 2.9, has 50: level of epoch 1, duration of epoch 0. The
# numbers are those of 2020_03_02_0000.abf and user-list-durations.abf of pyABF, whose commands were recorded, too.
LISTS = {
    "pCLAMP 9, levels": (write_abf1, (2, 6), (22, "-40, 30,", 0), [(0, 30), (30, 50)]),
    "pCLAMP 10, levels": (write_abf2, (2, 6), (22, "-40,30", 0), [(0, 30), (30, 50)]),
    "pCLAMP 11, levels": (write_abf2, (2, 9), (62, "-40,30", 0), [(0, 30), (30, 50)]),
    "pCLAMP 10, durations": (write_abf2, (2, 6), (31, "10,25", 0), [(0, 25), (6, 50)]),
    "repeated": (write_abf2, (2, 6), (22, "-40,30", 1), [(0, 30), (-40, 50)]),
    "digital outputs": (write_abf2, (2, 9), (22, "1,0", 0), [(0, 30), (6, 50)]),
}


@pytest.mark.parametrize(("write", "version", "user_list", "parts"), LISTS.values(), ids=LISTS.keys())
def test_a_user_list_gives_each_sweep_its_own_value_and_the_last_to_all_after(
    tmp_path: Path, write: Write, version: tuple[int, int], user_list: tuple, parts: list
) -> None:
    dac = Dac(epochs=((STEP, 0, 0, 30, 0, 0, 0), (STEP, 6, 0, 50, 0, 0, 0)), user_list=user_list)
    np.testing.assert_array_equal(driven(write, tmp_path, dac, sweep=2, version=version), levels(*parts))


@BOTH
@pytest.mark.parametrize("name", ["chirp.abf", "chirp.atf"])
def test_a_stimulus_of_another_file_is_not_told_though_files_of_its_name_lie_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write, name: str
) -> None:
    beside, here = tmp_path / "data", tmp_path / "here"
    for folder in (beside, here):
        folder.mkdir()
        write(folder / name, Abf([np.full((1, SAMPLES), 500.0)], (Adc("I", "pA"),)))
    monkeypatch.chdir(here)
    dac = Dac(source=2, file=str(beside / name))
    found = read_recording(write(beside / "cell.abf", Abf(traces(), dacs=(dac,))))
    assert found.command is None
    assert found.notes == ("The stimulus is not told: Cmd 0 plays a file that is no part of the recording.",)


@BOTH
def test_gap_free_recordings_have_the_measured_current_for_a_stimulus_or_none(tmp_path: Path, write: Write) -> None:
    measured = np.stack([traces()[0][0], np.linspace(-50, 50, SAMPLES)])
    path = write(tmp_path / "cell.abf", Abf([measured], (Adc("Vm"), Adc("Im", "pA", 1)), mode=3))
    found = read_recording(path)
    np.testing.assert_allclose(found.command, measured[1], atol=0.02)
    assert (found.command_unit, found.notes) == (
        "pA",
        ("The stimulus is the current as it was measured (Im): the recording is gap-free, without a protocol.",),
    )
    alone = read_recording(write(tmp_path / "alone.abf", Abf([measured[:1]], mode=3)))
    assert alone.command is None
    assert alone.notes == ("The stimulus is not told: the recording is gap-free, without a protocol.",)


@BOTH
def test_a_voltage_clamp_is_refused_with_its_reason(tmp_path: Path, write: Write) -> None:
    adcs = (Adc("Im", "pA"), Adc("Vcmd", "mV", 1))
    path = write(tmp_path / "clamp.abf", Abf(traces(1, 2), adcs, (Dac("Cmd 0", "mV", -70.0), Dac("Cmd 1", "mV"))))
    with pytest.raises(UserError, match=r"Vcmd is no .* measures a current \(Im\) and every command is a potential"):
        read_recording(path)


@BOTH
@pytest.mark.parametrize("synch", [True, False], ids=["with a table of sweeps", "without"])
def test_a_sweep_that_was_stopped_early_ends_in_no_numbers_and_shifts_no_other(
    tmp_path: Path, write: Write, synch: bool
) -> None:
    sweeps = traces(3, 1, 2000)
    path = write(tmp_path / "cell.abf", Abf(sweeps, counted=5300, synch=synch))
    for number, there in enumerate((2000, 2000, 1300)):
        found = read_recording(path, number)
        np.testing.assert_allclose(found.V_mV[:there], sweeps[number][0, :there], atol=0.02)
        assert found.V_mV.shape == (2000,)
        assert np.isnan(found.V_mV[there:]).all()
    assert found.notes == ("The sweep was stopped after 1300 of 2000 samples; the rest is no number.",)


@BOTH
def test_events_of_different_lengths_are_sweeps_of_their_own_lengths(tmp_path: Path, write: Write) -> None:
    sweeps = [traces(1, 2, samples)[0] for samples in (300, 40, 120)]
    path = write(tmp_path / "cell.abf", Abf(sweeps, (Adc("I", "pA"), Adc("V", "mV", 1)), mode=EVENTS))
    for number, sweep in enumerate(sweeps):
        found = read_recording(path, number)
        np.testing.assert_allclose(found.V_mV, sweep[1], atol=0.02)
        np.testing.assert_allclose(found.command, sweep[0], atol=0.02)


@BOTH
def test_the_last_sample_of_a_pair_may_be_missing(tmp_path: Path, write: Write) -> None:
    sweeps = traces(2, 2)
    path = write(tmp_path / "cell.abf", Abf(sweeps, (Adc("I", "pA"), Adc("V", "mV", 1)), counted=4 * SAMPLES - 1))
    found = read_recording(path, 1)
    np.testing.assert_allclose(found.V_mV[:-1], sweeps[1][1, :-1], atol=0.02)
    assert np.isnan(found.V_mV[-1])


@BOTH
@pytest.mark.parametrize("floats", [False, True], ids=["counts", "floats"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, write: Write, floats: bool) -> None:
    path = write(tmp_path / "cell.abf", Abf(traces(2), floats=floats, synch=False))
    path.write_bytes(path.read_bytes()[:-1024])
    with pytest.raises(UserError, match="cannot be read"):
        read_recording(path, 0)


@BOTH
def test_the_second_channel_of_a_name_is_reached_by_its_place(tmp_path: Path, write: Write) -> None:
    sweeps = traces(1, 3)
    path = write(tmp_path / "cell.abf", Abf(sweeps, (Adc("V"), Adc("I", "pA", 1), Adc("V", "mV", 2))))
    np.testing.assert_allclose(read_recording(path, channel="2").V_mV, sweeps[0][2], atol=0.02)
    with pytest.raises(UserError, match=r"2 channels are named V; choose one by its place: 0 V \(mV\), 1 I .*, 2 V"):
        read_recording(path, channel="V")


@BOTH
@pytest.mark.parametrize(("unit", "factor"), [("V", 1e-3), ("uV", 1e3), ("\xb5V", 1e3)])
def test_other_units_are_converted_with_a_note(tmp_path: Path, write: Write, unit: str, factor: float) -> None:
    sweeps = traces()
    path = write(tmp_path / "cell.abf", Abf([sweeps[0] * factor], (Adc("V", unit),), floats=True))
    found = read_recording(path)
    np.testing.assert_allclose(found.V_mV, sweeps[0][0], atol=1e-4)
    assert found.notes == (f"The voltage is in {unit.replace('µ', 'u')} in the file; it was converted to mV.",)


@BOTH
def test_a_potential_that_an_amplifier_has_multiplied_by_ten_is_none(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path / "cell.abf", Abf([10 * traces()[0]], (Adc("10_Vm"),), floats=True))
    with pytest.raises(UserError, match=r"10_Vm are beyond -\d\d\d\S* mV, which is no membrane potential"):
        read_recording(path)


@BOTH
def test_zeros_behind_a_sweep_are_told_and_no_number(tmp_path: Path, write: Write) -> None:
    sweep = np.concatenate([traces()[0], np.zeros((1, 60))], axis=1)
    found = read_recording(write(tmp_path / "cell.abf", Abf([sweep])))
    assert np.flatnonzero(np.isnan(found.V_mV)).tolist() == list(range(SAMPLES, SAMPLES + 60))
    assert found.notes == ("The sweep ends in 60 zeros from 32 ms on, which are padding; they are no number here.",)


@BOTH
def test_a_sweep_that_claims_to_be_a_thousand_times_longer_than_it_is_takes_no_memory(
    tmp_path: Path, write: Write
) -> None:
    path = write(tmp_path / "cell.abf", Abf(traces(), announced=2**30, synch=False))
    with pytest.raises(UserError, match="sweep 0 has 640 samples, and should have 1073741824"):
        read_recording(path)
