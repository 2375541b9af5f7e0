"""Designs of drugs: factors and parameters of each row, who it is, and identities that outlive what is added."""

from pathlib import Path

import numpy as np
import pytest

from gbar.config.design import DrugDesign
from gbar.config.drugs import DrugsSection
from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.drugs.labels import Labels, labels, read_labels
from gbar.drugs.rows import notes
from gbar.drugs.sampling import draw
from gbar.drugs.table import cipa
from gbar.errors import UserError
from gbar.sweeps.design import DesignTable, design_key, design_table

PROTOCOL = {"duration_ms": 1000, "save_every_ms": 1}


def mine(ic50_nM: float = 40, **others: dict) -> DrugsSection:
    """Drugs of which one is called mine."""
    drug = {"free_Cmax_nM": 10, "blocks": {"IKr": {"IC50_nM": ic50_nM}}}
    return checked(DrugsSection, {"named": {"mine": drug, **others}})


def sweep(cell: str = "ohara2011", variant: str | None = None, **design) -> SweepSection:
    kind = {"kind": "drug", "drugs": ["dofetilide"], **design}
    return checked(SweepSection, {"cell": {"name": cell, "variant": variant}, "design": kind, "protocol": PROTOCOL})


def drugs_of(section: SweepSection) -> DrugDesign:
    assert isinstance(section.design, DrugDesign)
    return section.design


def column(table: DesignTable, name: str) -> list[float]:
    return table.values[:, table.quantities.index(name)].tolist()


def test_the_control_comes_first_and_is_one_row_that_a_plain_sweep_has_too():
    table = design_table(sweep(drugs=["dofetilide", "verapamil"], doses_Cmax=[0, 1]))
    plain = {"kind": "grid", "vary": ["IKr"], "levels": [1.0]}
    cell = {"name": "ohara2011"}
    control = design_table(checked(SweepSection, {"cell": cell, "design": plain, "protocol": PROTOCOL}))
    assert len(table.ids) == 3
    assert table.ids[0] == control.ids[0]


def test_static_block_is_a_factor_on_each_current_that_the_cell_has():
    table = design_table(sweep("tentusscher2004", drugs=["verapamil"], concentrations_nM=[0.0, 202.0]))
    left = cipa()["verapamil"].left(202.0)
    assert column(table, "gKr") == pytest.approx([1, left["IKr"]])
    assert column(table, "gCaL") == pytest.approx([1, left["ICaL"]])
    assert "D" not in table.quantities


def test_a_drug_that_binds_has_parameters_in_place_of_its_static_block():
    table = design_table(sweep(doses_Cmax=[2]))
    binding = cipa()["dofetilide"].binding
    assert binding is not None
    assert "IKr" not in table.quantities
    assert column(table, "D") == [0, 4]
    assert column(table, "Kmax") == [0, binding.Kmax.value]
    assert column(table, "Ku") == [0, binding.Ku_per_ms.value]
    assert column(table, "Vhalf") == [0, binding.Vhalf_mV.value]


def test_binding_can_be_turned_off_and_a_cell_without_the_channel_has_none():
    static = design_table(sweep(doses_Cmax=[1], hERG="static"))
    original = design_table(sweep(variant="original", doses_Cmax=[1]))
    assert column(static, "IKr") == column(original, "IKr") == pytest.approx([1, cipa()["dofetilide"].left(2.0)["IKr"]])


def test_samples_are_those_that_are_drawn_of_each_drug():
    table = design_table(sweep("tentusscher2004", doses_Cmax=[1, 4], samples=3, seed=5))
    expected = draw(cipa()["dofetilide"], 3, 5)
    assert column(table, "gKr")[1:4] == pytest.approx(expected.left(2.0)["IKr"])
    assert column(table, "gKr")[4:] == pytest.approx(expected.left(8.0)["IKr"])


@pytest.mark.parametrize(
    "more",
    [
        {"drugs": ["dofetilide", "verapamil"]},
        {"drugs": ["quinidine", "dofetilide"]},
        {"doses_Cmax": [0.5, 1, 2]},
        {"concentrations_nM": [30]},
        {"samples": 5},
    ],
)
def test_rows_keep_their_identities_when_a_drug_a_dose_or_a_sample_is_added(more: dict):
    base = {"doses_Cmax": [1, 2], "samples": 3, "seed": 1}
    before, after = design_table(sweep(**base)), design_table(sweep(**base | more))
    assert set(before.ids) < set(after.ids)


def test_another_seed_draws_others_but_has_the_same_control():
    one, other = (design_table(sweep(samples=3, seed=seed)).ids for seed in (0, 1))
    assert set(one) & set(other) == {one[0]}


def test_the_key_of_a_plan_depends_on_the_numbers_of_the_drugs_in_the_design_alone():
    design = sweep(drugs=["mine"], doses_Cmax=[1])

    keys = [
        design_key(design, section.known())
        for section in (mine(40), mine(41), mine(40, other={"blocks": {"IKr": {"IC50_nM": 3}}}))
    ]
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_what_a_user_fixes_stays_so_in_rows_that_a_drug_leaves_alone():
    section = {"cell": {"name": "ohara2011", "parameters": {"Kt": 1e-4}}, "protocol": PROTOCOL}
    design = {"kind": "drug", "drugs": ["dofetilide"], "doses_Cmax": [1]}
    table = design_table(checked(SweepSection, section | {"design": design}))
    assert "Kt" not in table.quantities


def labelled(tmp_path: Path, section: SweepSection, drugs: DrugsSection | None = None) -> Labels:
    labels(section, drugs or DrugsSection(), tmp_path / "labels.csv")
    return read_labels(tmp_path / "labels.csv")


def test_labels_say_who_each_row_is_and_join_by_its_identity(tmp_path: Path):
    section = sweep(drugs=["dofetilide", "ranolazine"], doses_Cmax=[1, 4], samples=2)
    found = labelled(tmp_path, section)
    assert found.ids.tolist() == design_table(section).ids
    assert found.drug.tolist() == ["control", *["dofetilide"] * 4, *["ranolazine"] * 4]
    assert found.concentration_nM.tolist()[:5] == [0, 2, 2, 8, 8]
    assert found.dose_Cmax.tolist()[:5] == [0, 1, 1, 4, 4]
    assert found.sample.tolist()[:5] == ["", "0", "1", "0", "1"]
    assert set(zip(found.drug, found.risk, found.group, strict=True)) == {
        ("control", "", ""),
        ("dofetilide", "high", "training"),
        ("ranolazine", "low", "training"),
    }


def test_bnet_of_a_label_is_of_the_hill_equation_also_where_the_drug_binds(tmp_path: Path):
    found = labelled(tmp_path, sweep(doses_Cmax=[1]))
    left = cipa()["dofetilide"].left(2.0)
    outward = sum(1 - left[one] for one in ("IKr", "IKs", "IK1", "Ito"))
    inward = sum(1 - left[one] for one in ("INa", "INaL", "ICaL"))
    assert found.bnet == pytest.approx([0, outward - inward], abs=1e-8)


def test_samples_of_a_drug_without_uncertainty_share_a_row(tmp_path: Path):
    section = sweep(drugs=["mine"], doses_Cmax=[1], samples=10)
    found = labelled(tmp_path, section, mine())
    assert len(found.ids) == 11
    assert len(set(found.ids)) == len(design_table(section, mine().known()).ids) == 2


def test_a_design_of_another_kind_has_no_labels(tmp_path: Path):
    design = {"kind": "grid", "vary": ["IKr"], "levels": [1.0]}
    section = checked(SweepSection, {"cell": {"name": "ohara2011"}, "design": design, "protocol": PROTOCOL})
    with pytest.raises(UserError, match=r"design.kind: 'grid' has no labels"):
        labels(section, DrugsSection(), tmp_path / "labels.csv")


def test_each_member_of_a_population_is_under_each_dose(tmp_path: Path):
    table = tmp_path / "accepted.csv"
    table.write_text("id,IKr,ICaL,Ko\nm1,0.8,1.2,5.0\nm2,1.1,0.9,4.0\n")
    section = sweep(variant="original", drugs=["verapamil"], doses_Cmax=[1], population="people")
    rows = design_table(section, members=table)
    left = cipa()["verapamil"].left(81.0)
    assert column(rows, "IKr") == pytest.approx([0.8, 1.1, 0.8 * left["IKr"], 1.1 * left["IKr"]])
    assert column(rows, "ICaL") == pytest.approx([1.2, 0.9, 1.2 * left["ICaL"], 0.9 * left["ICaL"]])
    assert column(rows, "Ko") == [5, 4, 5, 4]
    labels(section, DrugsSection(), tmp_path / "labels.csv", table)
    assert read_labels(tmp_path / "labels.csv").member.tolist() == ["m1", "m2", "m1", "m2"]


def test_a_population_of_another_cell_is_refused(tmp_path: Path):
    (tmp_path / "accepted.csv").write_text("id,gKr\nm1,0.8\n")
    with pytest.raises(UserError, match="'gKr' is unknown; the population must be one of the same cell"):
        design_table(sweep(variant="original", population="people"), members=tmp_path / "accepted.csv")


def test_doses_a_thousand_times_off_and_channels_that_are_missing_are_pointed_out():
    section = sweep("tentusscher2004", concentrations_nM=[2000])
    found = list(notes(drugs_of(section), section.cell.cell(), cipa()))
    assert found == [
        "2000 nM of dofetilide is a thousand times off its therapeutic 2 nM; is it in nM?",
        "tentusscher2004 has no INaL, whose block by dofetilide is left out",
    ]
    near = sweep(doses_Cmax=[1, 100])
    assert list(notes(drugs_of(near), near.cell.cell(), cipa())) == []


def test_best_values_are_those_of_the_table():
    samples = draw(cipa()["dofetilide"], None)
    assert samples.ic50_nM["IKr"] == [13.72]
    assert samples.binding["Kmax"] == [35.1]
    assert np.shape(samples.hill["INa"]) == (1,)
