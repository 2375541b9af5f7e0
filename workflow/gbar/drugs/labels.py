"""labels.csv beside a sweep: which drug, dose and sample each row is, under the row's identity.

A line a label and member of the population: rows that are alike, such as those of a drug without any uncertainty, have
several lines. The control has the drug `gbar.drugs.drug.CONTROL`. Identities know nothing of labels: these are joined
with biomarkers.csv by `id`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.config.design import DrugDesign
from gbar.config.drugs import DrugsSection
from gbar.config.sweep import SweepSection
from gbar.drugs.rows import DrugRows
from gbar.errors import UserError
from gbar.jobs.job import Input, Output, job
from gbar.records.files import read_csv, write_csv
from gbar.sweeps.design import row_ids
from gbar.sweeps.drug_design import rows_of_drugs

HEADER = ("id", "drug", "dose_Cmax", "concentration_nM", "sample", "member", "risk", "set", "Bnet")


@dataclass(frozen=True)
class Labels:
    """The lines of labels.csv.

    Attributes:
        ids: of the row.
        drug: name of its drug.
        dose_Cmax: in free therapeutic concentrations; NaN where that is not known.
        concentration_nM: free concentration.
        sample: of the drug; empty of best values.
        member: of the population, by its identity; empty where there is none.
        risk: of the drug; empty where it is not known.
        group: that the drug is used for.
        bnet: see `gbar.drugs.drug.bnet`.
    """

    ids: np.ndarray
    drug: np.ndarray
    dose_Cmax: np.ndarray
    concentration_nM: np.ndarray
    sample: np.ndarray
    member: np.ndarray
    risk: np.ndarray
    group: np.ndarray
    bnet: np.ndarray


@job("labels")
def labels(settings: SweepSection, drugs: DrugsSection, out: Output, members: Input | None = None) -> None:
    """Tell which drug, dose and sample each row of a design of drugs is.

    Args:
        settings: the sweep.
        drugs: the drugs that its design can name.
        out: table to write, .csv.
        members: table of the members of its population, .csv.

    Raises:
        UserError: the design is of another kind, or names what there is not.
    """
    if not isinstance(settings.design, DrugDesign):
        raise UserError(f"design.kind: {settings.design.kind!r} has no labels; only drugs have")
    rows = rows_of_drugs(settings, drugs.known(), members or None)
    write_csv(out, HEADER, _lines(rows, row_ids(settings, rows.quantities, rows.values)))


def _lines(rows: DrugRows, ids: list[str]) -> Iterator[list[object]]:
    identities = iter(ids)
    for label in rows.labels:
        dose = "" if np.isnan(label.dose_Cmax) else f"{label.dose_Cmax:.9g}"
        sample = "" if label.sample is None else label.sample
        for member in rows.members:
            named = [next(identities), label.drug, dose, f"{label.concentration_nM:.9g}", sample, member]
            yield [*named, label.risk, label.group, f"{label.bnet:.9g}"]


def read_labels(path: str | Path) -> Labels:
    """Read labels.csv.

    Raises:
        UserError: it is no such table.
    """
    header, lines = read_csv(path)
    if tuple(header) != HEADER:
        raise UserError(f"{path}: is no table of labels; its columns must be {', '.join(HEADER)}")
    columns = dict(zip(header, np.array(lines, dtype=object).reshape(len(lines), len(header)).T, strict=True))
    numbers = ("dose_Cmax", "concentration_nM", "Bnet")
    try:
        read = {name: np.array([float(text or "nan") for text in columns[name]]) for name in numbers}
    except ValueError as error:
        raise UserError(f"{path}: {error}; every dose and Bnet must be a number") from None
    return Labels(
        columns["id"].astype(str),
        columns["drug"].astype(str),
        read["dose_Cmax"],
        read["concentration_nM"],
        columns["sample"].astype(str),
        columns["member"].astype(str),
        columns["risk"].astype(str),
        columns["set"].astype(str),
        read["Bnet"],
    )
