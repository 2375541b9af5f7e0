"""What ToR-ORd-dynCl has beside `test_ventricular_cells`; see `ventricular`."""

import numpy as np
import pytest
import ventricular

from gbar import cells

pytestmark = pytest.mark.usefixtures("double_precision")

ENDO = cells.get("tomek2019", "endo")


def test_channels_of_IKr_are_somewhere_at_any_time():
    y = ventricular.random_states(ENDO)
    f = ventricular.rates(ENDO, y)
    parts = np.array([f[name] for name in ("C3", "C2", "C1", "O", "I")])
    assert np.all(np.abs(parts.sum(axis=0)) <= 1e-14 * np.abs(parts).max(axis=0))


def test_what_is_left_out_is_a_pulse_of_1_ms_each_second_from_the_first_moment_on():
    section = ventricular.default_section(cells.get("tomek2019").stimulus)
    assert (section.cycle_length_ms, section.first_ms, section.width_ms) == (1000.0, 0.0, 1.0)
