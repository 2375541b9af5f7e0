"""Rates and their derivatives have values at every voltage, in both precisions, however the file spells quotients."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from gbar import cells
from gbar.cells.imported import cache
from gbar.cells.imported.values import linear_over_exp as exact
from gbar.cells.rational import linear_over_exp, slope_of_linear_over_exp
from gbar.solve import solve_rows
from gbar.solve.driving import constants_in

MODELS = Path(__file__).with_name("models")
BACK = (5.3938339945e-07, 5.8685672991e-12, 1.1117521006e-15)  # at -80, -120 and -150 mV
V_MV = np.arange(-150, 100.5, 0.5)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("file", ["luo_rudy_1991.mmt", "traps.mmt", "importing.cellml", "poles.mmt"])
def test_rates_and_derivatives_are_finite_at_every_voltage(file, precision):
    cell = cells.get(str(MODELS / file))
    with jax.enable_x64(True):
        y = np.repeat(cell.initial[:, None], len(V_MV), axis=1)
        y[0] = V_MV
        y = jnp.asarray(y, precision)
        c = constants_in(precision, cell.constants({name: jnp.ones(len(V_MV)) for name in cell.current_names}, {}))
        rates, entries = cell.linearised(y, c)
        currents = cell.currents_of(y, c)
    for value in [*rates, *entries.values(), *currents.values()]:
        assert jnp.asarray(value).dtype == precision or jnp.ndim(value) == 0
        assert np.isfinite(np.asarray(value)).all()


@pytest.mark.parametrize(
    ("file", "at_mV"),
    [("luo_rudy_1991.mmt", (-47.13, -77.0)), ("traps.mmt", (-40.0, -30.0, -20.0, 0.0)), ("importing.cellml", (-55.0,))],
)
def test_rates_are_smooth_where_the_quotients_are_0_over_0(file, at_mV):
    cell = cells.get(str(MODELS / file))
    c = cell.constants({}, {})
    with jax.enable_x64(True):
        for V in at_mV:
            y = np.repeat(cell.initial[:, None], 3, axis=1)
            y[0] = V + np.array([-1e-7, 0.0, 1e-7])
            for rate in cell.rates(y, c):
                rate = np.broadcast_to(rate, 3)
                # 0.6089 stands in the paper for the limit at -77 mV
                np.testing.assert_allclose(rate, rate[0], rtol=1e-4, atol=1e-8)


def test_x_over_exp_x_minus_1_and_its_slope_are_right_near_0_in_both_precisions():
    x = np.concatenate([-np.logspace(1.5, -9, 200), [0.0], np.logspace(-9, 1.5, 200)])
    with jax.enable_x64(True):
        np.testing.assert_allclose(linear_over_exp(jnp.asarray(x)), exact(x), rtol=1e-13)
        h = 1e-4
        slope = (exact(x - 2 * h) - 8 * exact(x - h) + 8 * exact(x + h) - exact(x + 2 * h)) / (12 * h)
        np.testing.assert_allclose(slope_of_linear_over_exp(jnp.asarray(x)), slope, rtol=1e-9, atol=1e-10)
    single = jnp.asarray(x, jnp.float32)
    np.testing.assert_allclose(linear_over_exp(single), exact(x), rtol=3e-6)


def test_a_difference_from_1_that_divides_keeps_its_digits_where_the_file_has_lost_them():
    """The way back of the chain of poles.mmt, its equations in Python's decimals of 60 digits."""
    cell = cells.get(str(MODELS / "poles.mmt"))
    y = dict(zip(cell.state_names, cell.initial, strict=True)) | {"C": 0.0, "O": 0.0}
    for V, back in ((-80.0, BACK[0]), (-120.0, BACK[1]), (-150.0, BACK[2])):
        rate = cell.rates([np.float64(x) for x in (y | {"V": V}).values()], cell.constants({}, {}))
        assert float(rate[cell.state_names.index("C")]) == pytest.approx(1e-3 * back, rel=1e-6)


def test_a_pole_of_the_model_itself_is_told():
    assert cache.table(cells.get(str(MODELS / "poles.mmt")))["singular"] == [
        "the rate of gates.u has no value at V = 80 mV in the file: a denominator is 0 there"
    ]


@pytest.mark.parametrize("power", ["exp(n * log(D))", "sqrt(D)", "D^0.5"])
def test_a_state_that_nothing_changes_may_be_where_nothing_can_be_differentiated_by_it(tmp_path, power):
    """As the dose of a drug is in models whose file has none of it: d(D^n)/dD has no value at 0."""
    path = tmp_path / "drug.mmt"
    path.write_text(
        "[[model]]\nm.V = -80\nm.D = 0\nm.b = 0.2\n\n[m]\nt = 0 [ms] in [ms] bind time\nn = 0.8\ng = 0.1\n"
        "dot(V) = -i\n    in [mV]\ni = g * (1 - b) * (V + 60)\n    in [A/F]\ndot(D) = 0\n"
        f"dot(b) = 0.1 * {power} / ({power} + 2) * (1 - b) - 0.05 * b\n"
    )
    cell = cells.get(str(path))
    c = cell.constants({}, {})
    with jax.enable_x64(True):
        rates, jacobian = cell.linearised(jnp.asarray(cell.initial[:, None]), c)
    b = cell.state_names.index("b")
    assert float(np.squeeze(rates[b])) == pytest.approx(-0.05 * 0.2)
    assert all(np.isfinite(np.asarray(entry)).all() for entry in jacobian.values())
    assert all(cell.state_names[j] != "D" for _, j in jacobian)


@pytest.mark.parametrize(
    ("uptake", "same"),
    [
        ("sqrt(b)", lambda b: b**0.5),
        ("b^n", lambda b: b**0.8),
        ("b^n / (b^n + 0.5^n)", lambda b: b**0.8 / (b**0.8 + 0.5**0.8)),
    ],
)
def test_a_root_of_a_state_that_starts_at_0_does_not_hold_it_there(tmp_path, uptake, same):
    """Its derivative has no value there; the state goes where SciPy's LSODA takes it."""
    path = tmp_path / "root.mmt"
    path.write_text(
        "[[model]]\nm.V = -80\nm.b = 0\n\n[m]\nt = 0 [ms] in [ms] bind time\nn = 0.8\ng = 0.1\n"
        "dot(V) = -i\n    in [mV]\ni = g * b * (V + 60)\n    in [A/F]\n"
        f"dot(b) = 0.02 * (1 - {uptake}) - 0.005 * b\n"
    )
    solved = solve_rows(cells.get(str(path)), {}, {}, 100.0, 1.0, record=("V", "b"))
    fine = solve_ivp(
        lambda _, y: (-0.1 * y[1] * (y[0] + 60), 0.02 * (1 - same(max(y[1], 0.0))) - 0.005 * y[1]),
        (0, 100),
        (-80, 0),
        method="LSODA",
        rtol=1e-9,
        atol=1e-12,
        t_eval=np.arange(100.0),
    )
    np.testing.assert_allclose(solved.traces["b"][0], fine.y[1], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(solved.traces["V"][0], fine.y[0], atol=0.02)
