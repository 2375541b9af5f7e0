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
