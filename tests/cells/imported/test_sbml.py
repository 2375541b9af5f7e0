"""Models in SBML: as far as Myokit's importer takes them they are cells; what it takes no notice of is refused."""

from pathlib import Path

import numpy as np
import pytest

from gbar import cells
from gbar.cells.imported.checking import prove
from gbar.cells.imported.model import Told
from gbar.errors import UserError

FILE = Path(__file__).with_name("models") / "potassium.xml"
MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'
SYMBOL = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/{}">{}</csymbol>'
POWER = "<ci>n</ci><cn>4</cn>"
EVENT = f"""<listOfEvents><event id="spike" useValuesFromTriggerTime="true">
<trigger initialValue="true" persistent="true"><math {MATH}><apply><gt/><ci>V</ci><cn>0</cn></apply></math></trigger>
<listOfEventAssignments><eventAssignment variable="V"><math {MATH}><cn>-65</cn></math></eventAssignment>
</listOfEventAssignments></event></listOfEvents></model>"""
ALGEBRAIC = (
    f"<algebraicRule><math {MATH}><apply><minus/><ci>n</ci><cn>1</cn></apply></math></algebraicRule></listOfRules>"
)
SPECIES = (FILE.with_name("species.xml")).read_text()


def test_a_model_in_sbml_is_a_cell():
    cell = cells.get(str(FILE))
    assert cell.state_names == ("V", "n")
    assert {cell.called("i_K"), cell.called("i_L")} == set(cell.current_names)
    assert cell.called("g_K") == cell.called("IK")
    proof = prove(FILE, Told(), cell, traced=False)
    assert (proof.rates, proof.agrees) == (12, True)
    V, n = cell.initial
    c = cell.constants({}, {})
    assert float(cell.rates(cell.initial, c)[0]) == pytest.approx(-36 * n**4 * (V + 77) - 0.3 * (V + 54.4))
    y = np.array([-55.0, 0.3])
    assert float(cell.rates(y, c)[1]) == pytest.approx(0.1 * 0.7 - 0.125 * np.exp(-10 / 80) * 0.3)  # 0/0 at -55 mV


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("</model>", EVENT, "has events"),
        ("</listOfRules>", ALGEBRAIC, "Algebraic rules are not supported"),
        (POWER, f"<apply>{SYMBOL.format('delay', 'delay')}<ci>n</ci><cn>1</cn></apply><cn>4</cn>", "csymbol"),
        (POWER, f"{SYMBOL.format('time', 't')}<cn>4</cn>", "i_K reads the time"),
    ],
)
def test_what_gbar_does_not_solve_is_refused_in_one_sentence(tmp_path, old, new, reason):
    path = tmp_path / "other.xml"
    text = FILE.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(UserError, match=reason) as refused:
        cells.get(str(path))
    assert "\n" not in str(refused.value)


def test_functions_species_and_local_parameters_are_read_as_what_they_stand_for(tmp_path):
    """V and n are species, their rates call functions; a pool is a species that a reaction uses up."""
    path = tmp_path / "species.xml"
    path.write_text(SPECIES)
    cell, plain = cells.get(str(path)), cells.get(str(FILE))
    assert set(cell.state_names) == {"V", "n", "pool_amount"}
    assert dict(zip(cell.state_names, cell.initial, strict=True)) == {"V": -65, "n": 0.3, "pool_amount": 6}
    y = {"V": np.array([-65.0, -40.0]), "n": np.array([0.3, 0.6]), "pool_amount": np.array([6.0, 3.0])}
    found = cell.rates(np.stack([y[name] for name in cell.state_names]), cell.constants({}, {}))
    expected = plain.rates(np.stack([y[name] for name in plain.state_names]), plain.constants({}, {}))
    rates = dict(zip(cell.state_names, found, strict=True))
    for name, rate in zip(plain.state_names, expected, strict=True):
        np.testing.assert_allclose(rates[name], rate, rtol=1e-6)
    np.testing.assert_allclose(rates["pool_amount"], -0.01 * y["pool_amount"], rtol=1e-6)


def test_level_2_tells_its_unit_of_time_by_the_name_of_the_unit(tmp_path):
    path = tmp_path / "seconds.xml"
    path.write_text(SPECIES.replace('kind="second" scale="-3"', 'kind="second"'))
    seconds, ms = cells.get(str(path)), tmp_path / "ms.xml"
    ms.write_text(SPECIES)
    y = seconds.initial[:, None]
    slow, fast = (np.hstack(one.rates(y, one.constants({}, {}))) for one in (seconds, cells.get(str(ms))))
    np.testing.assert_allclose(slow * 1000, fast, rtol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<ci>V</ci><cn>55</cn></apply>", "<ci>V</ci></apply>", "rise takes 2 arguments and is called with 1"),
        ("<cn>0.125</cn>", "<apply><ci>fall</ci><ci>v</ci><cn>1</cn></apply>", "functions call themselves"),
        ('id="g_L" value="0.3"', 'id="g_L"', "gives g_L neither a value nor an equation"),
    ],
)
def test_functions_and_quantities_that_say_nothing_are_refused(tmp_path, old, new, reason):
    path = tmp_path / "other.xml"
    assert old in SPECIES
    path.write_text(SPECIES.replace(old, new))
    with pytest.raises(UserError, match=reason) as refused:
        cells.get(str(path))
    assert "\n" not in str(refused.value)
