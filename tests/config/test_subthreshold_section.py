"""The `subthreshold` section of the configuration."""

import copy
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from gbar.config.explain import checked
from gbar.config.study import load_study
from gbar.config.subthreshold import SubthresholdSection
from gbar.errors import UserError

ROOT = Path(__file__).parents[2]

NETWORK = {"name": "convfilter", "widths": [4, 4], "spans": [8, 1], "activations": ["silu", "silu"]}
STUDY = {
    "currents": {"paths": 100},
    "models": {"causal": {"network": NETWORK, "training": {"epochs": 3, "seed": 5}, "repeats": 2}},
}


def with_model(**changes: object) -> dict:
    return STUDY | {"models": {"causal": STUDY["models"]["causal"] | changes}}


def test_a_model_is_trained_with_each_of_its_seeds():
    trainings = checked(SubthresholdSection, STUDY).trainings()
    assert {name: one.training.seed for name, one in trainings.items()} == {"causal_5": 5, "causal_6": 6}


def test_a_model_of_one_seed_keeps_its_name():
    assert list(checked(SubthresholdSection, with_model(repeats=1)).trainings()) == ["causal"]


def test_dilations_left_out_are_one():
    (one, _) = checked(SubthresholdSection, STUDY).trainings().values()
    assert one.network.model_dump()["dilations"] == (1, 1)


@pytest.mark.parametrize(
    ("study", "message"),
    [
        (with_model(network=NETWORK | {"spans": [8]}), "one entry for each of the 2 widths"),
        (with_model(network=NETWORK | {"widths": 4}), "network.widths: 4 is not allowed; it must be a list"),
        (with_model(network=NETWORK | {"name": "filter"}), "network.name: 'filter' is not allowed; it must be one of"),
        (with_model(network={"width": 4}), "network.name: this key is missing"),
        (with_model(network=4), "network: 4 is not allowed; it must be a section with keys of its own"),
        (with_model(network=NETWORK | {"causal": False, "linear": 4}), "must be 0"),
        (with_model(network={"name": "grufilter", "width": 4}, penalty=0.1), "convfilter only"),
        (with_model(training={"epochs": 3, "batch_size": 96}), "at most the number of training paths, 95"),
        (STUDY | {"currents": {"paths": 100, "validation": 0.999}}, "leaves no path"),
        (STUDY | {"baselines": {"causal": {"last": 7}}}, "names must differ"),
        (STUDY | {"baselines": {"linear": {"last": 1}}}, "must not be below first"),
    ],
)
def test_a_study_that_cannot_be_is_refused(study: dict, message: str):
    with pytest.raises(UserError, match=message):
        checked(SubthresholdSection, study)


def test_a_study_may_do_without_sweeps_where_nothing_learns_from_one():
    assert load_study({"subthreshold": STUDY}).sweeps == {}
    emulate = yaml.safe_load((ROOT / "config.yaml").read_text())["emulate"]
    for values in ({"subthreshold": None}, {"subthreshold": STUDY, "emulate": emulate}):
        with pytest.raises(UserError, match=r"sweeps: \{\} is not allowed; it must have at least 1"):
            load_study(values)


def test_the_full_study_has_the_published_network_and_data_and_nothing_of_other_studies():
    values = yaml.safe_load((ROOT / "config.yaml").read_text())
    small = copy.deepcopy(values["subthreshold"]["models"]["published"])
    update_config(values, yaml.safe_load((ROOT / "workflow/studies/subthreshold.yaml").read_text()))
    study = load_study(values)
    assert study.subthreshold is not None
    assert (study.sweeps, study.emulate, study.invert) == ({}, None, {})
    currents, published = study.subthreshold.currents, study.subthreshold.models["published"]
    assert (currents.paths, currents.validation_paths, currents.test_paths) == (10_000, 500, 10)
    assert (published.training.epochs, published.training.batch_size, published.repeats) == (100, 100, 3)
    assert (published.scaled, published.penalty) == (False, 0.01)
    assert published.network.model_dump(include={"widths", "spans"}) == {
        key: tuple(small["network"][key]) for key in ("widths", "spans")
    }
