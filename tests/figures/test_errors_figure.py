"""The figure of the errors over each current's level."""

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels

from gbar.figures.emulate.errors import WindowErrors, draw_errors, level_groups, quartiles_by_group
from gbar.sweeps.store import Quantity

CURRENTS = ("INa", "Ito", "IKr", "If", "ICaL", "IKur", "IKs", "INaK", "INaCa", "IK1", "IKACh", "IbNa", "IbCa", "IpCa")


def errors(model: str, n_currents: int, factor: float = 1.0) -> WindowErrors:
    scalings = np.random.default_rng(0).uniform(0, 2, (400, n_currents))
    return WindowErrors(model, CURRENTS[:n_currents], scalings, factor * (0.2 + scalings[:, 0] ** 2))


def test_few_levels_are_groups_of_their_own_and_many_are_binned():
    at, borders = level_groups(np.array([2.0, 0.0, 0.5, np.float32(0.5), 0.5]))
    assert at.tolist() == [0.0, 0.5, 2.0]
    assert borders.tolist() == [0.25, 1.25]
    at, borders = level_groups(np.linspace(0, 2, 33))
    assert at == pytest.approx(np.arange(8) / 4 + 0.125)
    assert borders == pytest.approx(np.arange(1, 8) / 4)


def test_quartiles_are_those_of_each_group_and_an_empty_group_has_none():
    values, level = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0]), np.array([0, 0, 0, 0, 0, 2.0])
    quartiles = quartiles_by_group(values, level, np.array([0.5, 1.5]))
    assert quartiles[:, 0].tolist() == [2, 3, 4]
    assert np.isnan(quartiles[:, 1]).all()
    assert quartiles[:, 2].tolist() == [9, 9, 9]


@pytest.mark.slow
@pytest.mark.parametrize("n_currents", [1, 2, 3, 5, 9, 14])
def test_any_number_of_currents_has_a_panel_each_with_a_line_a_model(n_currents):
    models = ["dlstm2", "dlstm3", "dlstm3_window", "latent"]
    figure = draw_errors([errors(model, n_currents, k + 1.0) for k, model in enumerate(models)])
    assert [len(axes.lines) for axes in panels(figure)] == [4] * n_currents
    assert labels(figure) == {"RMSE (mV)", "scaling (1 = control)"}
    assert overlapping(figure) == []
    assert outside(figure) == []


OTHERS = (
    Quantity("gKr", "1", "", 1.0),
    Quantity("gCaL", "1", "", 1.0),
    Quantity("Ko", "mM", "", 5.4),
    Quantity("stimulus.gain", "pA/pF", "", -52.0),
    Quantity("stimulus.cycle_length_ms", "ms", "", 1000.0),
)


def test_parameters_and_numbers_of_the_stimulus_have_axes_of_their_own_in_their_units():
    values = np.array([1.0, 1.0, 5.4, -52.0, 1000.0]) * np.random.default_rng(0).uniform(0.7, 1.3, (400, 5))
    one = WindowErrors("dlstm2", tuple(quantity.name for quantity in OTHERS), values, values[:, 0])
    figure = draw_errors([one], {quantity.name: quantity for quantity in OTHERS})
    shown = panels(figure)[:5]
    assert [axes.get_title(loc="left") for axes in shown] == [
        "gKr",
        "gCaL",
        "Ko",
        "stimulus gain",
        "stimulus cycle length",
    ]
    assert [axes.get_xlabel() for axes in shown] == [
        "scaling (1 = control)",
        "scaling (1 = control)",
        "mM (control 5.4)",
        "pA/pF (control −52)",
        "ms (control 1000)",
    ]
    assert shown[0].get_xlim() == shown[1].get_xlim()
    assert shown[2].get_xlim()[1] < 8
    assert overlapping(figure) == []
    assert outside(figure) == []
