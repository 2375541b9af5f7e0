"""What is understood of a file: names, units, pulses, structure."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gbar import cells
from gbar.cells.imported import cache
from gbar.cells.imported.tissue import tissue_of
from gbar.cli.options import assignments
from gbar.errors import UserError

MODELS = Path(__file__).with_name("models")


@pytest.fixture(name="traps", scope="module")
def _traps():
    return cells.get(str(MODELS / "traps.mmt"))


@pytest.fixture(name="importing", scope="module")
def _importing():
    return cells.get(str(MODELS / "importing.cellml"))


def state(cell, name):
    return next(one for one in cell.states if one.name == name)


def test_seconds_and_volts_become_ms_and_mV_and_the_pulse_the_cells_own(traps):
    assert traps.initial[0] == pytest.approx(-80)
    assert traps.states[0].unit == "mV"
    assert (traps.stimulus.unit, traps.stimulus.gain, traps.stimulus.kind) == ("pA", -2000, "pacing")
    assert dict(traps.stimulus.defaults) == {"first_ms": 20, "width_ms": 2, "cycle_length_ms": 400}


def test_errors_of_concentrations_are_absolute_below_a_tenth_of_a_micromolar(traps):
    assert state(traps, "Ca_i").kind == "concentration"
    assert state(traps, "Ca_i").floor == pytest.approx(0.1)  # the file counts in uM
    luo_rudy = cells.get(str(MODELS / "luo_rudy_1991.mmt"))
    assert state(luo_rudy, "Cai").floor == pytest.approx(1e-4)


def test_a_markov_chain_is_eliminated_as_a_block_and_gates_are_recognised(traps):
    assert [one.name for one in traps.states if one.is_core] == ["V", "Ca_i"]
    assert [state(traps, name).kind for name in ("C2", "C1", "O")] == ["buffer"] * 3
    assert {one.name for one in traps.states if one.kind == "gate"} == {"lambda_", "exp_", "c_", "ca_V"}


@pytest.mark.parametrize(
    "name", ["IKr", "i_Kr", "chain.i_Kr", "gKr", "membrane_rapid_delayed_rectifier_potassium_current"]
)
def test_a_current_goes_by_its_own_name_and_the_common_ones(traps, name):
    assert traps.called(name, parameters=False) == "IKr"


def test_conductances_scale_in_a_design_and_are_set_by_value(traps):
    assert traps.called("g_Kr") == "IKr"
    assert traps.called("g_Kr", currents=False) == "g_Kr"
    g_Kr = next(one for one in traps.parameters if one.name == "g_Kr")
    assert (g_Kr.default, g_Kr.unit, g_Kr.range) == (4.0, "nS", (0.8, 8.0))


@pytest.mark.parametrize("text", ["g_Kr=2", "gKr*0.5", "GKr*0.5", "chain.g_Kr*0.5"])
def test_a_conductance_is_set_to_a_value_or_to_so_many_times_its_own(traps, text):
    own = traps.parameter_defaults
    called = partial(traps.called, currents=False)
    assert assignments("--set", [text], list(own), traps.check_value, called, own=own) == {"g_Kr": 2.0}


def test_annotations_inside_of_variables_count(importing):
    assert importing.called("membrane.strange") == "Ileak"
    assert importing.called("membrane_leakage_current") == "Ileak"


def test_a_pulse_written_into_the_equations_becomes_the_cells_pacing(importing):
    assert (importing.stimulus.unit, importing.stimulus.gain) == ("uA/cm^2", -15)
    assert dict(importing.stimulus.defaults) == {"first_ms": 5, "width_ms": 1.5, "cycle_length_ms": 200}
    assert "stim_end" not in importing.parameter_defaults  # nothing reads what the pulse was made of


def test_a_cell_is_known_by_the_content_of_its_file_and_what_is_said_of_it(tmp_path):
    text = (MODELS / "luo_rudy_1991.mmt").read_text()
    same, other = tmp_path / "same.mmt", tmp_path / "other.mmt"
    same.write_text(text)
    other.write_text(text.replace("g_Na = 23 ", "g_Na = 24 "))
    names = [cells.get(str(path)).name.partition("@")[2] for path in (MODELS / "luo_rudy_1991.mmt", same, other)]
    assert names[0] == names[1] != names[2]
    assert cells.from_file(same, currents=(("mine", "ib.i_b"),)).current_names[-1] == "mine"
    assert cells.get(cells.get(str(same)).name).title == "Luo and Rudy 1991, guinea-pig ventricular cell"
    assert cells.get(str(same)).name in cache.names()


def test_the_file_an_import_reads_counts_as_well(tmp_path):
    for name in ("importing.cellml", "channels.cellml"):
        (tmp_path / name).write_text((MODELS / name).read_text())
    before = cells.get(str(tmp_path / "importing.cellml"))
    channels = tmp_path / "channels.cellml"
    channels.write_text(channels.read_text().replace('initial_value="36"', 'initial_value="18"'))
    after = cells.get(str(tmp_path / "importing.cellml"))
    assert before.name != after.name
    y = before.initial[:, None]
    own, halved = (one.currents_of(y, one.constants({}, {}))["i"] for one in (before, after))
    np.testing.assert_allclose(np.asarray(halved) * 2, np.asarray(own), rtol=1e-6)


def test_a_cell_without_a_stimulus_current_can_be_given_one(tmp_path):
    text = (MODELS / "luo_rudy_1991.mmt").read_text()
    path = tmp_path / "alone.mmt"
    path.write_text(text.replace("(i_ion + i_stim)", "i_ion").partition("[[protocol]]")[0])
    cell = cells.get(str(path))
    assert (cell.stimulus.unit, cell.stimulus.kind) == ("pA/pF", None)
    y, c = cell.initial[:, None], cell.constants({}, {})
    quiet, driven = (np.hstack(cell.rates(y, c, stimulus)) for stimulus in (0.0, -20.0))
    np.testing.assert_allclose(driven - quiet, [20.0, *[0.0] * 7], atol=1e-5)


def test_a_name_of_two_currents_is_refused_with_both(tmp_path):
    text = (MODELS / "luo_rudy_1991.mmt").read_text()
    path = tmp_path / "two.mmt"
    path.write_text(
        text.replace("[ib]", "[ic]\nuse membrane.V\ni_b = 0.01 * (V + 50)\n    in [uA/cm^2]\n\n[ib]").replace(
            "ikp.i_Kp + ib.i_b", "ikp.i_Kp + ib.i_b + ic.i_b"
        )
    )
    cell = cells.get(str(path))
    assert {"ib_i_b", "ic_i_b"} <= set(cell.current_names)
    with pytest.raises(UserError, match=r"'i_b'.*ib_i_b"):
        assignments("--scale", ["i_b=2"], list(cell.current_names), cell.check_value, cell.called)


def test_a_pulse_of_height_0_is_offered_and_not_applied(tmp_path):
    """The file has a stimulus, switched off: what is offered moves V by 52 mV/ms, in the file's unit."""
    text = (MODELS / "traps.mmt").read_text()
    path = tmp_path / "off.mmt"
    path.write_text(text.replace("amp = -2 [nA]", "amp = 0 [nA]"))
    cell = cells.get(str(path))
    assert (cell.stimulus.unit, cell.stimulus.kind) == ("pA", None)
    assert cell.stimulus.gain == pytest.approx(-52 * 100 * 1000)  # 100 pF; the file divides its slope by 1000


def test_a_constant_that_is_annotated_as_the_stimulus_is_told_and_can_be_made_the_height_of_a_pulse(tmp_path):
    text = (MODELS / "luo_rudy_1991.mmt").read_text().partition("[[protocol]]")[0]
    path = tmp_path / "constant.mmt"
    found = next(line for line in text.splitlines() if line.startswith("i_stim ="))
    path.write_text(text.replace(found, "i_stim = -29"))
    cell = cells.get(str(path))
    assert any("membrane.i_stim is the constant -29 and no pulse" in one for one in cache.table(cell)["findings"])
    pulsed = cells.from_file(path, stimulus="membrane.i_stim")
    assert pulsed.stimulus.gain == -29
    y = cell.initial[:, None]
    apart = np.hstack(cell.rates(y, cell.constants({}, {}))) - np.hstack(pulsed.rates(y, pulsed.constants({}, {})))
    np.testing.assert_allclose(apart, [29.0, *[0.0] * 7], atol=1e-5)


def test_the_total_current_is_no_current_of_its_own(tmp_path):
    """A file may have a name for the whole slope of V: what it adds up are the currents."""
    text = (MODELS / "luo_rudy_1991.mmt").read_text()
    slope = next(line for line in text.splitlines() if line.startswith("dot(V) ="))
    path = tmp_path / "slope.mmt"
    path.write_text(text.replace(slope, f"dV_dt = {slope.partition('=')[2]}\ndot(V) = dV_dt"))
    assert cells.get(str(path)).current_names == cells.get(str(MODELS / "luo_rudy_1991.mmt")).current_names


@pytest.mark.parametrize(
    ("names", "tissue"),
    [
        (("hodgkin-1952", ""), "neuron"),
        (("my_model", "Squid giant axon"), "neuron"),
        (("zhang_SAN_model_2000", ""), "nodal"),
        (("fabbri-2017", "Human sinoatrial node cell"), "nodal"),
        (("sandhu-2010", "Ventricular cell"), "cardiac"),
    ],
)
def test_beats_are_told_as_those_of_a_neuron_or_a_node_where_the_names_say_so(names, tissue):
    assert tissue_of(*names) == tissue


def test_a_cell_of_very_many_states_is_told_to_compile_for_minutes(tmp_path, capsys):
    """A membrane with a gate, and 98 gates that nothing reads."""
    initial = "\n".join(f"m.x{k} = 0.5" for k in range(99))
    gates = "\n".join(f"dot(x{k}) = {k + 1} * (0.5 - x{k})" for k in range(99))
    path = tmp_path / "long.mmt"
    path.write_text(
        f"[[model]]\nm.V = -80\n{initial}\n[m]\nt = 0 [ms] in [ms] bind time\ng = 0.1\n"
        f"dot(V) = -g * x0 * (V + 60)\n    in [mV]\n{gates}\n"
    )
    cell = cells.get(str(path))
    assert "100 states: the first solve compiles them for minutes" in capsys.readouterr().err
    assert any("compiles them for minutes" in one for one in cache.table(cell)["findings"])
