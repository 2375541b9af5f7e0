"""Accuracy of an inverter's design against the number of traces it is trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, PALETTE, label_ticks, log_axis, mark_panel, page_figure, plain, styled
from gbar.invert.designs.power_law import REFERENCE, PowerLaw
from gbar.jobs.job import Input, job

# The inverter study's own table (2019), means of 32 trainings: the number of training traces, the test MSE of the unit
# parameters, and the minutes of a training. It is of one cell and of these parameters of it.
PUBLISHED = ((100_000, 0.056, 55.0), (200_000, 0.040, 90.0), (400_000, 0.030, 160.0), (800_000, 0.024, 280.0))
PUBLISHED_CELL = "mainen1996"
PUBLISHED_PARAMETERS = frozenset(
    ("gna_dend", "gna_node", "gna_soma", "gkv_axon", "gkv_soma", "gkm_dend", "gkca_dend", "gca_dend", "c_m", "rm")
)
MAX_LABELS, LEAST_RATIO = 6, 1.8


@dataclass(frozen=True)
class Sizes:
    """The trainings of one design on more and more traces.

    Attributes:
        parameters: what they infer.
        traces: number of training traces of each training, shape (training,).
        test_mse: of the unit parameters, shape (training,).
        minutes: what each training took, shape (training,).
        law: fitted to the test MSE; None where there is only one number of traces.
    """

    parameters: frozenset[str]
    traces: np.ndarray
    test_mse: np.ndarray
    minutes: np.ndarray
    law: PowerLaw | None


def published_of(cell: str | None, parameters: frozenset[str]) -> Sequence[tuple[float, float, float]]:
    """Return the published traces, test MSE and minutes if they are of this cell and these parameters, or nothing."""
    return PUBLISHED if (cell, parameters) == (PUBLISHED_CELL, PUBLISHED_PARAMETERS) else ()


def medians(traces: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of traces, ascending, and the median of the trainings with each."""
    found = np.unique(traces)
    return found, np.array([np.median(values[traces == one]) for one in found])


@job("figure invert_sizes")
def invert_sizes_figure(metrics: Sequence[Input], cell: str = "") -> Figure:
    """Draw the error against the number of training traces.

    Args:
        metrics: scores of each training, metrics.json.
        cell: the cell; published errors are shown, too, where they are of it and its parameters.
    """
    from gbar.figures.invert.sizes_data import read_sizes

    sizes = read_sizes(metrics)
    return draw_sizes(sizes, published=published_of(cell, sizes.parameters))


@styled
def draw_sizes(sizes: Sizes, *, published: Sequence[tuple[float, float, float]] = ()) -> Figure:
    """Draw test MSE and minutes of training over the number of training traces.

    Args:
        sizes: the trainings.
        published: published traces, test MSE and minutes to be held against: `published_of`.
    """
    figure = page_figure(height_mm=86)
    left, right = panels = figure.subplots(1, 2, sharex=True)
    for axes, values, column in ((left, sizes.test_mse, 1), (right, sizes.minutes, 2)):
        axes.plot(sizes.traces, values, "o", color=PALETTE[0], markersize=4, alpha=0.5, label="a training")
        axes.plot(*medians(sizes.traces, values), "-", color=PALETTE[0], label="median")
        if published:
            points = np.array(published, dtype=float)
            axes.plot(points[:, 0], points[:, column], "D", color=BLACK, markersize=4.5, label="published (2019)")
    if sizes.law is not None:
        every = np.concatenate([sizes.traces, [row[0] for row in published]])
        ends = np.array([every.min(), every.max()], dtype=float)
        law = sizes.law
        spread = rf"\pm{law.exponent_error:.2f}" if np.isfinite(law.exponent_error) else ""
        reference = plain(REFERENCE)
        told = rf"fitted: {law.coefficient:.3g} $(N\,/\,${reference}$)^{{{law.exponent:.2f}{spread}}}$"
        left.plot(ends, law(ends), "--", color=PALETTE[1], label=told)
    for axes, label, title in (
        (left, "test MSE of the unit parameters", "error"),
        (right, "minutes of a training", "cost"),
    ):
        axes.margins(0.07)
        log_axis(axes, "y")
        axes.grid(axis="y", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set(xlabel="training traces N", ylabel=label)
        mark_panel(axes, title)
    log_axis(panels[0], "x")  # for both: they share it
    numbers = np.unique(np.concatenate([sizes.traces, [row[0] for row in published]]))
    if len(numbers) <= MAX_LABELS and np.all(numbers[1:] / numbers[:-1] >= LEAST_RATIO):
        label_ticks(panels[0], "x", numbers)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure
