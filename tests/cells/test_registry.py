import subprocess
import sys

import pytest

from gbar import cells
from gbar.errors import UserError


def test_an_unknown_cell_or_variant_is_named_with_what_is_allowed():
    with pytest.raises(UserError, match=r"'akwaboah'.*akwaboah2021"):
        cells.get("akwaboah")
    with pytest.raises(UserError, match=r"'d'.*c, python, corrected"):
        cells.get("akwaboah2021", "d")


def test_the_default_variant_is_the_first():
    assert cells.get("akwaboah2021") == cells.get("akwaboah2021", "c")


@pytest.mark.parametrize("name", cells.names())
def test_a_cell_is_described_in_full_and_without_importing_jax(name):
    cell = cells.get(name)
    for items in (cell.states, cell.parameters, cell.currents):
        assert len({item.name for item in items}) == len(items)
    assert cell.states
    assert cell.parameters
    assert "V" in cell.state_names
    assert all(parameter.unit and parameter.meaning for parameter in cell.parameters)
    code = f"import sys; from gbar import cells, solve; cells.get({name!r}); sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", cells.names())
def test_variants_are_different_cells_to_a_cache(name):
    variants = [cells.get(name, variant) for variant in cells.get(name).variants]
    assert len(set(variants)) == len(variants)
