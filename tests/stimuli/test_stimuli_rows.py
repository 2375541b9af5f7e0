"""The stimulus of the rows of a design: shared, varied or their own; what a row's identity is hashed from."""

import subprocess
import sys

import numpy as np
import pytest
from stimulus_sections import HEART, UNIT, section

from gbar import stimuli
from gbar.cells import Stimulation
from gbar.config.stimulus import default_section
from gbar.errors import UserError

NEURON = Stimulation("nA", 0.5, "chirp23a")
POINT = Stimulation("pA", 1.0)


def rows_of(section, duration_ms: float, rows: int, stimulation=HEART, **varied):
    stimulus = stimuli.build(
        section, stimulation, duration_ms, range(rows), {name: np.array(v, dtype=float) for name, v in varied.items()}
    )
    assert stimulus is not None
    return stimulus


def test_rows_share_a_stimulus_that_none_of_them_varies():
    assert rows_of(section("pacing"), 2500.0, 3).value.shape == (7,)


def test_no_stimulus_is_none():
    assert stimuli.build(section("none"), HEART, 100.0, [0, 1]) is None


def test_a_unit_waveform_takes_the_gain_of_the_cell_unless_the_user_gives_one():
    assert rows_of(section("chirp23a"), 460.0, 1, NEURON).value.max() == pytest.approx(0.5 * 2.34353935507, abs=1e-9)
    assert rows_of(section("chirp23a", gain=2), 460.0, 1, NEURON).value.min() == pytest.approx(-2 * 1.37801378577)
    assert rows_of(section("noise", gain=2), 50.0, 1).value == pytest.approx(
        2 * rows_of(section("noise"), 50.0, 1).value
    )


def test_a_varied_gain_multiplies_the_same_waveform():
    stimulus = rows_of(section("pacing"), 500.0, 3, gain=[-52, -26, 0])
    assert stimulus.start_ms.tolist() == [[0.0, 10.0, 11.0]] * 3
    assert stimulus.value.tolist() == [[0.0, -52.0, 0.0], [0.0, -26.0, 0.0], [0.0, 0.0, 0.0]]
    assert not np.any(np.signbit(stimulus.value[2]))


def test_rows_of_fewer_pieces_are_padded():
    stimulus = rows_of(section("pacing"), 700.0, 2, cycle_length_ms=[1000, 400], gain=[1, 2])
    assert stimulus.start_ms.tolist() == [[0, 10, 11, np.inf, np.inf], [0, 10, 11, 410, 411]]
    assert stimulus.value.tolist() == [[0, 1, 0, 0, 0], [0, 2, 0, 2, 0]]


def test_a_varied_row_is_the_stimulus_of_a_section_with_its_values():
    varied = rows_of(section("s1s2", s1_pulses=2), 2000.0, 2, coupling_ms=[300, 350.5])
    alone = rows_of(section("s1s2", s1_pulses=2, coupling_ms=350.5), 2000.0, 1)
    assert varied.start_ms[1].tolist() == alone.start_ms.tolist()


def test_noise_of_a_row_depends_on_neither_block_nor_neighbours():
    keys = [7, 2**40, 3]
    together = stimuli.build(section("noise"), POINT, 100.0, keys)
    moved = stimuli.build(section("noise"), POINT, 100.0, [3, 8])
    assert together is not None
    assert moved is not None
    assert together.value.shape == (3, 100)
    assert np.array_equal(together.value[2], moved.value[0])
    assert not np.array_equal(together.value[0], together.value[2])


def test_a_varied_sigma_leaves_the_path_of_the_row_alone():
    stimulus = stimuli.build(section("noise"), POINT, 100.0, [5, 5], {"sigma": np.array([25.0, 50.0])})
    assert stimulus is not None
    assert stimulus.value[1] == pytest.approx(2 * stimulus.value[0])


def test_a_sample_on_a_step_of_the_solver_belongs_to_the_piece_that_starts_there():
    stimulus = rows_of(section("steps", values=[[0.3, 1], [0.8, 2]]), 1.0, 1)
    time_ms = np.cumsum(np.full(9, 0.1))
    assert time_ms[7] < 0.8  # by rounding
    assert stimuli.sample(stimulus, time_ms).tolist() == [0, 0, 1, 1, 1, 1, 1, 2, 2]


def test_a_padded_row_is_sampled_like_any_other():
    stimulus = rows_of(section("pacing"), 700.0, 2, cycle_length_ms=[1000, 400])
    assert stimuli.sample(stimulus, np.array([410.5, 699.0]), row=0).tolist() == [0, 0]
    assert stimuli.sample(stimulus, np.array([410.5, 699.0]), row=1).tolist() == [-52, 0]


def test_what_may_be_varied_has_its_value_and_unit():
    pacing = stimuli.varied_fields(section("pacing", cycle_length_ms=600), HEART)
    assert {name: (field.default, field.unit) for name, field in pacing.items()} == {
        "gain": (-52.0, "pA/pF"),
        "cycle_length_ms": (600.0, "ms"),
        "first_ms": (10.0, "ms"),
        "width_ms": (1.0, "ms"),
    }
    noise = stimuli.varied_fields(section("noise"), POINT)
    assert {name: (field.default, field.unit) for name, field in noise.items()} == {
        "gain": (1.0, "1"),
        "theta": (0.01, "1/ms"),
        "mu": (0.0, "pA"),
        "sigma": (25.0, "pA/sqrt(ms)"),
    }
    assert set(stimuli.varied_fields(section("s1s2"), HEART)) == set(pacing) | {"coupling_ms"}
    assert set(stimuli.varied_fields(section("chirp16a"), NEURON)) == {"gain"}
    assert stimuli.varied_fields(section("none"), HEART) == {}
    assert stimuli.varied_fields(section("steps", values=[[0, -80]], clamp=True), HEART) == {}


@pytest.mark.parametrize(
    ("kind", "fields", "varied", "message"),
    [
        (
            "pacing",
            {},
            {"cycle_length_ms": [500, 0.5]},
            "stimulus.cycle_length_ms: 0.5 is not allowed; it must be longer than a pulse (width_ms 1)",
        ),
        ("pacing", {}, {"width_ms": [1, 0]}, "stimulus.width_ms: 0.0 is not allowed; it must be 0.01 or more"),
        ("pacing", {}, {"first_ms": [-1]}, "stimulus.first_ms: -1.0 is not allowed; it must be 0 or more"),
        ("pacing", {}, {"gain": [1, np.nan]}, "stimulus.gain: nan is not allowed; it must be a finite number"),
        (
            "pacing",
            {"pulses": 3},
            {"cycle_length_ms": [500, 1000]},
            "pulse 3 of the stimulus pacing starts at 2010 ms; duration_ms must be above that, not 2000",
        ),
        (
            "s1s2",
            {"s1_pulses": 1},
            {"coupling_ms": [300, 1989]},
            "the pulse S2 of the stimulus s1s2 ends at 2000 ms; duration_ms must be above that, not 2000",
        ),
        (
            "s1s2",
            {"s1_pulses": 1},
            {"coupling_ms": [1]},
            "stimulus.coupling_ms: 1.0 is not allowed; it must be longer than a pulse (width_ms 1)",
        ),
        ("noise", {}, {"sigma": [-1]}, "stimulus.sigma: -1.0 is not allowed; it must be 0 or more"),
        ("noise", {}, {"theta": [1.5]}, "stimulus.theta: 1.5 is not allowed; it must be 0 to 1/step_ms (1)"),
        (
            "noise",
            {},
            {"seed": [1]},
            "stimulus.seed: cannot be varied; the stimulus noise allows gain, theta, mu, sigma",
        ),
        ("none", {}, {"gain": [1]}, "stimulus.gain: cannot be varied; the stimulus none allows nothing"),
        (
            "steps",
            {"values": [[0, -80]], "clamp": True},
            {"gain": [1]},
            "stimulus.gain: cannot be varied; the stimulus steps with clamp allows nothing",
        ),
        (
            "steps",
            {"values": [[0, 1], [2000, 2]]},
            {},
            "the last step of the stimulus starts at 2000 ms; duration_ms must be above that, not 2000",
        ),
    ],
)
def test_a_mistake_in_any_row_is_found_before_anything_is_solved(kind, fields, varied, message):
    varied = {name: np.array(values, dtype=float) for name, values in varied.items()}
    with pytest.raises(UserError) as raised:
        stimuli.check(section(kind, **fields), HEART, 2000.0, varied)
    assert str(raised.value) == message


def test_a_chirp_says_how_long_its_run_is():
    kinds = ("chirp23a", "chirp16a", "chirp_05", "chirp_damp", "pacing", "none")
    assert [stimuli.length_ms(section(kind)) for kind in kinds] == [460.0, 320.0, 152.0, 152.0, None, None]


@pytest.mark.parametrize("stimulation", [HEART, NEURON, POINT])
def test_the_stimulus_a_cell_has_by_itself_adds_nothing_to_a_rows_identity(stimulation: Stimulation):
    own = default_section(stimulation)
    assert own.kind == (stimulation.kind or "none")
    assert stimuli.meaning(own, stimulation) is None
    if stimulation.kind:
        assert stimuli.meaning(section(stimulation.kind, gain=stimulation.gain), stimulation) is None
        assert stimuli.meaning(section("none"), stimulation) == {"kind": "none"}


@pytest.mark.parametrize(
    ("kind", "fields", "meaning"),
    [
        ("pacing", {"cycle_length_ms": 600}, {"kind": "pacing", "gain": -52.0, "cycle_length_ms": 600.0}),
        ("pacing", {"gain": -26}, {"kind": "pacing", "gain": -26.0}),
        ("pacing", {"pulses": 3, "width_ms": 1}, {"kind": "pacing", "gain": -52.0, "pulses": 3}),
        ("chirp23a", {}, {"kind": "chirp23a", "gain": -52.0}),
        ("noise", {"seed": 3}, {"kind": "noise", "gain": 1.0, "seed": 3}),
        ("steps", {"values": [[0, 1]]}, {"kind": "steps", "gain": 1.0, "values": [[0.0, 1.0]]}),
        ("steps", {"values": [[0, 1]], "clamp": True}, {"kind": "steps", "clamp": True, "values": [[0.0, 1.0]]}),
    ],
)
def test_a_stimulus_means_its_kind_gain_and_what_differs_from_the_kind(kind: str, fields: dict, meaning: dict):
    assert stimuli.meaning(section(kind, **fields), HEART) == meaning


def test_a_varied_row_means_the_same_as_a_section_with_its_values():
    varied = {"cycle_length_ms": np.array([600.0, 1000.0, 1000.0]), "gain": np.array([-52.0, -52.0, -26.0])}
    assert stimuli.row_meanings(section("pacing", cycle_length_ms=300), HEART, varied) == [
        stimuli.meaning(section("pacing", cycle_length_ms=600), HEART),
        None,
        stimuli.meaning(section("pacing", gain=-26), HEART),
    ]


def test_importing_the_stimuli_costs_neither_jax_nor_pydantic():
    code = "import sys, gbar.stimuli; print([m for m in ('jax', 'pydantic') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_unit_of_a_chirp_is_the_unit_of_its_cell():
    assert stimuli.varied_fields(section("chirp23a"), UNIT)["gain"].unit == "1"
    assert stimuli.varied_fields(section("chirp23a"), NEURON)["gain"].unit == "nA"


def test_pulses_are_those_that_act_in_the_run():
    (found,) = stimuli.pulses_ms(section("pacing", cycle_length_ms=500), HEART, 1200.0)
    assert found.tolist() == [[10, 11], [510, 511], [1010, 1011]]
    (found,) = stimuli.pulses_ms(section("s1s2", s1_pulses=2, coupling_ms=300, width_ms=2), HEART, 5000.0)
    assert found.tolist() == [[10, 12], [1010, 1012], [1310, 1312]]


def test_each_row_of_a_varied_train_has_its_own_pulses():
    varied = {"cycle_length_ms": np.array([300.0, 400.0]), "gain": np.array([-52.0, -104.0])}
    found = stimuli.pulses_ms(section("pacing"), HEART, 900.0, varied)
    assert [row[:, 0].tolist() for row in found] == [[10, 310, 610], [10, 410, 810]]
    assert len(stimuli.pulses_ms(section("pacing"), HEART, 900.0, {"gain": np.array([1.0, 2.0])})) == 1


def test_pulses_before_the_electrode_is_switched_on_are_none():
    late = Stimulation("nA", 1.0, on_from_ms=15.0)
    (found,) = stimuli.pulses_ms(section("pacing", cycle_length_ms=500), late, 1200.0)
    assert found[:, 0].tolist() == [510, 1010]


@pytest.mark.parametrize("stimulus", [section("none"), section("constant", value=1), section("chirp23a")])
def test_what_is_no_train_has_no_pulses(stimulus):
    assert stimuli.pulses_ms(stimulus, HEART, 460.0)[0].shape == (0, 2)
