"""What CiPAORdv1.0 and the model of O'Hara et al. 2011 have beside `test_ventricular_cells`; see `ventricular`.

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

pytestmark = pytest.mark.usefixtures("double_precision")

ENDO = cells.get("ohara2011", "cipa")
ORIGINAL = cells.get("ohara2011", "original")
OF_2011 = ventricular.golden("ohara2011_original")
OF_HERG = ("IC1", "IC2", "C1", "C2", "O", "IO", "IObound", "Obound", "Cbound")
# Dofetilide at 2 nM, as the FDA fitted it (github.com/FDA/CiPA, hERG_fitting, 2017).
DOFETILIDE = {"D": 2.0, "Kmax": 35.1, "Ku": 1.816e-5, "n": 1.08, "halfmax": 216.6, "Vhalf": -1.0}


@pytest.mark.parametrize(("layer", "variant"), [(0, "original"), (1, "original_epi")])
def test_every_rate_of_the_original_is_that_of_the_file_of_2011(layer, variant):
    ours = ventricular.rates(
        cells.get("ohara2011", variant), dict(zip(OF_2011["states"], OF_2011["y"][layer].T, strict=True))
    )
    for state, theirs in zip(OF_2011["states"], OF_2011["dy"][layer].T, strict=True):
        assert np.allclose(ours[state], theirs, rtol=1e-9, atol=0), state


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
