"""Cells of files against Myokit's own evaluator of the same files; models/ were written for these tests."""

from pathlib import Path

import numpy as np
import pytest

from gbar import cells
from gbar.cells.imported import cache
from gbar.cells.imported.checking import prove
from gbar.cells.imported.model import Told
from gbar.solve.derivative import sparse_jacobian

pytestmark = pytest.mark.usefixtures("double_precision")

MODELS = Path(__file__).with_name("models")
FILES = ["luo_rudy_1991.mmt", "traps.mmt", "importing.cellml", "poles.mmt"]


@pytest.fixture(name="file", params=FILES)
def _file(request):
    return MODELS / request.param


def exported(folder: Path, version: str) -> Path:
    """Write a model of these tests as CellML, by Myokit."""
    import myokit.formats

    model, protocol, _ = myokit.load(str(MODELS / "luo_rudy_1991.mmt"))
    path = folder / f"as_{version.replace('.', '_')}.cellml"
    myokit.formats.exporter("cellml").model(str(path), model, protocol, version=version)
    return path


def test_rates_are_those_of_the_tool_the_file_came_from(file):
    cell = cells.get(str(file))
    proof = prove(file, Told(), cell, traced=False)
    assert proof.rates == 6 * len(cell.states)
    assert proof.worst < 1e-12
    assert proof.agrees


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_versions_of_cellml_are_the_same_cell(tmp_path, version):
    path = exported(tmp_path, version)
    cell, written = cells.get(str(path)), cells.get(str(MODELS / "luo_rudy_1991.mmt"))
    assert prove(path, Told(), cell, traced=False).worst < 1e-12
    assert {one.name for one in cell.currents} == {one.name for one in written.currents}
    np.testing.assert_allclose(cell.stimulus.gain, written.stimulus.gain)
    assert dict(cell.stimulus.defaults) == pytest.approx(dict(written.stimulus.defaults))


def test_the_written_jacobian_is_the_one_of_differentiation(file):
    cell = cells.get(str(file))
    c = cell.constants({}, {})
    y = cell.initial[:, None] * np.random.default_rng(1).uniform(0.95, 1.05, (len(cell.states), 16)) + 1e-4
    y[0] = np.linspace(-80.3, 40.2, 16)
    rates, entries = cell.linearised(y, c)
    expected, of_jax = sparse_jacobian(lambda *y: [x + 0 * y[0] for x in cell.rates(y, c)], list(y))
    for ours, theirs in zip(rates, expected, strict=True):
        np.testing.assert_allclose(np.broadcast_to(ours, 16), theirs, rtol=1e-10, atol=1e-13)
    for key, value in of_jax.items():
        size = np.abs(value).max() + 1e-12
        np.testing.assert_allclose(np.broadcast_to(entries.get(key, 0.0), 16) / size, value / size, atol=1e-9)


def test_scaling_multiplies_a_current_and_what_depends_on_it(file):
    cell = cells.get(str(file))
    y = cell.initial[:, None]
    for current in cell.current_names:
        own, halved = (cell.currents_of(y, cell.constants({current: s}, {}))[current] for s in (1.0, 0.5))
        np.testing.assert_allclose(halved, 0.5 * np.asarray(own), rtol=1e-12)


def test_a_conductance_set_to_half_is_a_current_scaled_to_half(file):
    cell = cells.get(str(file))
    y = cell.initial[:, None]
    recognised = [one for one in cell.parameters if "conductance of" in one.meaning]
    assert recognised
    for parameter in recognised:
        current = cell.called(parameter.also[0], parameters=False)
        scaled, was_set = (
            cell.rates(y, cell.constants(*given))
            for given in (({current: 0.5}, {}), ({}, {parameter.name: parameter.default / 2}))
        )
        np.testing.assert_allclose(np.hstack(scaled), np.hstack(was_set), rtol=1e-11)


def test_the_equations_are_text_a_person_can_read(file):
    text = cache.text_of(cells.get(str(file)))
    assert text.startswith('"""The equations of')
    assert "def constants(scale, parameter, tuning):" in text
    assert "def currents(y, c):" in text
    assert "def rates(y, c, stimulus=0.0):" in text
