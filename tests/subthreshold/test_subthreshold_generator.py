"""The currents and voltages of the subthreshold study against an independent implementation of its generator."""

from pathlib import Path

import numpy as np
import pytest

from gbar.errors import UserError
from gbar.subthreshold.generator import Noise, draw_below_threshold, voltage

# Inputs and voltages 0 and 1 (of the first 10,000 s) and 9500 to 9503, by Runge-Kutta 4 at 0.05 ms.
FIRST = dict(np.load(Path(__file__).parents[1] / "golden" / "hodgkinhuxley1952_subthreshold.npz"))
LATER = dict(np.load(Path(__file__).parents[1] / "golden" / "subthreshold_cnn.npz"))
REJECTED = 33  # paths that spike before number 9500 is complete
SEED, SHOWN = 1234, 2


def generator() -> np.random.RandomState:
    """Return the published stream behind the two paths that were only shown."""
    stream = np.random.RandomState(SEED)
    Noise().draw(stream, SHOWN, 1000)
    return stream


def test_currents_are_those_of_the_published_stream_to_the_bit():
    stream = generator()
    first = Noise().draw(stream, 2, 1000)
    stream.normal(size=(9500 + REJECTED - 2, 999))
    np.testing.assert_array_equal(first, FIRST["I_pA"])
    np.testing.assert_array_equal(Noise().draw(stream, 4, 1000), LATER["X"])


def test_voltages_are_those_of_the_independent_solution():
    V, is_below = voltage(np.vstack([FIRST["I_pA"], LATER["X"]]))
    assert is_below.all()
    assert np.abs(V - np.vstack([FIRST["V_mV"], LATER["Y"]])).max() < 0.01


def test_a_current_acts_two_samples_later():
    current = np.zeros((2, 20))
    current[1, 5] = 100.0
    V, _ = voltage(current)
    assert np.flatnonzero(V[0] != V[1])[0] == 7


def test_paths_that_spike_are_drawn_again_in_order():
    strong = Noise(sigma=60.0)
    drawn = strong.draw(np.random.RandomState(5), 30, 200)
    _, is_below = voltage(drawn)
    assert 2 < is_below.sum() < 28
    wanted = int(is_below.sum()) - 1
    found = draw_below_threshold(strong, np.random.RandomState(5), wanted, 200)
    np.testing.assert_array_equal(found.current_pA, drawn[is_below][:wanted])
    assert found.drawn == np.flatnonzero(is_below)[wanted - 1] + 1


def test_the_stream_goes_on_where_path_by_path_it_would():
    strong, batched, single = Noise(sigma=60.0), np.random.RandomState(5), np.random.RandomState(5)
    found = draw_below_threshold(strong, batched, 5, 200)
    strong.draw(single, found.drawn, 200)
    assert batched.normal() == single.normal()


def test_noise_that_always_makes_the_neuron_spike_is_refused():
    with pytest.raises(UserError, match=r"lower noise\.sigma"):
        draw_below_threshold(Noise(mu=3000.0, theta=1.0), np.random.RandomState(0), 200, 150)
