"""CiPAORdv1.0 and the model of O'Hara et al. 2011 against files of their authors, solved by CVODES; see `ventricular`.

The beat of the original was computed in the same way from the CellML file of 2011 in its endocardial form, its rates at
random states by Myokit's own evaluator from the endocardial and the epicardial form.
"""

import jax
import numpy as np
import pytest
import ventricular

from gbar import cells
from gbar.cells import ohara2011
from gbar.solve import SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus

CIPA = ventricular.cells_of("ohara2011", ("cipa", "cipa_epi", "cipa_mid"))
ALL = ventricular.cells_of("ohara2011", ohara2011.VARIANTS)
ENDO = CIPA[0]
ORIGINAL = cells.get("ohara2011", "original")
RHS = ventricular.golden("ohara2011_cipa_rhs")
AT_1HZ = ventricular.golden("ohara2011_cipa_1hz")
OF_2011 = ventricular.golden("ohara2011_original")
OF_HERG = ("IC1", "IC2", "C1", "C2", "O", "IO", "IObound", "Obound", "Cbound")
# Dofetilide at 2 nM, as the FDA fitted it (github.com/FDA/CiPA, hERG_fitting, 2017).
DOFETILIDE = {"D": 2.0, "Kmax": 35.1, "Ku": 1.816e-5, "n": 1.08, "halfmax": 216.6, "Vhalf": -1.0}


@pytest.fixture(autouse=True, scope="module")
def _double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def found():
    return ventricular.at_golden_states(RHS, CIPA)


@pytest.mark.parametrize("state", ENDO.state_names)
def test_every_rate_is_that_of_the_authors_file_in_every_layer_with_drug_and_under_scaling(found, state):
    theirs = RHS["dy"][:, list(RHS["states"]).index(state)]
    assert np.allclose(found[0][state], theirs, rtol=1e-9, atol=0)


@pytest.mark.parametrize("current", ENDO.current_names)
def test_every_current_is_that_of_the_authors_file(found, current):
    assert np.allclose(found[1][current], ventricular.golden_current(RHS, current), rtol=1e-9, atol=0)


@pytest.mark.parametrize(("layer", "variant"), [(0, "original"), (1, "original_epi")])
def test_every_rate_of_the_original_is_that_of_the_file_of_2011(layer, variant):
    ours = ventricular.rates(
        cells.get("ohara2011", variant), dict(zip(OF_2011["states"], OF_2011["y"][layer].T, strict=True))
    )
    for state, theirs in zip(OF_2011["states"], OF_2011["dy"][layer].T, strict=True):
        assert np.allclose(ours[state], theirs, rtol=1e-9, atol=0), state


@pytest.mark.parametrize("cell", [ENDO, ORIGINAL], ids=["cipa", "original"])
def test_scaling_scales_one_current_or_flux_alone(cell):
    y = list(ventricular.random_states(cell).values())
    control = cell.currents_of(y, cell.constants({}, {}))
    assert tuple(control) == cell.current_names
    for name in control:
        scaled = cell.currents_of(y, cell.constants({name: 0.3}, {}))
        assert {n for n in control if np.any(scaled[n] != control[n])} == {name}
        assert np.allclose(scaled[name], 0.3 * control[name], rtol=1e-13, atol=0)


def test_the_layers_of_the_original_differ_as_those_of_cipa_do():
    y = list(ventricular.random_states(ORIGINAL).values())
    y_cipa = list(ventricular.random_states(ENDO).values())
    for layer in ("epi", "mid"):
        ratios = []
        for endo, states in (("original", y), ("cipa", y_cipa)):
            of = [cells.get("ohara2011", variant) for variant in (endo, f"{endo}_{layer}")]
            I = [cell.currents_of(states, cell.constants({}, {})) for cell in of]
            ratios.append({name: float(I[1][name][0] / I[0][name][0]) for name in I[0] if name != "Jup"})
        assert ratios[0] == pytest.approx(ratios[1], rel=1e-12)


@pytest.mark.parametrize("cell", ALL, ids=ohara2011.VARIANTS)
def test_no_charge_is_made_or_lost_stimulus_included(cell):
    y = ventricular.random_states(cell)
    drift, size = ventricular.charge_moved(cell, y, ventricular.rates(cell, y, stimulus=-80.0))
    assert np.all(np.abs(drift) <= 1e-12 * size)


def test_channels_are_somewhere_at_any_time_bound_or_not():
    y = ventricular.random_states(ENDO)
    f = ventricular.rates(ENDO, y, ENDO.constants({}, DOFETILIDE))
    parts = np.array([f[name] for name in OF_HERG])
    assert np.all(np.abs(parts.sum(axis=0)) <= 1e-14 * np.abs(parts).max(axis=0))


def test_what_binds_depends_on_concentration_by_the_hill_equation_and_is_nothing_without_drug():
    def kon(**changed):
        return float(ENDO.constants({}, DOFETILIDE | changed).hERG.kon)

    assert kon(D=0.0) == 0.0
    assert kon(D=2.0) == pytest.approx(35.1 * 1.816e-5 * 2**1.08 / (2**1.08 + 216.6), rel=1e-12)
    assert kon(D=216.6 ** (1 / 1.08)) == pytest.approx(35.1 * 1.816e-5 / 2, rel=1e-9)
    slope = jax.grad(lambda D: ENDO.constants({}, DOFETILIDE | {"D": D}).hERG.kon)
    assert np.isfinite(slope(0.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("Cajsr", [1.5, 1e-5], ids=["full", "empty"])
def test_rates_and_their_derivatives_are_finite_from_minus_150_to_100_mV(Cajsr, dtype):
    for cell in ALL:
        for value in ventricular.rates_and_slopes(cell, dtype, Cajsr=Cajsr):
            assert value.dtype == dtype
            assert np.all(np.isfinite(value))


@pytest.fixture(scope="module")
def paced():
    """V and Cai of 100 beats at 1 Hz: control, then the scalings of the golden file."""
    scales = dict(zip(AT_1HZ["scale_names"], AT_1HZ["scales"].T, strict=True))
    cell = cells.get("ohara2011", "cipa_1hz")
    return ventricular.beats_at_1hz(cell, scales, SolverSettings(rtol=1e-4, precision="float32"))


@pytest.mark.slow
@pytest.mark.parametrize(("row", "beat"), [(0, 1), (1, 10)])
def test_beats_of_control_are_those_of_the_authors_file(paced, row, beat):
    sampled = np.rint(AT_1HZ["t_ms"] / ventricular.EVERY_MS).astype(int)
    V, Cai = (paced[name][0, beat - 1, sampled] for name in ("V", "Cai"))
    assert np.abs(V - AT_1HZ["V_mV"][row]).max() < 0.02
    assert np.allclose(Cai, AT_1HZ["Cai_mM"][row], rtol=1e-3, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize("row", range(20))
def test_the_hundredth_beat_repolarises_as_that_of_the_authors_file_under_every_scaling(paced, row):
    sampled = np.rint(AT_1HZ["t_ms"] / ventricular.EVERY_MS).astype(int)
    for beat, apd90_ms, Ca_peak_mM in zip((99, 100), AT_1HZ["apd90_ms"][row], AT_1HZ["Ca_peak_mM"][row], strict=True):
        V, Cai = (paced[name][row, beat - 1, sampled] for name in ("V", "Cai"))
        assert ventricular.apd90_ms(AT_1HZ["t_ms"], V) == pytest.approx(apd90_ms, abs=0.05)
        assert Cai.max() == pytest.approx(Ca_peak_mM, rel=1e-3)


@pytest.mark.slow
def test_the_first_beats_of_the_original_are_those_of_the_file_of_2011():
    pulses = Stimulus(np.array([0.0, 10.0, 10.5, 1010.0, 1010.5]), np.array([0.0, -80.0, 0.0, -80.0, 0.0]))
    settings = SolverSettings(rtol=1e-5)
    solution = solve_rows(ORIGINAL, {}, {}, 2000.0, 0.1, settings, stimulus=pulses)
    sampled = np.rint(OF_2011["t_ms"] / 0.1).astype(int)
    assert np.abs(solution.traces["V"][0, sampled] - OF_2011["V_mV"]).max() < 0.05
    final = dict(zip(ORIGINAL.state_names, solution.final_state[0], strict=True))
    for name, theirs in zip(OF_2011["final_states"], OF_2011["final"], strict=True):
        assert final[name] == pytest.approx(theirs, rel=1e-3, abs=1e-6), name


def test_the_pulses_are_those_of_the_start():
    starts = {name: ventricular.default_section(cells.get("ohara2011", name).stimulus) for name in ohara2011.VARIANTS}
    assert {name: one.cycle_length_ms for name, one in starts.items() if name.startswith("cipa")} == {
        "cipa": 2000.0,
        "cipa_epi": 2000.0,
        "cipa_mid": 2000.0,
        "cipa_1hz": 1000.0,
    }
    assert {(one.first_ms, one.width_ms) for one in starts.values()} == {(0.0, 0.5)}


def test_the_two_starts_of_cipa_hold_different_charge_so_that_they_never_meet():
    def inside(cell):
        y = dict(zip(cell.state_names, map(np.float64, cell.initial), strict=True))
        return float(ventricular.charge(cell, y).sum())

    assert inside(ENDO) != pytest.approx(inside(cells.get("ohara2011", "cipa_1hz")), rel=1e-6)
