"""`gbar shares`: how many members of a population, or samples, are abnormal under each dose of each drug.

Abnormal repolarisation is what populations are scored by: an early afterdepolarisation, or none to the end of the trace
(Passini et al. 2017, Front Physiol 8:668, whose definition was not read at its source).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gbar.drugs.labels import Labels, read_labels
from gbar.errors import UserError
from gbar.jobs.job import Input, Output, job
from gbar.records.files import read_csv, write_csv

EAD, STUCK = "afterdepolarisations", "no repolarisation"
ABNORMAL_COURSES = (EAD, STUCK)
HEADER = ("drug", "dose_Cmax", "concentration_nM", "rows", "not_solved", "silent", EAD, "no_repolarisation", "share")


@job("shares")
def shares(labels: Input, biomarkers: Input, out: Output) -> None:
    """Tell the share of rows with abnormal repolarisation under each dose of each drug.

    Args:
        labels: which drug, dose and sample each row of the sweep is, labels.csv.
        biomarkers: biomarkers.csv of the sweep.
        out: table to write, .csv.

    Raises:
        UserError: a table cannot be used.
    """
    held = read_labels(labels)
    write_csv(out, HEADER, _lines(held, courses(biomarkers, held)))


def courses(path: str | Path, labels: Labels) -> np.ndarray:
    """Return the class of the row under each label.

    Raises:
        UserError: the table has no classes, or lacks a row.
    """
    header, lines = read_csv(path)
    if not {"id", "class"} <= set(header):
        raise UserError(f"{path}: is no table of biomarkers")
    found = {line[header.index("id")]: line[header.index("class")] for line in lines}
    try:
        return np.array([found[one] for one in labels.ids])
    except KeyError as error:
        raise UserError(f"{path}: lacks the row {error.args[0]}; gather the sweep again") from None


def _lines(labels: Labels, course: np.ndarray) -> Iterator[list[object]]:
    """Yield a line a dose; the share is of the rows that were solved."""
    doses = dict.fromkeys(zip(labels.drug.tolist(), labels.concentration_nM.tolist(), strict=True))
    for drug, dose_nM in doses:
        here = (labels.drug == drug) & (labels.concentration_nM == dose_nM)
        multiple = labels.dose_Cmax[here][0]
        counts = {name: int((course[here] == name).sum()) for name in ("diverged", "silent", *ABNORMAL_COURSES)}
        solved = int(here.sum()) - counts["diverged"]
        share = f"{(counts[EAD] + counts[STUCK]) / solved:.6g}" if solved else ""
        named = [drug, "" if np.isnan(multiple) else f"{multiple:.9g}", f"{dose_nM:.9g}"]
        yield [*named, int(here.sum()), *counts.values(), share]
