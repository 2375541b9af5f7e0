"""The score of each sample of a drug: a marker of its simulated beats, averaged over doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.config.risk import ABNORMAL, BNET, RiskSection
from gbar.drugs.drug import CONTROL, RISKS
from gbar.drugs.labels import Labels, read_labels
from gbar.drugs.shares import ABNORMAL_COURSES, courses
from gbar.errors import UserError, among
from gbar.records.files import read_csv

NOT_MEASURES = ("status", "class", "beats")
DIVERGED = "diverged"
SAME_DOSE = 1e-6  # relative


@dataclass(frozen=True)
class Scores:
    """Scores of samples.

    Attributes:
        drug: its name, shape (samples,).
        value: the score, shape (samples,).
        risk: class of each drug, 0 the lowest, by name; drugs whose class is not known are left out.
        group: "training", "validation" or nothing, by name of the drug.
    """

    drug: np.ndarray
    value: np.ndarray
    risk: dict[str, int]
    group: dict[str, str]

    def of(self, names: Sequence[str]) -> "Scores":
        """Return the scores of some drugs."""
        kept = np.isin(self.drug, list(names))
        return Scores(self.drug[kept], self.value[kept], self.risk, self.group)

    @property
    def classes(self) -> np.ndarray:
        """Class of the drug of each sample, shape (samples,)."""
        return np.array([self.risk[one] for one in self.drug], int)


def read_markers(path: str | Path, labels: Labels, name: str) -> np.ndarray:
    """Return a marker under each label; NaN where a row did not beat or was not solved to the end.

    Args:
        path: biomarkers.csv.
        labels: of its rows.
        name: column of the table; or Bnet, which is the labels' own; or abnormal, by the class of a row.

    Raises:
        UserError: the table has no such column, or lacks a row.
    """
    if name == BNET:
        return labels.bnet
    if name == ABNORMAL:
        course = courses(path, labels)
        return np.where(course == DIVERGED, np.nan, np.isin(course, ABNORMAL_COURSES))
    header, lines = read_csv(path)
    if "status" not in header:
        raise UserError(f"{path}: is no table of biomarkers")
    measures = [one for one in header[header.index("status") :] if one not in NOT_MEASURES]
    if name not in measures:
        raise UserError(f"marker: {name!r} is unknown; {path} has {among(name, measures)}; or {BNET}, {ABNORMAL}")
    place, status, identity = header.index(name), header.index("status"), header.index("id")
    try:
        found = {line[identity]: float(line[place] or "nan") if line[status] == "ok" else np.nan for line in lines}
        return np.array([found[one] for one in labels.ids])
    except ValueError as error:
        raise UserError(f"{path}: {error}; {name} must be a number, or empty") from None
    except KeyError as error:
        raise UserError(f"{path}: lacks the row {error.args[0]}; gather the sweep again") from None


def scores(labels: str | Path, biomarkers: str | Path, settings: RiskSection) -> Scores:
    """Return the score of each sample: the mean of the marker over doses and members, those without one left out.

    Raises:
        UserError: a dose was not simulated, no sample of a drug has the marker, or a table cannot be used.
    """
    held = read_labels(labels)
    marker = read_markers(biomarkers, held, settings.marker)
    if settings.change:
        control = dict(zip(held.member[held.drug == CONTROL], marker[held.drug == CONTROL], strict=True))
        marker = marker - np.array([control[one] for one in held.member])
    used = np.zeros(len(marker), bool)
    for dose in settings.doses_Cmax:
        here = np.isclose(held.dose_Cmax, dose, rtol=SAME_DOSE, atol=0)
        used |= here
        for name in dict.fromkeys(held.drug.tolist()):
            if name != CONTROL and not here[held.drug == name].any():
                raise UserError(f"doses_Cmax: {name} was not simulated at {dose:g} times its therapeutic concentration")
    found: dict[str, np.ndarray] = {}
    for name in dict.fromkeys(held.drug[used].tolist()):
        rows = np.flatnonzero(used & (held.drug == name) & np.isfinite(marker))
        if not len(rows):
            raise UserError(f"marker: no dose of {name} has a {settings.marker}")
        _, sample = np.unique(held.sample[rows], return_inverse=True)
        found[name] = np.bincount(sample, marker[rows]) / np.bincount(sample)
    first = {name: int(np.flatnonzero(held.drug == name)[0]) for name in found}
    return Scores(
        np.repeat(list(found), [len(one) for one in found.values()]),
        np.concatenate(list(found.values())),
        {name: RISKS.index(held.risk[row]) for name, row in first.items() if held.risk[row]},
        {name: str(held.group[row]) for name, row in first.items()},
    )
