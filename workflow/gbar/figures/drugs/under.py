"""Action potentials under the doses of drugs: a panel a drug, a trace a dose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gbar.figures.drugs.looks import COLOURS, short, told
from gbar.figures.style import BLACK, mark_panel, ordered_colours, page_figure, plain, styled
from gbar.jobs.job import Input, job

MOST_PANELS = 12
PANEL_MM, AROUND_MM = 44.0, 22.0
MOST_IN_KEY = 8  # doses
LETTERS = 18  # of a name
CONTROL_LOOK = {"color": BLACK, "linewidth": 1.4, "zorder": 3}
ABNORMAL_LOOK = {"linewidth": 0.9, "linestyle": (0, (4, 1.5))}


@dataclass(frozen=True)
class UnderDrug:
    """The traces of a drug.

    Attributes:
        drug: its name.
        risk: its class; empty where it is not known.
        dose: of each trace, shape (trace,), rising.
        V_mV: shape (trace, sample); NaN where there is no sample.
        is_abnormal: whether a trace has an early afterdepolarisation, or does not repolarise, shape (trace,).
    """

    drug: str
    risk: str
    dose: np.ndarray
    V_mV: np.ndarray
    is_abnormal: np.ndarray


@dataclass(frozen=True)
class Under:
    """What the figure shows.

    Attributes:
        time_ms: time from the upstroke, shape (sample,).
        control_mV: the trace without a drug, shape (sample,).
        drugs: one for each panel.
        is_Cmax: whether doses are in free therapeutic concentrations, else in nM.
        title: the cell, how many drugs are shown, and which of their rows.
    """

    time_ms: np.ndarray
    control_mV: np.ndarray
    drugs: Sequence[UnderDrug]
    is_Cmax: bool
    title: str


@job("figure under")
def under_figure(store: Input, labels: Input, biomarkers: Input) -> Figure:
    """Draw action potentials over the doses of drugs.

    Args:
        store: store of the sweep.
        labels: which drug, dose and sample each of its rows is, labels.csv.
        biomarkers: its biomarkers.csv.
    """
    from gbar.figures.drugs.under_data import read_under

    return draw_under(read_under(store, labels, biomarkers, most=MOST_PANELS))


@styled
def draw_under(shown: Under) -> Figure:
    """Draw the action potential at each dose of drugs, and the control, in a panel a drug."""
    n = len(shown.drugs)
    n_columns = min(3, n)
    n_rows = -(-n // n_columns)
    figure = page_figure(height_mm=AROUND_MM + PANEL_MM * n_rows)
    panels = list(figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).flat)
    for axes in panels[n:]:
        axes.set_axis_off()
    doses = np.unique(np.concatenate([one.dose for one in shown.drugs]))
    cmap, norm = ordered_colours(), LogNorm(doses[0], max(doses[-1], 1.001 * doses[0]))
    for k, (axes, one) in enumerate(zip(panels, shown.drugs, strict=False)):
        axes.plot(shown.time_ms, shown.control_mV, **CONTROL_LOOK)
        for dose, V_mV, is_abnormal in zip(one.dose, one.V_mV, one.is_abnormal, strict=True):
            axes.plot(shown.time_ms, V_mV, color=cmap(float(norm(dose))), **(ABNORMAL_LOOK if is_abnormal else {}))
        mark_panel(axes, f"{short(one.drug, LETTERS)} ({told(one.risk)})", fontsize=8, color=COLOURS[one.risk])
        axes.margins(x=0)
        if k % n_columns == 0:
            axes.set_ylabel("V (mV)")
        if k + n_columns >= n:
            axes.set_xlabel("time from upstroke (ms)")
            axes.tick_params(labelbottom=True)
    handles = [Line2D([], [], label="control", **CONTROL_LOOK)]
    for k in np.unique(np.linspace(0, len(doses) - 1, min(MOST_IN_KEY, len(doses))).round().astype(int)):
        written = plain(float(f"{doses[k]:.3g}"))
        label = f"{written} × Cmax" if shown.is_Cmax else f"{written} nM"
        handles.append(Line2D([], [], color=cmap(float(norm(doses[k]))), label=label))
    if any(one.is_abnormal.any() for one in shown.drugs):
        handles.append(Line2D([], [], color=BLACK, label="abnormal", **ABNORMAL_LOOK))
    figure.legend(handles=handles, loc="outside lower center", ncols=6 if len(handles) == 6 else 5)
    figure.suptitle(shown.title, x=0.01, ha="left")
    return figure
