"""Predicted against simulated action potentials, for held-out settings from the best to the worst."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecFromSubplotSpec
from matplotlib.ticker import MaxNLocator

from gbar.config.figures import PredictionsSection
from gbar.figures.labels import setting
from gbar.figures.style import BLACK, mark_panel, model_looks, page_figure, styled
from gbar.jobs.job import Input, job
from gbar.sweeps.store import Quantity

N_COLUMNS = 3
LEGEND_COLUMNS = 5
# Height of a line of text, of the traces below two of them, and of the strip of errors.
LINE_MM, TRACE_MM, ERROR_MM = 3.3, 23.4, 11.5
TITLE_WIDTH, TITLE_QUANTITIES = 28, 3  # most characters and quantities of a line above a panel


@dataclass(frozen=True)
class HeldOut:
    """One window of a test setting and what each model says of it.

    Attributes:
        scalings: value of each varied quantity of the setting, by name.
        rank: 1 for the setting with the least error, up to `n_settings`.
        n_settings: number of test settings ranked.
        time_ms: time from the start of the window, shape (sample,).
        simulated_mV: shape (sample,).
        predicted_mV: by name of the model, each of shape (sample,).
    """

    scalings: Mapping[str, float]
    rank: int
    n_settings: int
    time_ms: np.ndarray
    simulated_mV: np.ndarray
    predicted_mV: Mapping[str, np.ndarray]


def spread_ranks(n: int, n_shown: int = 6) -> list[int]:
    """Return `n_shown` ranks of 1 … `n`: best, median and worst among them, the rest evenly between."""
    if n <= n_shown:
        return list(range(1, n + 1))
    positions = np.linspace(0, 1, n_shown)
    positions[np.argmin(np.abs(positions - 0.5))] = 0.5
    return sorted({round(1 + p * (n - 1)) for p in positions})


def rmse_by_setting(
    simulated_mV: np.ndarray, predicted_mV: np.ndarray, setting: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank test settings by error.

    Args:
        simulated_mV: shape (window, sample).
        predicted_mV: shape (window, sample).
        setting: the setting each window was cut from, shape (window,).

    Returns:
        The settings in order of their root mean squared error over all their windows, that error in mV,
        and for each the index of its most typical window (the one whose error is nearest to it).
    """
    mse = np.mean((predicted_mV.astype(float) - simulated_mV) ** 2, axis=1)
    settings = np.unique(setting)
    errors, typical = np.empty(len(settings)), np.empty(len(settings), dtype=int)
    for k, one in enumerate(settings):
        windows = np.flatnonzero(setting == one)
        errors[k] = np.sqrt(mse[windows].mean())
        typical[k] = windows[np.argmin(np.abs(np.sqrt(mse[windows]) - errors[k]))]
    order = np.argsort(errors, kind="stable")
    return settings[order], errors[order], typical[order]


@job("figure predictions", need="jobs.resources.of_emulator_figure")
def predictions_figure(windows: Input, predictions: Mapping[str, Input], settings: PredictionsSection) -> Figure:
    """Draw predicted beside simulated action potentials.

    Args:
        windows: data set.
        predictions: predicted windows of each model, NAME=predictions.npz.
        settings: the figure's settings.
    """
    from gbar.figures.emulate.model_data import read_inputs
    from gbar.figures.emulate.predictions_data import read_held_out

    shown, ranked_by = read_held_out(windows, predictions, n_shown=settings.settings)
    return draw_predictions(shown, ranked_by=ranked_by, known=read_inputs(windows))


@styled
def draw_predictions(
    shown: Sequence[HeldOut], *, ranked_by: str, known: Mapping[str, Quantity] = MappingProxyType({})
) -> Figure:
    """Draw simulated and predicted traces, the difference below each.

    Args:
        shown: one for each panel, in order of rank.
        ranked_by: the model whose error ranks the settings, named in the title.
        known: what the varied quantities are, by name; scalings where nothing is said.
    """
    models = sorted({name for held_out in shown for name in held_out.predicted_mV})
    colours = {name: look["color"] for name, look in model_looks(models).items()}
    n_rows = -(-len(shown) // N_COLUMNS)
    titles = []
    for one in shown:
        quantities = [known.get(name, Quantity(name, "1", "", 1.0)) for name in one.scalings]
        text = setting(quantities, list(one.scalings.values()), TITLE_WIDTH, TITLE_QUANTITIES)
        titles.append(f"rank {one.rank} of {one.n_settings}\n{text}")
    title_lines = max(title.count("\n") for title in titles)
    text_mm = LINE_MM * len(models)
    line_share = LINE_MM / (TRACE_MM + text_mm)
    ratios = [TRACE_MM + text_mm, ERROR_MM]
    legend_rows = -(-(1 + len(models)) // LEGEND_COLUMNS)
    figure = page_figure(height_mm=10 + 4 * legend_rows + (18.5 + sum(ratios) + 4 * title_lines) * n_rows)
    grid = figure.add_gridspec(n_rows, min(N_COLUMNS, len(shown)))
    first = first_difference = None
    for k, held_out in enumerate(shown):
        cell = GridSpecFromSubplotSpec(2, 1, grid[divmod(k, N_COLUMNS)], height_ratios=ratios, hspace=0.05)
        trace = figure.add_subplot(cell[0], sharex=first, sharey=first)
        difference = figure.add_subplot(cell[1], sharex=trace, sharey=first_difference)
        first, first_difference = first or trace, first_difference or difference
        trace.plot(held_out.time_ms, held_out.simulated_mV, color=BLACK, linewidth=1.8, label="simulated", zorder=1.9)
        difference.axhline(0, color=BLACK, linewidth=0.7)
        for name, predicted in held_out.predicted_mV.items():
            error = predicted.astype(float) - held_out.simulated_mV
            rmse = np.sqrt(np.mean(error**2))
            # The better lies on the worse.
            look = {"color": colours[name], "zorder": 2 + 1 / (1 + rmse)}
            trace.plot(held_out.time_ms, predicted, **look, linewidth=1.0, label=name)
            difference.plot(held_out.time_ms, error, **look, linewidth=0.8)
            spot = (0.99, 0.99 - line_share * models.index(name))
            text = f"RMSE {rmse:.2g} mV"  # the colour is that of the legend: names may be long
            trace.text(*spot, text, color=colours[name], transform=trace.transAxes, ha="right", va="top", size=8)
        mark_panel(trace, titles[k] + "\n" * (title_lines - titles[k].count("\n")))
        trace.tick_params(labelbottom=False)
        trace.margins(x=0)
        if k % N_COLUMNS == 0:
            trace.set_ylabel("V (mV)")
            difference.set_ylabel("error (mV)")
        if k + N_COLUMNS >= len(shown):
            difference.set_xlabel("time in window (ms)")
    if first is not None:
        low, high = first.get_ylim()
        first.set_yticks([tick for tick in MaxNLocator(4).tick_values(low, high) if low <= tick <= high])
        # Room above the traces for a line of text a model.
        first.set_ylim(low, high + (high - low) * text_mm / TRACE_MM)
    figure.align_ylabels()
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(handles), LEGEND_COLUMNS))
    figure.suptitle(f"Held-out settings ranked by the RMSE of {ranked_by}", x=0.01, ha="left")
    return figure
