"""The cell against the derivatives and currents of an independent reading of the authors' C program.

The vectors are dy/dt and the currents at the initial state of variant c, printed with 11 and 9 digits.
"""

import jax
import numpy as np
import pytest

from gbar import cells

pytestmark = pytest.mark.usefixtures("double_precision")

RATES = {
    "V": 4.6639646793e-02,
    "m": 3.4165163594e-04,
    "h": -1.7009652454e-03,
    "j": -1.2918663646e-03,
    "Nai": 2.7255964187e-04,
    "Ki": 2.4905017582e-04,
    "xtof": 1.6655284080e-05,
    "ytof": -3.6898520574e-05,
    "xtos": 1.6644089369e-05,
    "ytos": 6.5182006594e-04,
    "paF": 9.1908050631e-06,
    "paS": -2.4821863290e-04,
    "pi": -3.7255443430e-04,
    "y": 8.6681113742e-05,
    "d": 2.4422930234e-07,
    "f": 4.6453152270e-05,
    "fCa": 2.4324819995e-05,
    "fTC": -4.9024182718e-06,
    "fTMC": -3.1082394344e-05,
    "fTMM": 2.7463791097e-05,
    "fCMi": -9.4048083870e-06,
    "fCMs": -9.1480049950e-06,
    "fCQ": 2.7310335869e-06,
    "Cai": -2.6214857613e-08,
    "Casub": -2.9199133302e-08,
    "Caup": -6.6088777315e-05,
    "Carel": 2.3930707187e-06,
    "xs": -9.1648541274e-05,
    "ua": 1.0129835570e-04,
    "ui": 1.0686558197e-05,
}
CURRENTS = {
    "INa": -0.108455668,
    "Ito": 0.00140217142,
    "IKr": 0.00886085805,
    "If": -0.349247158,
    "ICaL": -0.00252573247,
    "IKur": 3.75497046e-07,
    "IKs": -0.000118486883,
    "INaK": 0.354698311,
    "INaCa": -0.280554421,
    "IK1": 0.223483796,
    "IKACh": 0.0576813075,
    "IbNa": -0.148826771,
    "IbCa": -0.251990363,
    "IpCa": 0.448952134,
}


def at(variant="c", scale=None, parameter=None, **state):
    """Return rates and currents of a variant at the initial state of variant c, but for the states given."""
    cell = cells.get("akwaboah2021", variant)
    y = dict(zip(cell.state_names, cells.get("akwaboah2021", "c").initial, strict=True)) | state
    c = cell.constants(scale or {}, parameter or {})
    values = [np.asarray(v) for v in y.values()]
    rates = dict(zip(cell.state_names, map(float, cell.rates(values, c)), strict=True))
    return rates, {name: float(I) for name, I in cell.currents_of(values, c).items()}


@pytest.mark.parametrize("state", RATES)
def test_every_rate_is_that_of_the_authors_program(state):
    assert at()[0][state] == pytest.approx(RATES[state], rel=1e-9, abs=0)


@pytest.mark.parametrize("current", CURRENTS)
def test_every_current_is_that_of_the_authors_program(current):
    half_a_digit = 0.5 * 10.0 ** (np.floor(np.log10(abs(CURRENTS[current]))) - 8)
    assert abs(at()[1][current] - CURRENTS[current]) <= half_a_digit + 1e-9 * abs(CURRENTS[current])


def test_scaling_a_current_scales_that_current_alone():
    control = at()[1]
    for name in control:
        scaled = at(scale={name: 2.0})[1]
        assert {n for n in control if scaled[n] != control[n]} == {name}
        assert scaled[name] == pytest.approx(2 * control[name], rel=1e-14)


def test_the_voltage_follows_the_sum_of_the_currents_and_the_stimulus():
    cell = cells.get("akwaboah2021")
    rates, currents = at()
    assert rates["V"] == pytest.approx(-sum(currents.values()), rel=1e-10)
    paced = float(cell.rates(list(cell.initial), cell.constants({}, {}), -50.0)[0])
    assert paced == pytest.approx(rates["V"] + 50.0, rel=1e-12)


def test_only_variant_c_stops_the_funny_current_from_flowing_outward():
    assert at("c", V=0.0)[1]["If"] == 0.0
    assert at("corrected", V=0.0)[1]["If"] > 0.0


def test_the_pump_depends_on_outer_sodium_through_sigma_except_in_variant_c():
    ratio = {v: at(v, parameter={"Nao": 70.0})[1]["INaK"] / at(v)[1]["INaK"] for v in ("c", "python")}
    assert ratio["c"] == 1.0
    assert ratio["python"] > 1.001


def test_the_calcium_balances_of_the_variants_differ_by_the_capacitance_factor():
    same = {"Prel": 10.0, "Pup": 0.005, "tau_tr": 60.0, "Vcell": 3500.0}
    c, corrected = at("c", parameter=same)[0], at("corrected", parameter=same)[0]
    for state in ("Cai", "Caup", "Carel"):
        assert c[state] == pytest.approx(100 * corrected[state], rel=1e-9)


def test_the_variants_have_the_conductances_of_their_sources():
    c, python, corrected = (at(v)[1] for v in ("c", "python", "corrected"))
    assert python["Ito"] / c["Ito"] == pytest.approx(0.75 / 0.6375)
    assert python["If"] / c["If"] == pytest.approx(0.91 / 0.85)
    assert python["INaCa"] / c["INaCa"] == pytest.approx(1 / 16.2)
    assert corrected["INaCa"] == c["INaCa"]
    assert cells.get("akwaboah2021", "python").parameter_defaults["Vcell"] == 20100.0


def test_the_removable_singularities_are_removed_and_differentiable():
    cell = cells.get("akwaboah2021")
    c = cell.constants({}, {})
    for V in (-47.13, -35.0, 0.0, 5.0, 19.9, 0.09457633):
        with_V = cell.initial
        with_V[0] = V
        here = np.array(cell.rates(list(with_V), c), float)
        with_V[0] = V + 1e-7
        beside = np.array(cell.rates(list(with_V), c), float)
        assert np.allclose(here, beside, rtol=1e-5, atol=1e-9)
        slope = jax.jacfwd(lambda v, y=with_V: jax.numpy.stack(cell.rates([v, *y[1:]], c)))(V)
        assert np.all(np.isfinite(slope))


@pytest.mark.parametrize("variant", ["python", "corrected"])
def test_calcium_only_moves_within_a_cell_whose_membrane_it_cannot_cross(variant):
    """Variant c does not conserve calcium: Cm multiplies its whole balances, buffers and all."""
    closed = dict.fromkeys(("ICaL", "INaCa", "IbCa", "IpCa"), 0.0)
    rates, _ = at(variant, scale=closed, Cai=5e-4, Casub=2e-3, Caup=0.7, Carel=0.3, fCMi=0.2)
    Vcell = {parameter.name: parameter.default for parameter in cells.get("akwaboah2021", variant).parameters}["Vcell"]
    Vsub, Vup, Vrel = 0.01 * Vcell, 0.0116 * Vcell, 0.0012 * Vcell
    Vi = 0.46 * (Vcell - Vsub)
    parts = [
        Vi * rates["Cai"],
        Vi * (0.045 * rates["fCMi"] + 0.031 * rates["fTC"] + 0.062 * rates["fTMC"]),
        Vsub * (rates["Casub"] + 0.045 * rates["fCMs"]),
        Vup * rates["Caup"],
        Vrel * (rates["Carel"] + 10.0 * rates["fCQ"]),
    ]
    assert min(map(abs, parts)) > 0
    assert abs(sum(parts)) < 1e-12 * max(map(abs, parts))
