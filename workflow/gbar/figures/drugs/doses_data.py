"""What the figure of doses shows, read from the labels of a sweep and its biomarkers."""

from pathlib import Path

import numpy as np

from gbar.drugs.drug import CONTROL
from gbar.drugs.labels import Labels, read_labels
from gbar.drugs.scores import DIVERGED, read_markers
from gbar.drugs.shares import ABNORMAL_COURSES, EAD, STUCK, courses
from gbar.errors import UserError
from gbar.figures.drugs.doses import Curve, Doses
from gbar.figures.drugs.looks import by_risk, left_out

MARKER = "apd90_ms"
BAND_PERCENT = (2.5, 97.5)


def read_doses(labels: str | Path, biomarkers: str | Path, *, most: int) -> Doses:
    """Read APD90 and the share of abnormal rows over the doses of each drug.

    Args:
        labels: labels.csv of a sweep.
        biomarkers: its biomarkers.csv.
        most: drugs that are shown.

    Raises:
        UserError: a table cannot be used, or there is no drug in it.
    """
    held = read_labels(labels)
    course, apd90_ms = courses(biomarkers, held), read_markers(biomarkers, held, MARKER)
    normal_ms = np.where(np.isin(course, ABNORMAL_COURSES), np.nan, apd90_ms)
    risk = risks(held)
    if not risk:
        raise UserError(f"{labels}: there is no drug in it")
    is_Cmax = bool(np.isfinite(held.dose_Cmax).all())
    dose = held.dose_Cmax if is_Cmax else held.concentration_nM
    shown = by_risk(risk, most)
    curves = [_curve(name, risk[name], dose, normal_ms, course, held.drug == name) for name in shown]
    control_ms = _spread(normal_ms[held.drug == CONTROL])
    return Doses(curves, is_Cmax, control_ms, f"{left_out(shown, len(risk))}: APD90{_over(held)}")


def risks(held: Labels) -> dict[str, str]:
    """Return the class of risk of each drug by its name, in the order of the labels; the control is none."""
    named = dict(zip(held.drug.tolist(), held.risk.tolist(), strict=True))
    return {name: risk for name, risk in named.items() if name != CONTROL}


def _curve(
    drug: str, risk: str, dose: np.ndarray, normal_ms: np.ndarray, course: np.ndarray, is_own: np.ndarray
) -> Curve:
    doses = np.unique(dose[is_own])
    here = [is_own & (dose == one) for one in doses]
    spread = np.array([_spread(normal_ms[rows]) for rows in here]).T
    shares = [[_share(course[rows], kind) for rows in here] for kind in (EAD, STUCK)]
    return Curve(drug, risk, doses, *spread, *map(np.array, shares))


def _spread(values: np.ndarray) -> tuple[float, float, float]:
    """Return the median and the ends of the 95 % band, of two values at least."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan, np.nan, np.nan
    low, high = np.percentile(known, BAND_PERCENT) if len(known) > 1 else (np.nan, np.nan)
    return float(np.median(known)), float(low), float(high)


def _share(course: np.ndarray, kind: str) -> float:
    """Return the share of a class among the rows that were solved; 0 where none was."""
    solved = (course != DIVERGED).sum()
    return float((course == kind).sum() / solved) if solved else 0.0


def _over(held: Labels) -> str:
    """Return, behind a comma, what the bands are over."""
    samples, members = (len(set(names.tolist()) - {""}) for names in (held.sample, held.member))
    counted = [f"{n:,} {noun}".replace(",", "\u202f") for n, noun in ((samples, "samples"), (members, "members")) if n]
    return f", median and 95 % of {' x '.join(counted)}" if counted else " of the best values"
