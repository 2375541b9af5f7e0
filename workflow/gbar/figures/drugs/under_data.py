"""What the figure of action potentials under drugs shows, read from a sweep's store; a trace at a time."""

from pathlib import Path

import numpy as np

from gbar.drugs.drug import CONTROL
from gbar.drugs.labels import read_labels
from gbar.drugs.scores import DIVERGED, read_markers
from gbar.drugs.shares import ABNORMAL_COURSES, courses
from gbar.errors import UserError
from gbar.figures.drugs.doses_data import MARKER, risks
from gbar.figures.drugs.looks import by_risk, left_out
from gbar.figures.drugs.under import Under, UnderDrug
from gbar.figures.sweeps.sweep_data import cell_of, read_aligned
from gbar.sweeps.row_reader import reader_of_store
from gbar.sweeps.store import array, open_store

SAMPLES = 1000
BEFORE, AFTER = 0.03, 0.92  # the time shown before and after the upstroke, in cycle lengths
UNPACED_MS = 600.0  # the cycle length of a cell that nothing paces


def read_under(store: str | Path, labels: str | Path, biomarkers: str | Path, *, most: int) -> Under:
    """Read the action potential at each dose of drugs: of samples and members that of the median APD90.

    Rows that do not repolarise, or with an early afterdepolarisation, rank the longest. Doses of which no row was
    solved are left out.

    Args:
        store: store of a sweep.
        labels: its labels.csv.
        biomarkers: its biomarkers.csv.
        most: drugs that are shown.

    Raises:
        UserError: a file cannot be used, or of a drug or of the control no row was solved.
    """
    group, held = open_store(store), read_labels(labels)
    course, apd90_ms = courses(biomarkers, held), read_markers(biomarkers, held, MARKER)
    is_abnormal = np.isin(course, ABNORMAL_COURSES)
    length_ms = np.where(is_abnormal, np.inf, np.where(course == DIVERGED, np.nan, np.nan_to_num(apd90_ms)))
    place = {str(identity): row for row, identity in enumerate(np.asarray(array(group, "id")[:]).tolist())}
    if missing := [identity for identity in held.ids.tolist() if identity not in place]:
        raise UserError(f"{labels}: the row {missing[0]} is not in {store}; gather the sweep again")
    risk, reader = risks(held), reader_of_store(group)
    pulses_ms = reader.pulses_ms[0]
    cycle_ms = float(np.median(np.diff(pulses_ms[:, 0]))) if len(pulses_ms) > 1 else UNPACED_MS
    window = (BEFORE * cycle_ms, AFTER * cycle_ms, SAMPLES)

    def trace(label: int) -> tuple[np.ndarray, np.ndarray]:
        time_ms, V_mV, _ = read_aligned(group, reader, place[str(held.ids[label])], *window)
        return time_ms, V_mV

    def middle(is_own: np.ndarray) -> int | None:
        """Return the label of the median row."""
        known = np.flatnonzero(is_own & ~np.isnan(length_ms))
        return int(known[np.argsort(length_ms[known], kind="stable")[(len(known) - 1) // 2]]) if len(known) else None

    is_Cmax = bool(np.isfinite(held.dose_Cmax).all())
    dose = held.dose_Cmax if is_Cmax else held.concentration_nM
    shown = by_risk(risk, most)
    drugs = []
    for name in shown:
        doses = np.unique(dose[held.drug == name])
        found = [(one, middle((held.drug == name) & (dose == one))) for one in doses]
        rows = [(one, label) for one, label in found if label is not None]
        if not rows:
            raise UserError(f"{biomarkers}: no row of {name} was solved; there is no trace to show")
        V_mV = np.array([trace(label)[1] for _, label in rows])
        own = np.array([label for _, label in rows])
        drugs.append(UnderDrug(name, risk[name], np.array([one for one, _ in rows]), V_mV, is_abnormal[own]))
    control = middle(held.drug == CONTROL)
    if control is None:
        raise UserError(f"{biomarkers}: the control was not solved; there is no trace to show")
    several = len(set(held.sample.tolist())) > 2 or len(set(held.member.tolist())) > 1
    title = f"{cell_of(store)}: {left_out(shown, len(risk))}{', the rows of median APD90' if several else ''}"
    return Under(*trace(control), drugs, is_Cmax, title)
