"""The cell against an independent implementation of the published equations, solved with LSODA (rtol 1e-7)."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gbar.cells import tentusscher2004
from gbar.solve.rows import solve_rows
from gbar.solve.stimulus import Stimulus

pytestmark = pytest.mark.usefixtures("double_precision")

GOLDEN = Path(__file__).parents[1] / "golden"
RHS = dict(np.load(GOLDEN / "tentusscher2004_rhs.npz"))
AT_1HZ = dict(np.load(GOLDEN / "tentusscher2004_1hz.npz"))
PACED = dict(np.load(GOLDEN / "tentusscher2004_cycle_lengths.npz"))

CURRENTS = {
    "Na": "gNa",
    "K1": "gK1",
    "to": "gto",
    "Kr": "gKr",
    "Ks": "gKs",
    "CaL": "gCaL",
    "NaK": "PNaK",
    "NaCa": "KNaCa",
    "pCa": "gpCa",
    "pK": "gpK",
    "bNa": "gbNa",
    "bCa": "gbCa",
}
F = 96.4853415  # C/mmol
FIRST_CYCLE_MS = 1000.0  # of the golden 1 Hz beats


def at(y, variant="M", scale=None, stimulus=0.0):
    """Return rates and currents by name at states `y`, shape (17, n)."""
    cell = tentusscher2004.cell(variant)
    c = cell.constants(scale or {}, {})
    rates = dict(zip(cell.state_names, map(np.asarray, cell.rates(list(y), c, stimulus)), strict=True))
    return rates, {name: np.asarray(I) for name, I in cell.currents_of(list(y), c).items()}


def assert_equal_to_1e9(ours, theirs):
    """Equal to 1e-9 of each value, or to 1e-12 of the largest where a value is a difference that all but cancels."""
    assert np.all(np.abs(ours - theirs) <= 1e-9 * np.abs(theirs) + 1e-12 * np.abs(theirs).max())


@pytest.mark.parametrize("state", RHS["states"])
def test_every_rate_is_that_of_the_independent_implementation(state):
    assert_equal_to_1e9(at(RHS["Y"])[0][state], RHS["dY"][list(RHS["states"]).index(state)])


@pytest.mark.parametrize("k", range(12), ids=CURRENTS.values())
def test_every_current_is_that_of_the_independent_implementation(k):
    ours = at(RHS["Y"])[1][CURRENTS[RHS["current_names"][k]]]
    assert np.allclose(ours, RHS["currents"][k], rtol=1e-9, atol=0)


@pytest.mark.parametrize("k", range(10), ids=RHS["gate_names"])
def test_every_gate_relaxes_to_its_steady_state_at_its_pace(k):
    gate = RHS["gate_names"][k]
    y = np.repeat(tentusscher2004.cell("M").initial[:, None], len(RHS["Vgrid"]), axis=1)
    y[0] = RHS["Vgrid"]
    closed, opened = y.copy(), y.copy()
    row = list(RHS["states"]).index(gate)
    closed[row], opened[row] = 0.0, 1.0
    opening, closing = at(closed)[0][gate], -at(opened)[0][gate]
    assert np.allclose(1 / (opening + closing), RHS["tau"][k], rtol=1e-9, atol=0)
    assert np.allclose(opening / (opening + closing), RHS["x_inf"][k], rtol=1e-9, atol=0)


def test_scaling_scales_one_current_or_flux_alone():
    control = at(RHS["Y"])[1]
    assert tuple(control) == tentusscher2004.cell("M").current_names
    for name in control:
        scaled = at(RHS["Y"], scale={name: 0.3})[1]
        assert {n for n in control if np.any(scaled[n] != control[n])} == {name}
        assert np.allclose(scaled[name], 0.3 * control[name], rtol=1e-14, atol=0)


def test_the_layers_of_the_wall_differ_in_two_conductances_and_the_endocardial_gate_s():
    (_, M), (_, epi), (_, endo) = (at(RHS["Y"], variant) for variant in ("M", "epi", "endo"))
    assert np.allclose(epi["gKs"], M["gKs"] * 0.245 / 0.062, rtol=1e-14, atol=0)
    assert np.array_equal(endo["gKs"], epi["gKs"])
    assert np.array_equal(epi["gto"], M["gto"])
    assert np.allclose(endo["gto"], M["gto"] * 0.073 / 0.294, rtol=1e-14, atol=0)
    V = RHS["Y"][0]
    rates, s = at(RHS["Y"], "endo")[0], RHS["Y"][8]
    expected = (1 / (1 + np.exp((V + 28) / 5)) - s) / (1000 * np.exp(-((V + 67) ** 2) / 1000) + 8)
    assert np.allclose(rates["s"], expected, rtol=1e-12, atol=1e-17)


def random_states(n=200):
    """Return states anywhere in their range, shape (17, n)."""
    random = np.random.default_rng(4)
    y = random.uniform(0, 1, (17, n))
    y[0] = random.uniform(-100, 60, n)
    y[13] = 10 ** random.uniform(-4.5, -2.5, n)
    y[14] = random.uniform(0.05, 2, n)
    y[15] = random.uniform(5, 20, n)
    y[16] = random.uniform(100, 160, n)
    return y


def totals(y, f):
    """Return d/dt of the total Ca of cytosol and reticulum, and of V less the charge inside, at random states.

    In fmol/ms and mV/ms; each with the size of its largest term. The total Ca of a compartment is Ca + B Ca/(Ca + K).
    """
    per_pF = F * 16404 / 185  # mV/mM of the cytosol
    Ca_c = f["Cai"] * (1 + 0.15 * 0.001 / (y[13] + 0.001) ** 2) * 16404
    Ca_sr = f["CaSR"] * (1 + 10 * 0.3 / (y[14] + 0.3) ** 2) * 1094
    inside = np.stack([f["Nai"], f["Ki"], 2 * Ca_c / 16404, 2 * Ca_sr / 16404]) * per_pF
    charge = (f["V"] - inside.sum(axis=0), np.abs(inside).max(axis=0))
    return (Ca_c + Ca_sr, np.maximum(np.abs(Ca_c), np.abs(Ca_sr))), charge


def test_the_voltage_is_the_charge_that_the_ions_carry_stimulus_included():
    y = random_states()
    _, (drift, size) = totals(y, at(y, stimulus=-52.0)[0])
    assert np.all(np.abs(drift) <= 1e-12 * size)


def test_calcium_is_conserved_when_none_crosses_the_membrane():
    y = random_states()
    closed = {"gCaL": 0.0, "KNaCa": 0.0, "gpCa": 0.0, "gbCa": 0.0}
    (drift, size), _ = totals(y, at(y, scale=closed)[0])
    assert np.all(np.abs(drift) <= 1e-12 * size)
    (open_drift, size), _ = totals(y, at(y)[0])
    assert np.median(np.abs(open_drift) / size) > 1e-3


def test_the_calcium_gates_recover_only_below_minus_60_mV():
    y = np.repeat(tentusscher2004.cell("M").initial[:, None], 4, axis=1)
    y[0] = [-59.9, -60.1, -59.9, -60.1]
    y[[6, 12]] = [[0.5, 0.5, 1.2, 1.2]]
    rates, _ = at(y)
    for gate in ("fCa", "g"):
        assert rates[gate][0] == 0 < rates[gate][1]
        assert rates[gate][2] == rates[gate][3] < 0


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("variant", ["M", "endo"])
def test_rates_and_their_derivatives_in_both_modes_are_finite_from_minus_150_to_100_mV(variant, dtype):
    V = jnp.append(jnp.arange(-150.0, 100.5, 0.5), jnp.array([1e-9, -40 + 1e-9])).astype(dtype)
    cell = tentusscher2004.cell(variant)
    scales = {name: jnp.ones((), dtype) for name in cell.current_names}
    c = cell.constants(scales, {name: jnp.asarray(value, dtype) for name, value in cell.parameter_defaults.items()})
    y = jnp.asarray(cell.initial, dtype)

    def f(V):
        return jnp.stack([jnp.broadcast_to(rate, V.shape) for rate in cell.rates([V, *y[1:]], c)])

    rates, forward = jax.jvp(f, [V], [jnp.ones_like(V)])
    (reverse,) = jax.vjp(f, V)[1](jnp.ones_like(rates))
    assert rates.dtype == dtype
    for value in (rates, forward, reverse):
        assert np.all(np.isfinite(value))


def pacing(cycle_ms, duration_ms):
    """Return starts and values of pulses of 1 ms, the first at 10 ms."""
    pulses = 10 + cycle_ms * np.arange(int((duration_ms - 10) // cycle_ms) + 1)
    start = np.append(0.0, np.stack([pulses, pulses + 1], axis=1).ravel())
    return start, np.append(0.0, np.tile([-52.0, 0.0], len(pulses)))


@pytest.fixture(scope="module")
def paced():
    """Return V and Cai every 0.1 ms over 20 s: the three cells at 1 Hz, then the four cycle lengths."""
    trains = [pacing(cycle_ms, 20_000.0) for cycle_ms in (*[FIRST_CYCLE_MS] * 3, *PACED["cls_ms"])]
    pieces = max(len(start) for start, _ in trains)
    start = np.stack([np.pad(start, (0, pieces - len(start)), constant_values=np.inf) for start, _ in trains])
    value = np.stack([np.pad(value, (0, pieces - len(value))) for _, value in trains])
    scales = {"gKr": np.array([1, 0.5, 1, 1, 1, 1, 1]), "gKs": np.array([1, 1, 0.5, 1, 1, 1, 1])}
    solution = solve_rows(
        tentusscher2004.cell("M"), scales, {}, 20_000.0, 0.1, record=("V", "Cai"), stimulus=Stimulus(start, value)
    )
    assert not solution.status.any()
    return {name: trace.astype(float) for name, trace in solution.traces.items()}


def apd90(V, every_ms):
    """Return the APD90 of a beat as the golden files have it.

    From the sample before the steepest rise to the crossing of 90 % repolarisation, between the highest sample and
    that at the beginning of the cycle.
    """
    rise = np.argmax(np.diff(V))
    threshold = V.max() - 0.9 * (V.max() - V[0])
    last = rise + 1 + np.argmax(V[rise + 1 :] < threshold) - 1
    return (last - rise + (V[last] - threshold) / (V[last] - V[last + 1])) * every_ms


@pytest.mark.slow
@pytest.mark.parametrize("row", range(3), ids=["control", "half of gKr", "half of gKs"])
def test_the_twentieth_beat_at_1_hz_is_that_of_the_independent_solution(paced, row):
    V, Cai = (paced[name][row, 190_000:] for name in ("V", "Cai"))
    assert np.abs(V[::10] - AT_1HZ["V_mV"][row, :1000]).max() < 0.02
    assert np.allclose(Cai[::10], AT_1HZ["Cai_mM"][row, :1000], rtol=1e-3, atol=0)
    assert apd90(V, 0.1) == pytest.approx(AT_1HZ["apd90_ms"][row], abs=0.3)


# The first beat of the golden APD90, which were taken from samples of 1 ms.
@pytest.mark.slow
@pytest.mark.parametrize(("row", "first_beat"), list(enumerate((28, 20, 15, 9))), ids=["350", "445", "550", "800 ms"])
def test_beats_at_other_cycle_lengths_are_those_of_the_independent_solution(paced, row, first_beat):
    V, Cai = (paced[name][3 + row, 90_000:110_001:10] for name in ("V", "Cai"))
    assert np.abs(V - PACED["V_mV"][row]).max() < 0.02
    assert np.allclose(Cai, PACED["Cai_mM"][row], rtol=1e-3, atol=0)
    beats = PACED["apd90_ms"][row][np.isfinite(PACED["apd90_ms"][row])]
    for beat, golden in enumerate(beats, start=first_beat):
        start, end = (round(k * PACED["cls_ms"][row]) for k in (beat, beat + 1))
        assert apd90(paced["V"][3 + row, ::10][start : end + 1], 1.0) == pytest.approx(golden, abs=0.3)
