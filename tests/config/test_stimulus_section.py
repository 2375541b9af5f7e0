"""The `stimulus` of a protocol: its defaults, and what is refused in which words."""

import dataclasses

import pytest
from stimulus_sections import section

from gbar.config.base import Section
from gbar.config.explain import checked
from gbar.config.stimulus import StimulusSection
from gbar.errors import UserError
from gbar.stimuli.kinds import KINDS


class Protocol(Section):
    """A section with a stimulus in it, as a study has."""

    stimulus: StimulusSection


REQUIRED = {"constant": {"value": 1.0}, "steps": {"values": [[0, 1]]}, "csv": {"path": "current.csv"}}


@pytest.mark.parametrize("kind", KINDS)
def test_a_section_makes_its_waveform_with_the_same_defaults(kind: str):
    given = REQUIRED.get(kind, {})
    waveform = section(kind, **given).waveform()
    assert type(waveform) is KINDS[kind]
    assert waveform == KINDS[kind](**given)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_waveform_can_be_given_and_says_what_it_is(kind: str):
    made = section(kind, **REQUIRED.get(kind, {}))
    fields = type(made).model_fields
    waveform_fields = dataclasses.fields(KINDS[kind]) if dataclasses.is_dataclass(KINDS[kind]) else ()
    assert set(fields) == {"kind", "gain"} | {field.name for field in waveform_fields}
    described = {name for name, field in fields.items() if field.description}
    assert described == set(fields) - {"kind"}


@pytest.mark.parametrize(
    ("stimulus", "message"),
    [
        ({}, "stimulus.kind: this key is missing"),
        ({"kind": "pace"}, "stimulus.kind: 'pace' is not allowed; it must be one of 'none', 'chirp23a'"),
        ({"kind": "none", "gain": 1}, "stimulus: unknown key 'gain'; allowed are kind"),
        ({"kind": "chirp23a", "gian": 1}, "stimulus: unknown key 'gian'; did you mean 'gain'? allowed are kind, gain"),
        ({"kind": "chirp23a", "gain": "loud"}, "stimulus.gain: 'loud' is not allowed; it must be a valid number"),
        ({"kind": "chirp23a", "gain": float("inf")}, "stimulus.gain: inf is not allowed; it must be a finite number"),
        ({"kind": "chirp23a", "gain": True}, "stimulus.gain: must be a number, not yes/no"),
        (
            {"kind": "pacing", "cycle_length_ms": 0},
            "stimulus.cycle_length_ms: 0 is not allowed; it must be greater than",
        ),
        ({"kind": "pacing", "first_ms": -1}, "stimulus.first_ms: -1 is not allowed; it must be greater than or equal"),
        ({"kind": "pacing", "width_ms": 0}, "stimulus.width_ms: 0 is not allowed; it must be greater than or equal"),
        ({"kind": "pacing", "pulses": 0}, "stimulus.pulses: 0 is not allowed; it must be greater than or equal to 1"),
        (
            {"kind": "pacing", "cycle_length_ms": 5, "width_ms": 5},
            "stimulus: cycle_length_ms: 5.0 is not allowed; it must be longer than a pulse (width_ms 5)",
        ),
        (
            {"kind": "s1s2", "coupling_ms": 0.5},
            "stimulus: coupling_ms: 0.5 is not allowed; it must be longer than a pulse (width_ms 1)",
        ),
        ({"kind": "s1s2", "s1_pulses": 1.5}, "stimulus.s1_pulses: 1.5 is not allowed; it must be a valid integer"),
        ({"kind": "steps"}, "stimulus.values: this key is missing"),
        (
            {"kind": "steps", "values": [[0, 1]], "gain": "loud"},
            "stimulus.gain: 'loud' is not allowed; it must be a valid number",
        ),
        ({"kind": "steps", "values": []}, "stimulus.values: [] is not allowed; it must have at least 1"),
        ({"kind": "steps", "values": [[0]]}, "stimulus.values[0]: [0] is not allowed; it must have at least 2"),
        (
            {"kind": "steps", "values": [[0, "x"]]},
            "stimulus.values[0][1]: 'x' is not allowed; it must be a valid number",
        ),
        (
            {"kind": "steps", "values": [[-1, 2]]},
            "stimulus: values[0]: -1.0 is not allowed; it must be a start of 0 ms or later",
        ),
        (
            {"kind": "steps", "values": [[1, 2], [5, 3], [5, 4]]},
            "stimulus: values[2]: 5.0 is not allowed; it must be a start after 5 ms",
        ),
        (
            {"kind": "steps", "values": [[1, -80]], "clamp": True},
            "stimulus: values[0]: 1.0 is not allowed; it must be 0 with clamp: a potential from the start on",
        ),
        (
            {"kind": "steps", "values": [[0, -80]], "clamp": True, "gain": 2},
            "stimulus: gain: 2.0 is not allowed with clamp, whose values are in mV; leave it out",
        ),
        (
            {"kind": "csv", "path": "v.csv", "clamp": True, "gain": 2},
            "stimulus: gain: 2.0 is not allowed with clamp, whose values are in mV; leave it out",
        ),
        ({"kind": "pacing", "clamp": True}, "stimulus: unknown key 'clamp'"),
        ({"kind": "csv"}, "stimulus.path: this key is missing"),
        ({"kind": "csv", "path": ""}, "stimulus.path: '' is not allowed"),
        ({"kind": "noise", "sigma": -1}, "stimulus.sigma: -1 is not allowed; it must be greater than or equal to 0"),
        (
            {"kind": "noise", "step_ms": 0},
            "stimulus.step_ms: 0 is not allowed; it must be greater than or equal to 0.01",
        ),
        (
            {"kind": "noise", "theta": 0.3, "step_ms": 4},
            "stimulus: theta: 0.3 is not allowed; it must be 0 to 1/step_ms (0.25)",
        ),
        ({"kind": "noise", "seed": -1}, "stimulus.seed: -1 is not allowed; it must be greater than or equal to 0"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(stimulus: dict, message: str):
    with pytest.raises(UserError) as raised:
        checked(Protocol, {"stimulus": stimulus})
    assert str(raised.value).startswith(f"configuration: {message}")


def test_a_gain_of_1_goes_with_a_clamp():
    assert section("steps", values=[[0, -80]], clamp=True, gain=1).gain == 1


def test_a_key_set_to_null_counts_as_absent():
    assert section("pacing", gain=None, pulses=None) == section("pacing")
