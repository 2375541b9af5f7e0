"""Dose-response of APD90: a panel a drug, with the share of abnormal rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from gbar.figures.drugs.looks import COLOURS, MARKS, short, told
from gbar.figures.style import BLACK, GREY, PALE, label_ticks, log_axis, mark_panel, page_figure, plain, styled
from gbar.jobs.job import Input, job

MOST_PANELS = 45
PAGE_MM, LEGEND_MM = 205.0, 22.0  # height of the panels of a full page, and of what is around them
PANEL_MM = (23.0, 46.0)  # the least and the greatest height of a row
DECADE = 9.99  # doses that span it are on a logarithmic axis
BAR = 0.2  # height of the bar of a share of 1, in that of a panel
HEADROOM = 0.4  # for the bars, in the height of the curves
STUCK_COLOUR, EAD_COLOUR = BLACK, GREY
COLUMNS = ((4, 3), (4, 5, 6))  # of up to twelve panels and of more: the number that leaves the fewest places empty
LETTERS = 84  # of all names above the panels of a row
FEW_DOSES = 5  # that are all ticks


@dataclass(frozen=True)
class Curve:
    """What the doses of a drug do.

    Attributes:
        drug: its name.
        risk: its class; empty where it is not known.
        dose: shape (dose,), rising.
        median: of APD90 over rows that repolarise normally, ms, shape (dose,); NaN where none does.
        low: lower end of its 95 % band, shape (dose,); NaN where there are fewer than two such rows.
        high: its upper end.
        ead: share of the rows with an early afterdepolarisation, shape (dose,).
        stuck: share of those that do not repolarise.
    """

    drug: str
    risk: str
    dose: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ead: np.ndarray
    stuck: np.ndarray


@dataclass(frozen=True)
class Doses:
    """What the figure shows.

    Attributes:
        curves: one for each panel.
        is_Cmax: whether doses are in free therapeutic concentrations, else in nM.
        control_ms: median of APD90 without a drug, and the ends of its 95 % band; NaN where undefined.
        title: how many drugs are shown, and what the bands are over.
    """

    curves: Sequence[Curve]
    is_Cmax: bool
    control_ms: tuple[float, float, float]
    title: str


@job("figure doses")
def doses_figure(labels: Input, biomarkers: Input) -> Figure:
    """Draw APD90 over the doses of each drug.

    Args:
        labels: which drug, dose and sample each row of the sweep is, labels.csv.
        biomarkers: biomarkers.csv of the sweep.
    """
    from gbar.figures.drugs.doses_data import read_doses

    return draw_doses(read_doses(labels, biomarkers, most=MOST_PANELS))


@styled
def draw_doses(shown: Doses) -> Figure:
    """Draw APD90 over the doses of each drug, the control, and the share of abnormal rows."""
    n = len(shown.curves)
    n_columns = n if n <= 3 else min(COLUMNS[n > 12], key=lambda columns: -n % columns)
    n_rows = -(-n // n_columns)
    height_mm = float(np.clip(PAGE_MM / n_rows, *PANEL_MM))
    figure = page_figure(height_mm=LEGEND_MM + n_rows * height_mm)
    grid = figure.subplots(n_rows, n_columns, sharex=shown.is_Cmax, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for axes in panels[n:]:
        axes.set_axis_off()
    size = 8 if n_columns < max(COLUMNS[True]) else 7
    for k, (axes, curve) in enumerate(zip(panels, shown.curves, strict=False)):
        _draw_curve(axes, curve, shown.control_ms)
        mark_panel(axes, short(curve.drug, LETTERS // n_columns), fontsize=size, color=COLOURS[curve.risk])
        axes.tick_params(labelsize=7)
        axes.tick_params(which="minor", length=0)
        if k % n_columns == 0:
            axes.set_ylabel("APD90 (ms)", size=8)
    has_abnormal = any((curve.ead + curve.stuck).any() for curve in shown.curves)
    _share_heights(panels[0], has_abnormal)
    for k, (axes, curve) in enumerate(zip(panels, shown.curves, strict=False)):
        dose = np.unique(np.concatenate([one.dose for one in shown.curves])) if shown.is_Cmax else curve.dose
        _dose_axis(axes, dose)
        if k + n_columns >= n:
            axes.tick_params(labelbottom=True)
        if k >= n_columns * (n_rows - 1):
            axes.set_xlabel("dose (× Cmax)" if shown.is_Cmax else "dose (nM)", size=8)
        if has_abnormal:
            _draw_shares(axes, curve)
    figure.legend(handles=_handles(shown, has_abnormal), loc="outside lower center", ncols=4)
    figure.suptitle(shown.title, x=0.01, ha="left")
    return figure


def _draw_curve(axes: Axes, curve: Curve, control_ms: tuple[float, float, float]) -> None:
    middle, low, high = control_ms
    if high > low:
        axes.axhspan(low, high, color=PALE, linewidth=0, zorder=0)
    axes.axhline(middle, color=BLACK, linewidth=0.8, zorder=1)
    colour = COLOURS[curve.risk]
    axes.fill_between(curve.dose, curve.low, curve.high, color=colour, alpha=0.25, linewidth=0)
    is_alone = np.isnan(curve.median[1:-1]).any() or len(curve.dose) == 1  # a band of one dose has no width
    if is_alone or np.isfinite(curve.low).any():
        axes.vlines(curve.dose, curve.low, curve.high, color=colour, linewidth=0.8, alpha=0.6)
    axes.plot(curve.dose, curve.median, color=colour, marker=MARKS[curve.risk], markersize=3)


def _share_heights(axes: Axes, has_abnormal: bool) -> None:
    """Leave room above the curves of all panels, which share their heights, for the bars of shares."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (HEADROOM if has_abnormal else 0) * (high - low))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def _dose_axis(axes: Axes, dose: np.ndarray) -> None:
    """Show all these doses, on a logarithmic axis if they span a decade, and label a few that are round."""
    low, high = dose[0], dose[-1]
    if is_log := high / low > DECADE:
        axes.set_xlim(low / (high / low) ** 0.08, high * (high / low) ** 0.08)
        log_axis(axes, "x")
    else:
        margin = 0.12 * (high - low) or 0.5 * low
        axes.set_xlim(low - margin, high + margin)
    is_round = np.array_equal(dose, [float(f"{one:.2g}") for one in dose])
    if is_round and len(dose) <= FEW_DOSES and not (is_log and np.min(dose[1:] / dose[:-1]) < 2):
        label_ticks(axes, "x", dose)


def _draw_shares(axes: Axes, curve: Curve) -> None:
    """Hang bars from the top of a panel, as long as the share of abnormal rows at each dose, and write it below."""
    place = {"transform": axes.get_xaxis_transform(), "clip_on": False}
    for dose, ead, stuck in zip(curve.dose, curve.ead, curve.stuck, strict=True):
        if not ead + stuck > 0:
            continue
        axes.vlines(dose, 1 - BAR * stuck, 1, color=STUCK_COLOUR, linewidth=4, capstyle="butt", **place)
        axes.vlines(
            dose, 1 - BAR * (stuck + ead), 1 - BAR * stuck, color=EAD_COLOUR, linewidth=4, capstyle="butt", **place
        )
        text = f"{100 * (ead + stuck):.2g}" if ead + stuck < 1 else "100"
        axes.text(dose, 0.98 - BAR * (stuck + ead), text, ha="center", va="top", size=6, **place)


def _handles(shown: Doses, has_abnormal: bool) -> list[Line2D | Patch]:
    """Return the key: classes of risk that there are, the control, shares."""
    present = [risk for risk in COLOURS if any(curve.risk == risk for curve in shown.curves)]
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=COLOURS[risk], marker=MARKS[risk], markersize=3.5, label=told(risk)) for risk in present
    ]
    handles.append(Line2D([], [], color=BLACK, linewidth=0.8, label=f"control, {plain(round(shown.control_ms[0]))} ms"))
    if has_abnormal:
        handles.append(Patch(color=EAD_COLOUR, label="afterdepolarisations (% of rows)"))
        handles.append(Patch(color=STUCK_COLOUR, label="no repolarisation"))
    return handles
