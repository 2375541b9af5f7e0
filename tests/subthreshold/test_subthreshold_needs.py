"""What the jobs of the subthreshold study ask for follows from their work and is more than it was seen to take."""

from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from gbar import nets
from gbar.config.study import load_study
from gbar.subthreshold import needs

ROOT = Path(__file__).parents[2]
VALUES = yaml.safe_load((ROOT / "config.yaml").read_text())
update_config(VALUES, yaml.safe_load((ROOT / "workflow/studies/subthreshold.yaml").read_text()))
SECTION = load_study(VALUES).subthreshold
assert SECTION is not None


@pytest.mark.parametrize(
    ("model", "measured_s"), [("published", 168), ("causal", 65), ("latent", 74), ("recurrent", 418)]
)
def test_training_is_given_what_it_took_and_no_more_than_ten_times_that(model: str, measured_s: float):
    needed_s = needs.of_training(SECTION.currents, SECTION.models[model]).runtime_min() * 60
    assert measured_s < needed_s < max(10 * measured_s, 600)


def test_drawing_the_currents_is_given_what_it_took():
    assert 66 < needs.of_currents(SECTION.currents).seconds < 200


@pytest.mark.parametrize("model", SECTION.models)
def test_products_are_counted_as_weights(model: str):
    architecture = SECTION.models[model].network.model_dump(mode="json")
    assert needs._weights(SECTION.models[model]) == pytest.approx(nets.count_parameters(architecture, 1, 1), rel=0.15)
