"""The figure of predicted against simulated action potentials."""

from dataclasses import replace

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels

from gbar.figures.emulate.predictions import HeldOut, draw_predictions, rmse_by_setting, spread_ranks
from gbar.sweeps.store import Quantity


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 61, 400])
def test_the_ranks_shown_hold_best_median_and_worst(n):
    ranks = spread_ranks(n)
    assert ranks == sorted(set(ranks))
    assert len(ranks) == min(n, 6)
    assert {1, round((n + 1) / 2), n} <= set(ranks)


def test_settings_are_ranked_by_the_error_over_all_their_windows():
    setting = np.array([7, 7, 7, 3, 5])
    offset = np.array([1.0, 2.0, 6.0, 1.0, 4.0])
    simulated = np.zeros((5, 10))
    ranked, rmse, typical = rmse_by_setting(simulated, simulated + offset[:, None], setting)
    assert ranked.tolist() == [3, 7, 5]
    assert rmse == pytest.approx([1.0, np.sqrt(41 / 3), 4.0])
    assert typical.tolist() == [3, 1, 4]


def held_out(rank: int, n_currents: int) -> HeldOut:
    time_ms = np.arange(200) * 2.94
    simulated = -75 + 95 * ((time_ms > 20) & (time_ms < 150))
    scalings = {f"I{k}": 0.5 + 0.1 * k for k in range(n_currents)}
    predicted = {"dlstm2": simulated + 1.0, "dlstm3": simulated + 0.25}
    return HeldOut(scalings, rank, 61, time_ms, simulated, predicted)


@pytest.mark.slow
@pytest.mark.parametrize("n_currents", [0, 3, 14])
def test_each_panel_names_rank_setting_and_error_with_units(n_currents):
    figure = draw_predictions([held_out(rank, n_currents) for rank in spread_ranks(61)], ranked_by="dlstm3")
    assert len(panels(figure)) == 12
    assert {"V (mV)", "error (mV)", "time in window (ms)"} <= labels(figure)
    first = panels(figure)[0]
    assert first.get_title(loc="left").startswith("rank 1 of 61\n")
    assert {text.get_text() for text in first.texts} == {"RMSE 1 mV", "RMSE 0.25 mV"}
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_fewer_settings_than_panels_can_be_drawn():
    assert len(panels(draw_predictions([held_out(1, 2)], ranked_by="dlstm3"))) == 2


def test_many_models_have_room_for_their_errors_above_the_traces_and_the_best_lies_on_top():
    names = ["dlstm2", "dlstm3", "dlstm3_window", "latent", "lstm_wide", "rival"]
    shown = [held_out(rank, 3) for rank in spread_ranks(61)]
    offsets = dict(zip(names, [4.0, 3.0, 2.0, 0.5, 8.0, 5.0], strict=True))
    shown = [
        replace(one, predicted_mV={name: one.simulated_mV + value for name, value in offsets.items()}) for one in shown
    ]
    figure = draw_predictions(shown, ranked_by="latent")
    assert overlapping(figure) == []
    assert outside(figure) == []
    trace = panels(figure)[0]
    assert len(trace.texts) == 6
    top_mV = max(line.get_ydata().max() for line in trace.lines)
    lowest = min(text.get_window_extent().y0 for text in trace.texts)
    assert all(trace.transData.transform((0, at_mV))[1] < lowest for at_mV in (top_mV, *trace.get_yticks()))
    assert max(trace.lines, key=lambda line: line.get_zorder()).get_label() == "latent"


def test_a_setting_is_told_by_all_that_differs_from_the_control_in_its_unit_within_the_width_of_its_panel():
    known = {
        "gKr": Quantity("gKr", "1", "", 1.0),
        "gCaL": Quantity("gCaL", "1", "", 1.0),
        "Ko": Quantity("Ko", "mM", "", 5.4),
        "Nao": Quantity("Nao", "mM", "", 140.0),
        "stimulus.gain": Quantity("stimulus.gain", "pA/pF", "", -52.0),
        "stimulus.cycle_length_ms": Quantity("stimulus.cycle_length_ms", "ms", "", 1000.0),
    }
    values = {"gKr": 0.8972, "gCaL": 1.0, "Ko": 1.0, "Nao": 140.0, "stimulus.gain": -64.8}
    values["stimulus.cycle_length_ms"] = 711.4
    shown = [replace(held_out(rank, 0), scalings=values) for rank in spread_ranks(61)]
    figure = draw_predictions(shown, ranked_by="dlstm3", known=known)
    told = " ".join(panels(figure)[0].get_title(loc="left").splitlines()[1:])
    assert told.strip() == "gKr 0.897, Ko 1 mM, gain −64.8 pA/pF, cycle length 711 ms"
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_a_random_setting_of_five_currents_stays_within_its_panel():
    values = dict.fromkeys(("INa", "IKur", "IKr", "IK1", "ICaL"), 0.9272)
    shown = [replace(held_out(rank, 0), scalings=values) for rank in spread_ranks(61)]
    figure = draw_predictions(shown, ranked_by="dlstm3")
    assert overlapping(figure) == []
    assert outside(figure) == []
