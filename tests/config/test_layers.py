"""Configurations laid over each other: what is inherited, what is not, and how that is said."""

from pathlib import Path

import pytest
import yaml

from gbar.config.layers import check_yaml, inherited, joined, laid_over, typed
from gbar.config.study import load_study
from gbar.errors import UserError

ROOT = Path(__file__).parents[2]
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())
STUDIES = sorted((ROOT / "workflow/studies").glob("*.yaml"))


def merged(beneath: dict, above: dict) -> dict:
    """What Snakemake makes of two configurations: sections are joined key by key, whatever they are."""
    values = dict(beneath)
    for key, value in above.items():
        is_section = isinstance(value, dict) and isinstance(values.get(key), dict)
        values[key] = merged(values[key], value) if is_section else value
    return values


def refused(above: dict) -> str:
    layers = [("config.yaml", DEFAULT), ("mine.yaml", above)]
    with pytest.raises(UserError) as raised:
        load_study(joined(layers))
    return f"{raised.value}\n{inherited(str(raised.value), layers)}"


def test_keys_replace_and_sections_are_joined_key_by_key():
    assert laid_over({"a": 1, "b": {"c": 2, "d": [3]}}, {"b": {"d": [4]}, "e": 5}) == {
        "a": 1,
        "b": {"c": 2, "d": [4]},
        "e": 5,
    }


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.stem)
def test_the_studies_mean_what_they_meant_where_sections_were_joined_key_by_key(study: Path):
    values = yaml.safe_load(study.read_text())
    joined_by_key = merged(DEFAULT, values)
    if study.stem == "emulator":  # its design is of another kind, which knows no levels
        joined_by_key["sweeps"]["hipsc"]["design"].pop("levels")
    assert load_study(laid_over(DEFAULT, values)) == load_study(joined_by_key)


def test_a_design_of_another_kind_inherits_nothing():
    design = {"kind": "sobol", "vary": ["INa"], "range": [0, 2], "rows": 8}
    study = load_study(laid_over(DEFAULT, {"sweeps": {"hipsc": {"design": design}}}))
    assert study.sweeps["hipsc"].design.model_dump(exclude={"seed"}) == design


def test_a_network_and_a_stimulus_of_another_kind_inherit_nothing():
    network = {"name": "lstm_wide", "lstm_widths": [4], "dense_widths": [4]}
    above = {
        "emulate": {"models": {"dlstm3": {"network": network}}},
        "sweeps": {"izhikevich": {"protocol": {"stimulus": {"kind": "steps", "values": [[0, 1]]}}}},
    }
    study = load_study(laid_over(DEFAULT, above | {"invert": None}))
    assert study.emulate is not None
    assert study.emulate.models["dlstm3"].network.model_dump(exclude_unset=True) == network
    assert study.emulate.models["dlstm3"].training.epochs == 60


def test_another_cell_inherits_neither_variant_nor_stimulus_nor_solver():
    design = {"kind": "grid", "vary": ["gKr"], "levels": [1.0]}
    above = {"cell": {"name": "tentusscher2004"}, "design": design}
    sweep = load_study(laid_over(DEFAULT, {"sweeps": {"hipsc": above}})).sweeps["hipsc"]
    assert sweep.cell.cell().variant == "M"
    assert sweep.protocol.stimulus is not None
    assert sweep.protocol.stimulus.kind == "pacing"
    assert sweep.rows_per_job == DEFAULT["sweeps"]["hipsc"]["rows_per_job"]
    neuron = {"cell": {"name": "mainen1996"}, "design": {"kind": "grid", "vary": ["gna_soma"], "levels": [1.0]}}
    values = laid_over(DEFAULT, {"sweeps": {"hipsc": neuron | {"protocol": {"duration_ms": 460}}}, "emulate": None})
    assert load_study(values).sweeps["hipsc"].solver.method == "backward_euler"


def test_the_same_cell_and_kind_inherit():
    above = {"sweeps": {"hipsc": {"cell": {"name": "akwaboah2021"}, "design": {"kind": "subsets", "levels": [1.0]}}}}
    sweep = load_study(laid_over(DEFAULT, above)).sweeps["hipsc"]
    assert sweep.cell.variant == "c"
    assert sweep.design.vary == DEFAULT["sweeps"]["hipsc"]["design"]["vary"]


def test_a_message_about_a_section_says_what_it_inherits_and_that_null_drops_it():
    message = refused({"sweeps": {"hipsc": {"design": {"vary": ["INa"], "range": [0, 2]}}}})
    assert "sweeps.hipsc.design: unknown key 'range'" in message
    assert "sweeps.hipsc.design inherits kind, levels from config.yaml" in message
    assert "A key that is set to null is not inherited." in message


def test_a_message_about_a_value_that_nobody_wrote_says_where_it_comes_from():
    message = refused({"sweeps": {"hipsc": {"protocol": {"duration_ms": 500}}}})
    assert "emulate.windows.samples: 12000 samples of 0.05 ms are 600 ms" in message
    message = refused({"sweeps": {"hipsc": {"cell": {"name": "tentusscher2004"}}}})
    assert "design.vary: 'INa' is unknown" in message
    assert "sweeps.hipsc inherits design, protocol, rows_per_job, voltage from config.yaml" in message


def test_a_message_about_a_value_of_the_user_s_own_says_nothing_of_inheritance():
    assert refused({"sweeps": {"hipsc": {"rows_per_job": 0}}}).endswith("greater than or equal to 1\n")


def test_null_on_the_command_line_is_null():
    assert typed({"emulate": "null", "sweeps": {"hipsc": "null", "a": {"rows_per_job": "8"}}, "list": ["null"]}) == {
        "emulate": None,
        "sweeps": {"hipsc": None, "a": {"rows_per_job": "8"}},
        "list": [None],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweeps:\n  a: {}\n  b: {}\n  a: {}\n", r"line 4: sweeps.a is there twice, first in line 2"),
        ("results: a\nresults: b\n", r"line 2: results is there twice, first in line 1"),
        ("a: [{b: 1,\n  b: 2}]\n", r"line 2: a.b is there twice, first in line 1"),
        ("a: [b\n", "cannot be read as YAML"),
    ],
)
def test_a_key_that_is_there_twice_is_refused_with_both_lines(tmp_path: Path, text: str, message: str):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(UserError, match=message):
        check_yaml(tmp_path / "mine.yaml")


def test_anchors_and_merged_keys_are_no_repetition(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("a: &one {x: 1}\nb: {<<: *one, y: 2}\nc: *one\n")
    check_yaml(tmp_path / "mine.yaml")
    for file in [ROOT / "config.yaml", *STUDIES]:
        check_yaml(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweeps: {no: {}}", "the key False of sweeps is not allowed (that is what YAML reads of no, off or false)"),
        ("sweeps: {on: {}}", "the key True of sweeps is not allowed (that is what YAML reads of yes, on or true)"),
        ("sweeps: {~: {}}", "the key None of sweeps is not allowed"),
        ("sweeps: {1: {}}", "the key 1 of sweeps is not allowed; it must be text, in quotes"),
        ("2026-01-01: {}", "is not allowed; it must be text, in quotes"),
        ("a: [{no: 1}]", "the key False of a is not allowed"),
    ],
)
def test_a_key_that_yaml_takes_for_something_else_than_text_is_refused(text: str, message: str):
    with pytest.raises(UserError) as raised:
        load_study(yaml.safe_load(text))
    assert message in str(raised.value)


@pytest.mark.parametrize("rows", ["2e3", 2000, 2000.0, "2.0e+3"])
def test_whole_numbers_may_have_an_exponent_as_others_may(rows: object):
    above = {"sweeps": {"izhikevich": {"design": {"rows": rows}}}}
    design = load_study(laid_over(DEFAULT, above)).sweeps["izhikevich"].design
    assert design.model_dump()["rows"] == 2000


@pytest.mark.parametrize("rows", ["2.5e0", "many", True, "1e400", "nan"])
def test_what_is_no_whole_number_is_refused(rows: object):
    assert "sweeps.izhikevich.design.rows: " in refused({"sweeps": {"izhikevich": {"design": {"rows": rows}}}})


def test_a_list_is_called_a_list():
    message = refused({"invert": {"izhikevich": {"traces": {"clip_mV": 5}, "scan": {"filters": 4}}}})
    assert "invert.izhikevich.traces.clip_mV: 5 is not allowed; it must be a list" in message
    assert "tuple" not in message
