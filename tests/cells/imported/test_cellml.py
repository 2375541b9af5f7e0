"""CellML as it is found: imports of version 2.0, and initial values that the specification does not allow."""

import re
from pathlib import Path

import numpy as np
import pytest

from gbar import cells
from gbar.cells.imported import cache
from gbar.cells.imported.checking import prove
from gbar.cells.imported.model import Told
from gbar.errors import UserError

MODELS = Path(__file__).with_name("models")
CELL = (MODELS / "importing_20.cellml").read_text()
CHANNEL = (MODELS / "channel_20.cellml").read_text()
GIVEN = '<variable name="i" units="dimensionless" interface="public"/>'


def written(folder, cell=CELL, channel=CHANNEL):
    (folder / "channel_20.cellml").write_text(channel)
    path = folder / "cell.cellml"
    path.write_text(cell)
    return path


def test_components_of_cellml_2_are_imported_with_what_they_encapsulate(tmp_path):
    path = written(tmp_path)
    cell = cells.get(str(path))
    assert cell.state_names == ("V", "n")
    rates = np.hstack(cell.rates(cell.initial[:, None], cell.constants({}, {})))
    np.testing.assert_allclose(rates, [-0.5 * 0.4 * 12, 0.1 * (0.3 - 0.4)], rtol=1e-5)
    assert prove(path, Told(), cell, traced=False).agrees


def test_an_initial_value_that_an_equation_overrules_is_left_out_and_told(tmp_path):
    both = GIVEN.replace("units=", 'initial_value="3" units=')
    path = written(tmp_path, CELL, CHANNEL.replace(GIVEN, both))
    assert both in (tmp_path / "channel_20.cellml").read_text()
    cell = cells.get(str(path))
    told = "potassium.i follows from an equation; its initial value 3 is left out"
    assert told in cache.table(cell)["findings"]


def test_spaces_around_an_initial_value_do_not_matter(tmp_path):
    assert cells.get(str(written(tmp_path, CELL.replace('"-65"', '" -65 "')))).initial[0] == -65


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('href="channel_20.cellml"', 'href="gone.cellml"', "not there"),
        ('ref="channel"', 'ref="chanel"', "no component"),
    ],
)
def test_imports_of_cellml_2_that_are_not_there_are_refused(tmp_path, old, new, reason):
    assert old in CELL
    with pytest.raises(UserError, match=reason):
        cells.get(str(written(tmp_path, CELL.replace(old, new))))


def test_names_may_start_with_an_underscore(tmp_path):
    channel = re.sub(r'(?<=[>"])(n|gate|rate)(?=[<"])', r"_\1", CHANNEL)
    cell = cells.get(str(written(tmp_path, CELL, channel)))
    assert cell.state_names == ("V", "u_n")
    assert cell.parameter_defaults["u_rate"] == 0.1
