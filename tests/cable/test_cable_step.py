"""The step of a tree of compartments against physics: cable theory, charge, and what must not matter."""

import math
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from cable_runs import constants, soma, states, upcrossings

from gbar.cable import step as equations
from gbar.cable.channels import CHANNELS
from gbar.cable.states import variables
from gbar.cells import ballsticks, mainen1996

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("double_precision")]

GOLDEN = Path(__file__).parents[1] / "golden" / "cable_passive_fork.npz"
HEADER = "section,parent,parent_position,length_um,diameter_um,end_diameter_um,compartments,mechanisms\n"
# A soma with an apical dendrite that forks, and two basal dendrites on its other end.
FORK = """\
soma,,,21,21,,1,soma
trunk,soma,1,100,3,2,2,apical
left,trunk,1,80,1.5,,2,apical
right,trunk,1,150,1,,3,apical
basal0,soma,0,52.5,2.1,,1,basal
basal1,soma,0,70,1.6,,1,basal
"""
CONDUCTANCES = [p.name for p in ballsticks.cell("v1").parameters if p.name.startswith(("gna", "gk", "gca"))]
PASSIVE = dict.fromkeys(CONDUCTANCES, 0.0)
PULSE = np.where(np.arange(1500) < 1000, 0.3, 0.0)  # nA


@pytest.fixture
def on(tmp_path):
    """The ball-and-sticks cell on another tree."""

    def on(rows):
        path = Path(tmp_path) / "tree.csv"
        path.write_text(HEADER + rows)
        return ballsticks.cell("v1", path)

    return on


def test_a_branched_and_tapering_tree_runs_as_in_neuron(tmp_path):
    # NEURON 9.0: ten sections attached at both ends and in the middle, random current into the soma, no channels.
    golden = np.load(GOLDEN)
    path = tmp_path / "tree.csv"
    path.write_text(str(golden["table"]))
    V = soma(ballsticks.cell("v1", path), golden["stimulus_nA"], V0=-60.0, **PASSIVE)
    assert np.ptp(golden["V"]) > 20
    np.testing.assert_allclose(V[:, 0], golden["V"], rtol=0, atol=1e-9)


def test_a_passive_membrane_relaxes_with_its_resistance_times_its_capacitance(on):
    tau = 1e-3 * 0.8 / 5e-4  # ms, of 0.8 uF/cm2 and 5e-4 S/cm2
    cell = on(FORK)
    y = states(cell, np.zeros(200), dt_ms=0.05, cm=0.8, cm_basal=0.8, V0=-50.0, **PASSIVE)
    V = y[:, : cell.tuning.tree.nodes, 0]
    expected = -70 + 20 * (1 + 0.05 / tau) ** -np.arange(201.0)
    np.testing.assert_allclose(V, np.broadcast_to(expected[:, None], V.shape), rtol=1e-11)


@pytest.mark.parametrize("length", [300.0, 1500.0])
def test_a_cylinder_has_the_input_resistance_of_cable_theory(on, length):
    rm, Ra, d = 1 / 5e-4, 35.4, 2e-4  # ohm cm2, ohm cm, cm
    space_constant = math.sqrt(rm * d / (4 * Ra))  # cm
    half = 2 / math.pi * math.sqrt(rm * Ra) * d**-1.5 / math.tanh(length * 1e-4 / 2 / space_constant)  # sealed end
    errors = []
    for compartments in (9, 27, 81):
        cell = on(f"soma,,,{length},2,,{compartments},soma\n")
        c = constants(cell, V0=-70.0, **PASSIVE)
        y = equations.initial(c)
        steady = equations.step(y, 0 * y, c, 0.01, 1e9)[0][cell.tuning.tree.soma, 0]  # one endless step
        errors.append((steady + 70) / 0.01 * 1e6 / (half / 2) - 1)
    assert abs(errors[2]) < 1e-3
    assert errors[0] / errors[1] == pytest.approx(9, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(9, rel=0.1)


def test_membrane_currents_sum_to_the_injected_current_at_every_step(on):
    cell = on(FORK)
    c = constants(cell)
    y = states(cell, PULSE)[..., 0]
    where = variables(cell.tuning)
    V = y[:, : len(cell.tuning.tree.compartments)]
    outward = np.asarray(c.C)[:, 0] * np.diff(V, axis=0) / 0.02 + np.asarray(c.g_leak)[:, 0] * (V[1:] + 70)
    for placement in cell.tuning.channels:
        g = np.asarray(c.channels[placement.channel].g)[:, 0]
        for gate, power in CHANNELS[placement.channel].gates:
            g = g * y[:-1, where[f"{placement.channel}_{gate}"].rows] ** power
        outward = outward + g * (V[1:] - cell.parameter_defaults[placement.reversal])
    assert np.abs(outward).max() > 0.5
    np.testing.assert_allclose(outward.sum(axis=1), PULSE, atol=1e-11)


def test_no_current_stays_where_cables_meet(on):
    cell = on(FORK)
    tree = cell.tuning.tree
    V = states(cell, PULSE)[:, : tree.nodes, 0]
    into = np.zeros_like(V)
    for edge in tree.edges:
        flow = edge.per_resistivity_um * (V[:, edge.parent] - V[:, edge.child])
        into[:, edge.child] += flow
        into[:, edge.parent] -= flow
    assert tree.junctions == 2
    assert np.abs(into).max() > 0.1
    assert np.abs(into[:, -tree.junctions :]).max() < 1e-9


def test_the_order_of_the_rows_does_not_matter(on):
    a, b = (soma(on(rows), PULSE) for rows in (FORK, "\n".join(reversed(FORK.split("\n")[:-1])) + "\n"))
    assert upcrossings(a) > 0
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-9)


def test_two_compartments_are_two_sections_of_half_the_length(on):
    halves = "left0,trunk,1,40,1.5,,1,apical\nleft1,left0,1,40,1.5,,1,apical"
    a, b = (soma(on(rows), PULSE) for rows in (FORK, FORK.replace("left,trunk,1,80,1.5,,2,apical", halves)))
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-9)


def test_a_neuron_may_be_a_soma_alone_or_lack_a_part(on, tmp_path):
    one, three = (soma(on(f"soma,,,21,21,,{n},soma\n"), PULSE, Ra=1.0) for n in (1, 3))
    assert upcrossings(one) == upcrossings(three) > 0
    path = tmp_path / "no_axon.csv"
    path.write_text(HEADER + "soma,,,20,20,,1,soma\nd,soma,1,200,3,,3,dendrite\n")
    cell = mainen1996.cell("reduced", path)
    y = states(cell, PULSE)
    assert y.shape == (1501, len(cell.states), 1)
    assert np.isfinite(y).all()


def test_a_lane_does_not_see_its_neighbours():
    cell = mainen1996.cell("reduced")
    random = np.random.default_rng(0)
    gna = random.uniform(10, 60000, 16)
    stimulus = random.normal(size=(400, 16))
    together = soma(cell, stimulus, lanes=16, gna_soma=gna)
    others = soma(cell, stimulus[:, ::-1], lanes=16, gna_soma=gna[::-1])
    np.testing.assert_array_equal(together, others[:, ::-1])


def test_halving_the_step_halves_the_error():
    cell = mainen1996.cell("reduced")
    V = [soma(cell, np.full(1000 * n, -0.2), dt_ms=0.02 / n)[::n, 0] for n in (1, 2, 4)]
    coarse, fine = V[0] - V[1], V[1] - V[2]
    assert np.abs(coarse).max() > 1e-3
    assert np.linalg.norm(coarse) / np.linalg.norm(fine) == pytest.approx(2, rel=0.05)


def test_single_precision_keeps_spikes_in_place():
    cell = ballsticks.cell("v1")
    stimulus = np.tile(PULSE, 3)
    double, single = (soma(cell, stimulus, dtype=dtype)[:, 0] for dtype in (np.float64, np.float32))
    assert single.dtype == np.float32
    assert upcrossings(double) == upcrossings(single) > 0
    assert np.sqrt(np.mean((double - single) ** 2)) < 0.02


def test_the_initial_states_are_those_the_cell_describes():
    for cell in (ballsticks.cell("v2"), mainen1996.cell("reduced")):
        initial = np.asarray(equations.initial(constants(cell, lanes=3)))
        np.testing.assert_allclose(initial, np.repeat(cell.initial[:, None], 3, axis=1), rtol=1e-12)


def linear(x, slope):
    """x/(1 - exp(-x/slope)), at its limit where x is 0."""
    return np.where(x == 0, slope, x / -np.expm1(-np.where(x == 0, 1, x) / slope))


def rates_as_published(V):
    """Rate alpha and beta of each gate; the steady state of Na's h is given beside them."""
    return {
        ("Na", "m"): (0.182 * linear(V + 35, 9), 0.124 * linear(-V - 35, 9)),
        ("Na", "h"): (0.024 * linear(V + 50, 5), 0.0091 * linear(-V - 75, 5)),
        ("Kv", "n"): (0.02 * linear(V - 25, 9), 0.002 * linear(25 - V, 9)),
        ("Km", "n"): (0.001 * linear(V + 30, 9), 0.001 * linear(-V - 30, 9)),
        ("Ca", "m"): (0.055 * linear(V + 27, 3.8), 0.94 * np.exp((-75 - V) / 17)),
        ("Ca", "h"): (0.000457 * np.exp((-13 - V) / 50), 0.0065 / (1 + np.exp((-15 - V) / 28))),
    }


@pytest.mark.parametrize("xp", [np, jnp], ids=["numpy", "jax"])
def test_the_kinetics_are_the_published_ones_also_where_a_formula_is_zero_by_zero(xp):
    V = np.concatenate([np.linspace(-300, 100, 401), -35 + np.array([1e-9, 1e-5, 1e-3, 1e-2])])
    for (name, gate), (alpha, beta) in rates_as_published(V).items():
        channel = CHANNELS[name]
        number = [gate for gate, _ in channel.gates].index(gate)
        steady, rate = channel.relax(xp.asarray(V), xp)[number]
        expected = 1 / (1 + np.exp((V + 65) / 6.2)) if (name, gate) == ("Na", "h") else alpha / (alpha + beta)
        np.testing.assert_allclose(rate, alpha + beta, rtol=1e-11, err_msg=f"{name} {gate}")
        np.testing.assert_allclose(steady, expected, rtol=1e-11, atol=1e-15, err_msg=f"{name} {gate}")
