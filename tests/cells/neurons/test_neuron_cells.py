"""A neuron of files is a cell like any: named, scaled, swept, told apart by its files, and refused in one sentence."""

import shutil
from pathlib import Path

import neuron_files
import numpy as np
import pytest
from neuron_files import MODELS, files, neuron, said, section

from gbar import cells
from gbar.cells.cell import Cell
from gbar.config.explain import checked
from gbar.config.simulation import CellSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.solve import SolverSettings, solve_rows
from gbar.sweeps.design import design_key, design_table
from gbar.sweeps.solved import solve_values

SOME_MS = 40.0


def solved(cell: Cell, scales=None, parameters=None, duration_ms=SOME_MS, **settings):
    stimulus, _ = neuron_files.current_nA()
    solution = solve_rows(
        cell, scales or {}, parameters or {}, duration_ms, 0.1, SolverSettings(**settings), stimulus=stimulus,
        dtype=np.float64,
    )  # fmt: skip
    return solution.traces["V"]


def small(**changed):
    """A neuron that compiles in no time."""
    plain = {"mechanisms": {"all": ["pas"], "soma": ["hh"]}, "parameters": {"g_pas": 1e-4}}
    return said("three_points", **(plain | changed))


def small_cell(**changed) -> Cell:
    return checked(CellSection, small(**changed)).cell()


def sweep(vary, cell=None, **changed):
    design = {"kind": "sobol", "vary": vary, "range": [0.5, 2], "rows": 4, "seed": 1} | changed
    return checked(SweepSection, {"cell": cell or small(), "design": design, "protocol": {"duration_ms": 20}})


def test_the_soma_does_what_it_does_in_neuron():
    """V at 25, 50, 75, 100 and 125 ms by NEURON 9.0.2 with its own Import3d, d_lambda, and fixed steps of 0.025 ms."""
    golden = [-82.97267, -67.97934, -83.95252, -62.04201, -87.53727]
    V = solved(neuron(), duration_ms=130.0)[0]
    np.testing.assert_allclose(V[[250, 500, 750, 1000, 1250]], golden, atol=1e-3)


def test_quantities_have_neurons_names_and_conductances_one_for_each_region():
    cell = neuron()
    default = cell.parameter_defaults
    assert default["gbar_nat_soma"] == default["gbar_nat_axon"] == 0.06
    assert (default["cm"], default["cm_dend"], default["Ra"], default["celsius"]) == (1, 1.3, 120, 30)
    assert default["q10_nat"] == 2.3
    assert "cm_soma" not in default
    scaled = {
        "gnat",
        "gnat_soma",
        "gnat_apic",
        "gkdr_dend",
        "gkca_soma",
        "gcal",
        "gpas",
        "gnap_gbar_soma",
        "gnap_gleak_soma",
    }
    assert scaled <= set(cell.current_names)
    assert cell.called("gna_soma") == "gnat_soma"  # by the name of the file


def test_a_reversal_potential_is_a_parameter_where_no_mechanism_uses_concentrations():
    names = neuron().parameter_defaults
    assert {"ena", "ek", "eother", "cai", "cao"} <= set(names)
    assert "eca" not in names  # no mechanism reads it


def test_a_scaling_does_what_setting_the_conductance_does():
    cell = small_cell()
    by_scale = solved(cell, {"ghh_na_soma": np.array([0.8])})
    by_value = solved(cell, {}, {"gnabar_hh_soma": np.array([0.8 * 0.12])})
    np.testing.assert_allclose(by_scale, by_value, atol=1e-9)
    everywhere = solved(cell, {"gpas": np.array([2.0])})
    each = solved(cell, {f"gpas_{region}": np.array([2.0]) for region in ("soma", "dend", "axon")})
    np.testing.assert_allclose(everywhere, each, atol=1e-9)
    assert np.abs(everywhere - solved(cell)).max() > 0.1


def test_rows_of_their_own_values_are_what_each_is_alone():
    cell = small_cell()
    values = {"Ra": np.array([50.0, 200.0]), "g_pas_dend": np.array([1e-4, 3e-4]), "celsius": np.array([6.3, 12.0])}
    together = solved(cell, {}, values)
    for row in range(2):
        alone = solved(cell, {}, {name: value[row : row + 1] for name, value in values.items()})
        np.testing.assert_allclose(together[row], alone[0], atol=1e-9)


def test_a_region_can_be_given_a_value_of_its_own():
    cell = small_cell(parameters={"g_pas": 1e-4, "Ra": 100, "Ra_axon": 300, "e_pas_dend": -60})
    assert (
        cell.parameter_defaults | {"Ra": 100, "Ra_axon": 300, "e_pas": -70, "e_pas_dend": -60}
        == cell.parameter_defaults
    )


def test_single_precision_is_as_good_as_it_can_be():
    cell = neuron("three_points")
    double, single = (solved(cell, precision=one) for one in ("float64", "float32"))
    assert np.sqrt(np.mean((double - single) ** 2)) < 0.02


def test_a_step_of_second_order_is_right_where_one_of_first_is_not():
    """Against steps of a tenth of the length."""
    first, second = small_cell(), small_cell(second_order=True)
    exact = solved(second, dt_ms=0.0025)
    errors = [np.abs(solved(cell, dt_ms=0.025) - exact).max() for cell in (first, second)]
    assert errors[1] < errors[0] / 20


def test_a_neuron_stands_in_a_file_of_its_own_as_well(tmp_path):
    for name in ("three_points.swc", "kdr.mod"):
        shutil.copy(MODELS / name, tmp_path)
    file = tmp_path / "mine.yaml"
    file.write_text(
        "morphology: three_points.swc\nmechanisms: {all: [pas], soma: [hh, kdr.mod]}\nparameters: {Ra: 90}\n"
    )
    cell = cells.get(str(file))
    assert cell is cells.get(cell.name)
    inline = {"all": ["pas"], "soma": ["hh", *files(["kdr"])]}
    assert section("three_points", mechanisms=inline, parameters={"Ra": 90}).cell().name == cell.name
    assert checked(CellSection, {"file": str(file)}).files() == (
        str(file), str(tmp_path / "three_points.swc"), str(tmp_path / "kdr.mod"),
    )  # fmt: skip


def test_the_reference_names_every_file_with_its_digest():
    reference = neuron().reference
    for name in ("one_point.swc", "na.mod", "kdr.mod", "pool.mod", "pas.mod"):
        assert f"{name} (SHA-256 " in reference


def test_a_sweep_scales_sets_and_knows_its_rows(tmp_path):
    mod = tmp_path / "kdr.mod"
    shutil.copy(MODELS / "kdr.mod", mod)
    cell = small() | {"mechanisms": {"all": ["pas"], "soma": ["hh", str(mod)]}}
    before = sweep(["gkdr_soma", "ghh_na_soma"], cell)
    rows, key = design_table(before), design_key(before)
    solution = solve_values(before, dict(zip(rows.quantities, rows.values.T, strict=True)), [0] * len(rows.values))
    assert solution.V.shape[0] == 4
    assert np.isfinite(solution.V).all()
    mod.write_text(mod.read_text().replace("a0 = 0.02", "a0 = 0.03"))
    after = sweep(["gkdr_soma", "ghh_na_soma"], cell)
    assert not set(design_table(after).ids) & set(rows.ids)
    assert design_key(after) != key


def test_compartments_are_as_many_as_the_user_says():
    count = [len(small_cell(compartments=rule).tuning.tree.compartments) for rule in ({"each": 5}, {"longest_um": 10})]
    assert count == [25, 113]
    assert len(small_cell().tuning.tree.compartments) == 15


def test_a_large_tree_is_solved_in_a_loop():
    """The program does not grow with the tree: it has the same operations for 15 compartments and for 300."""
    import jax

    from gbar.cells.neurons import step

    sizes = []
    for each in (3, 60):
        cell = small_cell(compartments={"each": each})
        with jax.enable_x64(True):
            c = cell.constants({}, {})
            program = jax.make_jaxpr(lambda y, cell=cell, c=c: cell.step(y, y, c, 0.1, 0.025))(step.initial(c))
        sizes.append(len(program.jaxpr.eqns))
    assert len(cell.tuning.tree.compartments) == 300
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"morphology": "nowhere.swc"}, r"nowhere\.swc' cannot be read"),
        ({"mechanisms": {"some": ["pas"]}}, r"'some' is not allowed; the tree of .* has soma, dend, axon"),
        ({"mechanisms": {"soma": ["calcium"]}}, r"'calcium' is not allowed; it must be a \.mod file or one of hh, pas"),
        ({"mechanisms": {"soma": [str(MODELS / "nat.mod")]}}, r"nat\.mod' is not there; beside it are .*na\.mod"),
        ({"mechanisms": {}}, "needs mechanisms"),
        ({"parameters": {"g_pass": 1}}, "'g_pass' is unknown; allowed are .*g_pas"),
        ({"parameters": {"gnabar_hh_dend": 1}}, "'gnabar_hh_dend' is unknown"),
        ({"parameters": {"cm": 0}}, r"parameters\.cm: 0\.0 is not allowed"),
        ({"compartments": {"each": 2, "d_lambda": 0.2}}, "exclude each other"),
        ({"compartments": {"longest_um": 0.001}}, "cell.compartments.*at most 10000"),
        ({"name": "mainen1996"}, "name: 'mainen1996' is not allowed for a neuron of files"),
        ({"voltage": "m.V"}, "voltage: 'm.V' is not allowed for a neuron of files"),
    ],
)
def test_what_makes_no_neuron_is_refused_in_one_sentence(changed, reason):
    with pytest.raises(UserError, match=reason) as error:
        checked(CellSection, small() | changed)
    assert "\n" not in str(error.value)


def test_a_type_of_points_without_a_name_is_a_region_only_if_the_user_says_so(tmp_path):
    tree = tmp_path / "tree.swc"
    tree.write_text((MODELS / "three_points.swc").read_text().replace("9 2 0 -10", "9 7 0 -10").replace("10 2", "10 7"))
    with pytest.raises(UserError, match=r"line 10: the type 7 is not known .* dend_7, under mechanisms"):
        checked(CellSection, small() | {"morphology": str(tree)})
    cell = checked(CellSection, small() | {"morphology": str(tree), "mechanisms": {"all": ["pas"], "dend_7": ["hh"]}})
    assert "gkbar_hh_dend_7" in cell.cell().parameter_defaults


def test_parts_of_a_neuron_are_no_cell():
    for name in ("three_points.swc", "kdr.mod"):
        with pytest.raises(UserError, match="is a part of a neuron"):
            cells.get(str(MODELS / name))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "cannot be read as YAML"),
        ("morphology", "is no neuron"),
        ("morphology: x.swc\nmechanisms: {soma: hh}", "mechanisms.soma"),
        ("morphology: x.swc\nmechanism: {soma: [hh]}", "unknown key 'mechanism'; did you mean 'mechanisms'"),
    ],
)
def test_a_file_that_says_no_neuron_is_refused_in_one_sentence(tmp_path, text, reason):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=reason) as error:
        cells.get(str(path))
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_mechanisms_that_do_not_go_together_are_refused(tmp_path):
    other, odd = tmp_path / "other.mod", tmp_path / "odd.mod"
    other.write_text((MODELS / "pool.mod").read_text().replace("SUFFIX pool", "SUFFIX pond"))
    odd.write_text((MODELS / "kdr.mod").read_text().replace("WRITE ik", "WRITE ik VALENCE 2").replace("kdr", "kodd"))
    for mods, reason in (
        ([*files(["pool", "cal"]), str(other)], r"pool\.mod and .*other\.mod both change cai in soma"),
        ([*files(["kdr"]), str(odd)], r"the ion k has the valence 1 in .*kdr\.mod and 2 in .*odd\.mod"),
        ([*files(["kdr"]), str(Path(shutil.copy(MODELS / "kdr.mod", tmp_path)))], "both have the SUFFIX kdr"),
    ):
        with pytest.raises(UserError, match=reason):
            checked(CellSection, small() | {"mechanisms": {"soma": mods}})


def test_a_name_that_is_a_neurons_of_another_machine_is_explained():
    with pytest.raises(UserError, match="has not been compiled here"):
        cells.get("cell@0123456789ab")
