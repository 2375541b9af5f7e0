"""The figure of the choice of the smoothing."""

import numpy as np
from looks import labels, outside, overlapping, panels

from gbar.figures.emulate.smoothing import Scan, draw_smoothing

SIGMA = np.array([0.0, 1.0, 2.0, 3.0, 4.0])


def scan(model: str, chosen: float, level: float = 40.0) -> Scan:
    return Scan(model, SIGMA, level + (SIGMA - chosen) ** 2, chosen)


def test_the_chosen_width_is_marked_on_both_panels_and_told_in_samples_and_ms():
    figure = draw_smoothing([scan("dlstm2", 3.0), scan("latent", 0.0, level=2.0)], sample_ms=0.12)
    error, excess = panels(figure)
    marks = [[line.get_xydata()[0].tolist() for line in axes.lines[1::2]] for axes in (error, excess)]
    assert marks == [[[3.0, 40.0], [0.0, 2.0]], [[3.0, 0.0], [0.0, 0.0]]]
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told == ["dlstm2: 3 (0.36 ms)", "latent: no smoothing"]


def test_axes_have_units_and_no_text_lies_on_another():
    figure = draw_smoothing([scan(f"model{k}", float(k % 5), 3.0 * (k + 1)) for k in range(5)], sample_ms=0.12)
    assert labels(figure) == {"MSE (mV²)", "MSE − least MSE (mV²)", "standard deviation (samples of 0.12 ms)"}
    assert [axes.get_yscale() for axes in panels(figure)] == ["log", "linear"]
    assert overlapping(figure) == []
    assert outside(figure) == []
