"""The part of NMODL that is read, and what is refused by name and line."""

from pathlib import Path

import numpy as np
import pytest

from gbar.cells.imported.tree import evaluate
from gbar.cells.neurons.nmodl import units
from gbar.cells.neurons.nmodl.blocks import parsed
from gbar.cells.neurons.nmodl.generating import module_text
from gbar.cells.neurons.nmodl.meaning import meaning
from gbar.cells.neurons.quantities import conductances_of
from gbar.errors import UserError

MODELS = Path(__file__).with_name("models")
FRAME = """
NEURON {{ SUFFIX x  USEION k READ ek WRITE ik  RANGE gbar }}
PARAMETER {{ gbar = 0.1 (S/cm2) }}
ASSIGNED {{ v (mV) ek (mV) ik (mA/cm2) minf }}
STATE {{ m }}
INITIAL {{ m = 0.2 }}
BREAKPOINT {{ SOLVE states METHOD cnexp  ik = gbar*m*(v - ek) {breakpoint} }}
DERIVATIVE states {{ {derivative} }}
{more}
"""


def text(derivative="m' = (0.5 - m)/2", breakpoint="", more=""):
    return FRAME.format(derivative=derivative, breakpoint=breakpoint, more=more)


def meant(source):
    return meaning(parsed(source, "x.mod"))


def stepped(source, **values):
    """The state m after a step of dt ms."""
    at = {"v": -50.0, "m": 0.2, "dt": 0.1, "ek": -90.0, "celsius": 30.0} | values
    return float(evaluate([meant(source).step["m"]], at)[0])


def test_a_state_goes_along_its_exponential_however_its_rate_is_written():
    exact = 0.5 + (0.2 - 0.5) * np.exp(-0.1 / 2)
    rates = (
        "(0.5 - m)/2",
        "0.5*(0.5 - m)",
        "-(m - 0.5)/2",
        "0.25*(1 - m) - 0.25*m",
        "0.25 - m/2",
        "(0.5 - m)/(1 + 1)",
    )
    for rate in rates:
        assert stepped(text(f"m' = {rate}")) == pytest.approx(exact, rel=1e-14), rate
    assert stepped(text("m' = 0.3")) == pytest.approx(0.2 + 0.1 * 0.3, rel=1e-14)


def test_statements_are_carried_out_in_their_order_and_branches_become_choices():
    source = text(
        "LOCAL a  a = 2  if (v > -60 && !(v >= -40)) { a = 4 } else if (v < -100) { a = 8 }  m' = (0.5 - m)/a"
    )
    for v, tau in ((-50.0, 4), (-70.0, 2), (-40.0, 2), (-110.0, 8)):
        exact = 0.5 - 0.3 * np.exp(-0.1 / tau)
        assert stepped(source, v=v) == pytest.approx(exact, rel=1e-14)


def test_powers_bind_more_than_signs_and_numbers_may_have_units():
    source = text("m' = (-2^2 + 4.5 (mV) - m)/(4 (ms))^0.5")
    assert stepped(source) == pytest.approx(0.5 - 0.3 * np.exp(-0.05), rel=1e-14)


def test_a_function_gives_its_value_and_a_procedure_its_variables():
    more = """FUNCTION two(a (mV)) (ms) { two = helped(a) } FUNCTION helped(b) { helped = b/v*2 }
    PROCEDURE p() { minf = 0.5 }"""
    assert stepped(text("p() m' = (minf - m)/two(v)", more=more)) == pytest.approx(0.5 - 0.3 * np.exp(-0.05), rel=1e-14)


def test_constants_of_nature_come_in_the_unit_that_is_asked_for():
    assert units.constant("faraday", "coulomb") == pytest.approx(96485.33212, rel=1e-9)  # CODATA 2018
    assert units.constant("faraday", "kilocoulombs") == pytest.approx(96.48533212, rel=1e-9)
    assert units.constant("faraday", "10000 coulomb") == pytest.approx(9.648533212, rel=1e-9)
    assert units.constant("k-mole", "joule/degC") == pytest.approx(8.314462618, rel=1e-9)
    assert units.constant("faraday", "furlong") is None


def test_what_initial_sets_for_good_is_a_constant_of_the_start():
    source = text("m' = (minf - m)/2").replace("INITIAL { m = 0.2 }", "INITIAL { m = 0.2  minf = 0.5 + 0*celsius }")
    assert stepped(source) == pytest.approx(0.5 - 0.3 * np.exp(-0.05), rel=1e-14)


def test_a_quotient_that_is_0_over_0_has_a_value_whether_the_file_steps_aside_or_not():
    for guard in ("", "if (v == -50) { v = v + 0.0001 }"):
        source = text(f"{guard} m' = (0.5 - m)/((v + 50)/(1 - exp(-(v + 50)/9)))")
        found = stepped(source, v=-50.0)
        assert found == pytest.approx(0.5 - 0.3 * np.exp(-0.1 / 9), rel=1e-6)
        assert "linear_over_exp" in module_text(meant(source))


def test_the_slope_is_the_derivative_of_the_current():
    found = meant((MODELS / "cal.mod").read_text())
    at = {"v": -20.0, "m": 0.3, "cai": 2e-4, "cao": 2.0, "celsius": 30.0, "pbar": 1e-4}
    (slope,) = evaluate([found.currents["<slope>"]], at)
    low, high = (evaluate([found.currents["<total>"]], at | {"v": -20.0 + d})[0] for d in (-1e-4, 1e-4))
    assert slope == pytest.approx((high - low) / 2e-4, rel=1e-6)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("na", ("gbar",)),
        ("kdr", ("gkbar",)),
        ("cal", ("pbar",)),
        ("kca", ("gbar",)),
        ("pool", ()),
        ("nap", ("gbar", "gleak")),
    ],
)
def test_maximal_conductances_are_found_by_unit_and_by_what_they_do(file, expected):
    assert conductances_of(meant((MODELS / f"{file}.mod").read_text())) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("NEURON { POINT_PROCESS x }", "line 1: POINT_PROCESS is not supported"),
        ("NEURON {\n SUFFIX x\n POINTER p }", "line 3: POINTER is not supported"),
        (text(more="KINETIC k { ~ a <-> b (1, 1) }"), "line 9: KINETIC is not supported"),
        (text(more="NET_RECEIVE (w) { }"), "line 9: NET_RECEIVE is not supported"),
        (text(more="VERBATIM\nreturn 0;\nENDVERBATIM"), "line 9: VERBATIM is not supported"),
        (text(more="PROCEDURE p() { VERBATIM\nint i;\nENDVERBATIM }"), "line 9: VERBATIM is not supported"),
        (text("WHILE (m < 1) { m = 1 }"), "line 8: WHILE is not supported"),
        (text().replace("cnexp", "derivimplicit"), "line 7: METHOD derivimplicit is not supported"),
        (text().replace(" METHOD cnexp", ""), "line 7: SOLVE states without METHOD"),
        (text().replace("SOLVE states", "SOLVE others"), "line 7: SOLVE others: there is no DERIVATIVE others"),
        (text("m' = m*(1 - m)"), "line 8: the rate of m is not linear in m"),
        (text("m' = (q - m)/2"), "line 8: q is not declared"),
        (text("m' = (f(v) - m)/2"), "line 8: the function f of 1 is not known"),
        (text("m' = (f(v) - m)/2", more="FUNCTION f(v) { f = f(v) }"), "line 9: f calls itself"),
        (text("m' = (0.5 - m)/(2 + t)"), "m depends on the time t"),
        (text("m' = (minf - m)/2  minf = minf + 1"), "minf keeps its value from step to step"),
        (text(breakpoint="m = 1"), "m is a STATE and changed in BREAKPOINT"),
        (text("m' = ((0.5 - m)/2"), "line 8: '\\)' is missing"),
        (text("m' = " + "(" * 500), "brackets are nested too deeply"),
        (text("m' = [1]"), "line 8: an expression is expected"),
        (text() + "COMMENT", "COMMENT does not end"),
        (text().replace("STATE { m }", "STATE { m[3] }"), "line 5: the array m is not supported"),
        (text().replace("READ ek", "READ ena"), "line 2: ena is nothing of the ion k"),
        ("PARAMETER { a = 1 }", "has no SUFFIX"),
        ("hello world", "line 1: a block such as NEURON"),
        ("", "has no SUFFIX"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused_by_name_and_line_in_one_sentence(source, reason):
    with pytest.raises(UserError, match=reason) as error:
        meant(source)
    assert str(error.value).startswith("x.mod")
    assert "\n" not in str(error.value)


def test_names_of_a_file_are_never_code():
    hostile = text(
        "lambda = 2 import = __import__ m' = (0.5 - m)/lambda",
        more="ASSIGNED { lambda import __import__ os } ",
    )
    written = module_text(meant(hostile))
    assert compile(written, "x", "exec")
    assert "__import__" not in written
    assert stepped(hostile) == pytest.approx(0.5 - 0.3 * np.exp(-0.05), rel=1e-14)
