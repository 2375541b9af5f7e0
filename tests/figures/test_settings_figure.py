"""The figure of the beating and silent settings of a design."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from looks import labels, outside, overlapping, panels
from matplotlib.patches import Rectangle

from gbar.figures.sweeps.settings import Settings, draw_settings, subset_matrix
from gbar.sweeps.store import Quantity

CURRENTS = ("INa", "IKur", "IKr", "IK1", "ICaL")


def subsets(levels: np.ndarray, n: int = 5) -> np.ndarray:
    rows = {}
    for size in range(1, n + 1):
        for members in combinations(range(n), size):
            for level in levels:
                row = np.ones(n)
                row[list(members)] = level
                rows[tuple(row)] = None
    return np.array(list(rows))


def settings(scalings: np.ndarray) -> Settings:
    status = np.where(scalings[:, 0] < 0.5, 1, 0)
    status[-1] = 2
    cycle_length_ms = np.where(status == 0, 300 + 100 * scalings[:, -1], np.nan)
    n_currents = scalings.shape[1]
    names = tuple((CURRENTS * 3)[:n_currents])
    return Settings(names, scalings, status, np.where(status == 0, 10.0, 0.0), cycle_length_ms)


def test_the_published_design_is_a_matrix_of_31_subsets_by_11_levels():
    scalings = subsets(np.arange(11) / 5)
    matrix = subset_matrix(scalings)
    assert len(scalings) == 311
    assert matrix is not None
    assert matrix.row.shape == (31, 11)
    control = int(np.flatnonzero(np.all(scalings == 1, axis=1))[0])
    assert np.all(matrix.row[:, 5] == control)
    assert np.array_equal(np.unique(matrix.row), np.arange(311))


def test_a_design_that_scales_two_currents_differently_is_no_matrix():
    assert subset_matrix(np.array([[1.0, 1.0], [0.5, 0.5], [0.5, 2.0]])) is None


def test_the_matrix_hatches_silent_settings_and_tells_how_many_there_are():
    scalings = subsets(np.array([0.0, 1.0, 2.0]))
    shown = settings(scalings)
    figure = draw_settings(shown)
    hatched = [patch for axes in figure.axes for patch in axes.findobj(Rectangle) if patch.get_hatch()]
    assert len(hatched) == np.sum(shown.status == 1)
    assert f"{len(scalings)} settings: {np.sum(shown.status == 0)} beating" in figure.get_suptitle()
    assert "median cycle length (ms)" in labels(figure)
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_a_sweep_without_any_beat_can_be_drawn():
    scalings = subsets(np.array([0.0, 1.0]))
    n = len(scalings)
    silent = Settings(CURRENTS, scalings, np.ones(n, int), np.zeros(n), np.full(n, np.nan))
    assert "0 beating" in draw_settings(silent).get_suptitle()


@pytest.mark.parametrize("n_currents", [1, 2, 5, 9])
def test_a_random_design_is_drawn_in_pairs(n_currents):
    shown = settings(np.random.default_rng(0).uniform(0, 2, (60, n_currents)))
    if n_currents == 1:
        shown = settings(np.vstack([shown.scalings, shown.scalings + 0.01]))
    figure = draw_settings(shown)
    if n_currents > 1:
        n = min(n_currents, 6)
        assert len(panels(figure)) == n * (n + 1) / 2
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_every_point_of_a_full_grid_is_seen():
    levels = np.array([0.0, 1.0, 2.0])
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    figure = draw_settings(settings(grid))
    clouds = [points.get_offsets() for axes in panels(figure) for points in axes.collections]
    assert [len(np.unique(cloud, axis=0)) for cloud in clouds] == [len(grid) - 1] * 3


OTHERS = (
    ("gKr", "1", 1.0),
    ("gCaL", "1", 1.0),
    ("Ko", "mM", 5.4),
    ("stimulus.gain", "pA/pF", -52.0),
    ("stimulus.cycle_length_ms", "ms", 1000.0),
    ("stimulus.coupling_ms", "ms", 300.0),
)


def told(scalings: np.ndarray) -> Settings:
    quantities = tuple(
        Quantity(name, unit, "", control, (control * column).tolist())
        for (name, unit, control), column in zip(OTHERS, scalings.T, strict=False)
    )
    return replace(settings(scalings), quantities=quantities)


@pytest.mark.parametrize("n", [2, 4, 6])
def test_parameters_are_paired_in_their_units_and_their_names_do_not_overlap(n):
    figure = draw_settings(told(np.random.default_rng(0).uniform(0.7, 1.3, (60, n))))
    shown = {label.replace("\n", " ") for label in labels(figure)}
    assert {"gKr scaling", "gCaL scaling"} <= shown
    assert n < 4 or {"Ko (mM)", "stimulus gain (pA/pF)"} <= shown
    assert n < 6 or "stimulus cycle length (ms)" in shown
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_one_quantity_at_a_time_is_a_matrix_whose_names_do_not_overlap():
    figure = draw_settings(told(subsets(np.array([0.5, 1.0, 2.0]), 5)))
    assert {"varied", "as a factor on the control's value"} <= labels(figure)
    assert overlapping(figure) == []
    assert outside(figure) == []
