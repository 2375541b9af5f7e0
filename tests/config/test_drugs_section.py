"""Drugs in a configuration: what can be said of them, and mistakes in one sentence each."""

from pathlib import Path

import pytest

from gbar.config.explain import checked
from gbar.config.study import Study, load_study
from gbar.drugs.table import cipa
from gbar.errors import UserError

OWN = {"free_Cmax_nM": 10, "blocks": {"IKr": {"IC50_nM": 40, "IC50_range_nM": [20, 80], "correlation": -0.5}}}


def study(design: dict | None = None, cell: dict | None = None, **drugs) -> Study:
    """A study of one sweep of drugs."""
    sweep = {
        "cell": cell or {"name": "ohara2011"},
        "design": {"kind": "drug", **(design or {})},
        "protocol": {"duration_ms": 1000, "save_every_ms": 1},
    }
    return load_study({"sweeps": {"safety": sweep}, **({"drugs": drugs} if drugs else {})})


def test_without_a_section_the_drugs_are_those_of_cipa():
    assert study().drugs.known() == cipa()


def test_a_drug_that_is_named_counts_over_one_of_the_same_name():
    mine = {"free_Cmax_nM": 5, "blocks": {"ICaL": {"IC50_nM": "2e3", "h": 1.5}}}
    known = study(named={"Dofetilide": OWN, "mine": mine}).drugs.known()
    assert len(known) == 29
    assert "dofetilide" not in known
    block = known["Dofetilide"].blocks["IKr"]
    assert (block.ic50_nM.value, block.ic50_nM.low, block.ic50_nM.high, block.hill.value) == (40, 20, 80, 1)
    assert block.correlation == -0.5
    assert known["mine"].blocks["ICaL"].ic50_nM.value == 2000


def test_a_table_of_the_users_goes_with_or_without_the_shipped_ones(tmp_path: Path):
    (tmp_path / "drugs.csv").write_text("drug,free_Cmax_nM,IKr_IC50_nM\nnew,3,50\n")
    path = str(tmp_path / "drugs.csv")
    assert len(study(path=path).drugs.known()) == 29
    assert list(study(path=path, shipped=[]).drugs.known()) == ["new"]


def test_drugs_with_redferns_categories_take_the_place_of_those_of_the_same_name():
    known = study(shipped=["redfern"]).drugs.known()
    assert len(known) == 41
    assert [known[name].risk for name in ("amiodarone", "bepridil", "verapamil")] == ["high", "intermediate", "low"]
    both = study(shipped=["cipa", "redfern"]).drugs.known()
    assert len(both) == len(known.keys() | cipa().keys())
    assert both["bepridil"] == known["bepridil"] != cipa()["bepridil"]


def test_a_binding_is_said_as_a_whole_with_the_ranges_that_are_known():
    binding = {"Kmax": 35, "Ku_per_ms": 1e-5, "n": 1, "halfmax": 70, "Vhalf_mV": -1, "ranges": {"Kmax": [20, 60]}}
    found = study(named={"mine": OWN | {"binding": binding}}).drugs.known()["mine"].binding
    assert found is not None
    assert (found.Kmax.low, found.Kmax.high, found.Ku_per_ms.value, found.n.is_known) == (20, 60, 1e-5, False)


@pytest.mark.parametrize(
    ("drug", "message"),
    [
        ({"blocks": {"IKr": {"IC50_nM": 0}}}, r"drugs.named.mine.blocks.IKr.IC50_nM: 0 is not allowed; it must be gr"),
        ({"blocks": {"IKr": {"IC50_nM": -3}}}, r"IC50_nM: -3 is not allowed; it must be greater than 0"),
        (
            {"blocks": {"Ikr": {"IC50_nM": 3}}},
            r"drugs.named.mine.blocks: the channel 'Ikr' is unknown; allowed are IKr",
        ),
        ({"blocks": {"IKr": {"IC50_uM": 3}}}, r"unknown key 'IC50_uM'; did you mean 'IC50_nM'\?"),
        ({"blocks": {"IKr": {"IC50_nM": 3, "IC50_range_nM": [5, 4]}}}, r"IC50_range_nM: \[5.0, 4.0\] must rise"),
        ({"blocks": {"IKr": {"IC50_nM": 3, "correlation": 2}}}, r"correlation: 2 is not allowed; it must be less than"),
        ({"free_Cmax_nM": 3}, r"blocks: is missing; a drug needs a channel that it blocks, or a binding"),
        (
            {"binding": {"Kmax": 3, "n": 1, "halfmax": 70, "Vhalf_mV": -1}},
            r"drugs.named.mine.binding.Ku_per_ms: this key is missing",
        ),
        ({**OWN, "risk": "severe"}, r"risk: 'severe' is not allowed; it must be 'low', 'intermediate' or 'high'"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(drug: dict, message: str):
    with pytest.raises(UserError, match=message) as found:
        study(named={"mine": drug})
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (
            {"drugs": ["dofetilid"]},
            r"sweeps.safety.design: drug of the section `drugs`: 'dofetilid' is not allowed; it",
        ),
        ({"drugs": ["bepridil", "Bepridil"]}, r"design: drugs: 'bepridil' is there twice"),
        ({"drugs": "unknown"}, r"'unknown' is not allowed; it must be one of .*"),
        ({"drugs": ["mine"]}, r"the free therapeutic concentration of mine is not known"),
        ({"drugs": ["bepridil"], "doses_Cmax": [0]}, r"there is no dose of bepridil above 0"),
        (
            {"drugs": ["bepridil"], "doses_Cmax": [-1]},
            r"doses_Cmax\[0\]: -1 is not allowed; it must be greater than or",
        ),
        (
            {"drugs": ["mine"], "concentrations_nM": [5], "hERG": "dynamic"},
            r"hERG: 'dynamic' .* mine has no known bind",
        ),
        ({"concentrations_nM": {"bepridil": [5], "dofetilid": [3]}}, r"'dofetilid' is not allowed"),
        ({"samples": 0}, r"samples: 0 is not allowed"),
    ],
)
def test_a_design_that_cannot_be_is_refused_in_one_sentence(design: dict, message: str):
    with pytest.raises(UserError, match=message) as found:
        study(design, named={"mine": {"blocks": {"IKr": {"IC50_nM": 40}}}})
    assert "\n" not in str(found.value)


def test_a_cell_without_the_channel_is_told():
    only_late = {"late": {"free_Cmax_nM": 1, "blocks": {"INaL": {"IC50_nM": 40}}}}
    with pytest.raises(UserError, match="drugs: tentusscher2004 has none of the currents that late blocks"):
        study({"drugs": ["late"]}, {"name": "tentusscher2004"}, named=only_late)


def test_a_drug_cannot_be_called_as_the_rows_without_one():
    with pytest.raises(UserError, match="drugs: 'control' is not allowed; it must be another name"):
        study(named={"Control": OWN})


def test_a_table_that_cannot_be_used_is_told_only_where_drugs_are_asked_for():
    with pytest.raises(UserError, match=r"drugs.path: nowhere.csv"):
        study(path="nowhere.csv")
    checked(Study, {"drugs": {"path": "nowhere.csv"}, "subthreshold": _some_study_without_sweeps()})


@pytest.mark.parametrize(
    ("risk", "message"),
    [
        ({"sweep": "other"}, r"risk.classes.sweep: 'other' is not allowed; it must be one of safety"),
        (
            {"sweep": "safety", "marker": "Bnet", "doses_Cmax": [1, 8]},
            r"risk.classes.doses_Cmax: 8 is not allowed; it must be one of th",
        ),
        (
            {"sweep": "safety"},
            r"risk.classes.marker: 'qNet_C_per_F' is not allowed; .* sweep must have outputs: \[INet\]",
        ),
        ({"sweep": "safety", "marker": ""}, r"risk.classes.marker: '' is not allowed"),
    ],
)
def test_classes_of_risk_are_of_a_sweep_of_drugs_and_its_doses(risk: dict, message: str):
    sweep = {"cell": {"name": "ohara2011"}, "design": {"kind": "drug"}, "protocol": {"duration_ms": 1000}}
    with pytest.raises(UserError, match=message):
        load_study({"sweeps": {"safety": sweep}, "risk": {"classes": risk}})
    load_study({"sweeps": {"safety": sweep | {"outputs": ["INet"]}}, "risk": {"classes": {"sweep": "safety"}}})


def _some_study_without_sweeps() -> dict:
    network = {"name": "grufilter", "width": 2}
    return {"models": {"one": {"network": network, "training": {"epochs": 1, "batch_size": 1, "learning_rate": 0.1}}}}
