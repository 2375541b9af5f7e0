"""Tables of drugs: what ships, what a laboratory writes, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from gbar.drugs.table import cipa, drug_called, read_drugs
from gbar.errors import UserError


def written(folder: Path, text: str) -> Path:
    (folder / "drugs.csv").write_text(text)
    return folder / "drugs.csv"


def test_the_drugs_of_cipa_are_28_with_their_published_risk():
    drugs = cipa()
    assert len(drugs) == 28
    counts = {(group, risk): 0 for group in ("training", "validation") for risk in ("high", "intermediate", "low")}
    for drug in drugs.values():
        counts[drug.group, drug.risk] += 1
    assert list(counts.values()) == [4, 4, 4, 4, 7, 5]


def test_numbers_are_those_of_the_source():
    dofetilide = cipa()["dofetilide"]
    assert dofetilide.free_cmax_nM == 2
    block = dofetilide.blocks["IKr"]
    assert (block.ic50_nM.value, block.ic50_nM.low, block.ic50_nM.high) == (13.72, 9.49597, 21.3507)
    assert dofetilide.binding is not None
    assert (dofetilide.binding.Kmax.value, dofetilide.binding.Vhalf_mV.value) == (35.1, -1)
    assert "Ito" not in cipa()["risperidone"].blocks  # not measured


def test_a_short_table_is_enough(tmp_path: Path):
    drugs = read_drugs(written(tmp_path, "drug;free_Cmax_nM;IKr_IC50_nM;ICaL_IC50_nM\nnew;12,5;40;\nother;;7;80\n"))
    new, other = drugs.values()
    assert new.free_cmax_nM == 12.5
    assert list(new.blocks) == ["IKr"]
    assert new.blocks["IKr"].hill.value == 1
    assert np.isnan(other.free_cmax_nM)
    assert not new.blocks["IKr"].ic50_nM.is_known


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drug,IKr_IC50_nM\na,0\n", r"line 2: IKr_IC50_nM: '0' is not allowed; it must be a number above 0; empty"),
        ("drug,IKr_IC50_nM\na,-3\n", r"line 2: IKr_IC50_nM: '-3' is not allowed"),
        ("drug,IKr_IC50_nM\na,low\n", r"line 2: IKr_IC50_nM: 'low' is not allowed; it must be a number"),
        ("drug,Ikr_IC50_nM\na,3\n", r"column: 'Ikr_IC50_nM' is not allowed.*IKr_IC50_nM"),
        ("drug,IKr_IC50_uM\na,3\n", r"column: 'IKr_IC50_uM' is not allowed.*IKr_IC50_nM"),
        ("name,IKr_IC50_nM\na,3\n", r"column: 'name' is not allowed"),
        ("IKr_IC50_nM\n3\n", r"the column 'drug' is missing"),
        ("drug,IKr_IC50_nM\na,3\na,4\n", r"line 3: a stands in the table twice"),
        ("drug,IKr_IC50_nM\n,3\n", r"line 2: the drug has no name"),
        ("drug,IKr_IC50_nM\n", r"there is no drug in it"),
        ("drug,risk\na,severe\n", r"line 2: risk: 'severe' is not allowed; it must be low, intermediate or high"),
        (
            "drug,binding_Kmax\na,3\n",
            r"line 2: binding_Ku_per_ms: '' is not allowed; it must be a number, as the others",
        ),
        (
            "drug,IKr_IC50_nM,IKr_IC50_low_nM,IKr_IC50_high_nM\na,3,5,4\n",
            r"line 2: IKr_IC50_low_nM: '5' is not allowed; it must be at most 4",
        ),
        (
            "drug,IKr_IC50_nM,IKr_correlation\na,3,2\n",
            r"IKr_correlation: '2' is not allowed; it must be a number from -1",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_line_and_column(tmp_path: Path, text: str, message: str):
    with pytest.raises(UserError, match=message):
        read_drugs(written(tmp_path, text))


def test_a_drug_is_found_in_letters_of_any_case_and_near_names_are_told():
    assert drug_called("Dofetilide", cipa(), "the table").name == "dofetilide"
    with pytest.raises(UserError, match=r"'dofetilid' is not allowed.*dofetilide"):
        drug_called("dofetilid", cipa(), "the table")
