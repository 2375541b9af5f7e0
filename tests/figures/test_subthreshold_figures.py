"""The figures of the subthreshold study."""

import numpy as np
from looks import labels, outside, overlapping, panels

from gbar.figures.subthreshold.samples import Sample, draw_samples
from gbar.figures.subthreshold.weights import FilterError, draw_weights

MODELS = ("causal", "gru", "latent", "published_0", "published_1", "published_2")


def sample(seed: int) -> Sample:
    noise = np.random.default_rng(seed)
    V = -65 + 3 * noise.normal(size=100)
    predicted = {name: V + 0.1 * k * noise.normal(size=100) for k, name in enumerate(MODELS, start=1)}
    return Sample(np.arange(2900.0, 3000.0), 170 * noise.normal(size=100), V, predicted)


def errors() -> list[FilterError]:
    weights = {"linear_7": 7, "linear_40": 40, "published": 219, "causal": 1317, "latent": 1331, "recurrent": 1361}
    found = [
        FilterError(name, number, 10.0 / number**1.2, 11.0 / number**1.2, name.startswith("linear"))
        for name, number in weights.items()
    ]
    return [*found, FilterError("published", 219, 0.03, 0.02, False)]


def test_each_path_has_a_row_of_current_and_voltage():
    figure = draw_samples([sample(k) for k in range(3)])
    assert len(panels(figure)) == 6
    assert labels(figure) == {"time (ms)", "I (pA)", "V (mV)"}
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_the_best_filter_of_a_path_is_named():
    figure = draw_samples([sample(4)])
    assert panels(figure)[1].get_title(loc="left").endswith("mV, causal")


def test_each_filter_is_a_mark_and_a_linear_one_is_hollow():
    figure = draw_weights(errors(), constant_mse_mV2=2.9)
    for axes in panels(figure):
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        hollow = {line.get_label().split(",")[0] for line in axes.lines if line.get_markerfacecolor() == "white"}
        assert hollow == {"linear_7", "linear_40"}
    assert labels(figure) == {"weights", "MSE (mV²)"}
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_trainings_of_one_filter_look_the_same_and_are_named_once():
    figure = draw_weights(errors())
    published = [line for line in panels(figure)[0].lines if line.get_xdata()[0] == 219]
    assert len(published) == 2
    assert published[0].get_color() == published[1].get_color()
    assert [text.get_text() for text in figure.legends[0].get_texts()].count("published, 219 weights") == 1
