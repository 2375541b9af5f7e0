"""ToR-ORd-dynCl against the authors' own files, solved by CVODES; see `ventricular`."""

import jax
import numpy as np
import pytest
import ventricular

from gbar import cells
from gbar.cells import tomek2019
from gbar.solve import SolverSettings

LAYERS = ventricular.cells_of("tomek2019", tomek2019.VARIANTS)
ENDO = LAYERS[0]
RHS = ventricular.golden("tomek2019_rhs")
AT_1HZ = ventricular.golden("tomek2019_1hz")


@pytest.fixture(autouse=True, scope="module")
def _double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def found():
    return ventricular.at_golden_states(RHS, LAYERS)


@pytest.mark.parametrize("state", ENDO.state_names)
def test_every_rate_is_that_of_the_authors_file_in_every_layer_and_under_scaling(found, state):
    theirs = RHS["dy"][:, list(RHS["states"]).index(state)]
    assert np.allclose(found[0][state], theirs, rtol=1e-9, atol=0)


@pytest.mark.parametrize("current", ENDO.current_names)
def test_every_current_is_that_of_the_authors_file(found, current):
    assert np.allclose(found[1][current], ventricular.golden_current(RHS, current), rtol=1e-9, atol=0)


def test_scaling_scales_one_current_or_flux_alone():
    y = list(ventricular.random_states(ENDO).values())
    control = ENDO.currents_of(y, ENDO.constants({}, {}))
    assert tuple(control) == ENDO.current_names
    for name in control:
        scaled = ENDO.currents_of(y, ENDO.constants({name: 0.3}, {}))
        assert {n for n in control if np.any(scaled[n] != control[n])} == {name}
        assert np.allclose(scaled[name], 0.3 * control[name], rtol=1e-13, atol=0)


@pytest.mark.parametrize("cell", LAYERS, ids=tomek2019.VARIANTS)
def test_no_charge_is_made_or_lost_stimulus_included(cell):
    y = ventricular.random_states(cell)
    drift, size = ventricular.charge_moved(cell, y, ventricular.rates(cell, y, stimulus=-53.0))
    assert np.all(np.abs(drift) <= 1e-12 * size)


def test_channels_of_IKr_are_somewhere_at_any_time():
    y = ventricular.random_states(ENDO)
    f = ventricular.rates(ENDO, y)
    parts = np.array([f[name] for name in ("C3", "C2", "C1", "O", "I")])
    assert np.all(np.abs(parts.sum(axis=0)) <= 1e-14 * np.abs(parts).max(axis=0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("Cajsr", [1.5, 1e-5], ids=["full", "empty"])
def test_rates_and_their_derivatives_are_finite_from_minus_150_to_100_mV(Cajsr, dtype):
    for cell in LAYERS:
        for value in ventricular.rates_and_slopes(cell, dtype, Cajsr=Cajsr):
            assert value.dtype == dtype
            assert np.all(np.isfinite(value))


@pytest.fixture(scope="module")
def paced():
    """V and Cai of 100 beats at 1 Hz: control, then the scalings of the golden file."""
    scales = dict(zip(AT_1HZ["scale_names"], AT_1HZ["scales"].T, strict=True))
    return ventricular.beats_at_1hz(ENDO, scales, SolverSettings(rtol=1e-4, precision="float32"))


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


def test_what_is_left_out_is_a_pulse_of_1_ms_each_second_from_the_first_moment_on():
    section = ventricular.default_section(cells.get("tomek2019").stimulus)
    assert (section.cycle_length_ms, section.first_ms, section.width_ms) == (1000.0, 0.0, 1.0)
