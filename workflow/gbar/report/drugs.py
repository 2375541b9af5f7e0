"""What the report says of sweeps under drugs: drugs, doses, samples, and the shares of abnormal rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gbar.drugs.drug import CONTROL
from gbar.drugs.labels import Labels, read_labels
from gbar.drugs.shares import HEADER
from gbar.errors import UserError
from gbar.records.files import read_csv
from gbar.report.tables import DASH, Part, Table, count, number

NAMED = 8  # drugs that are named in a sentence
ABOUT = (
    "A row is abnormal if it has an early afterdepolarisation or does not repolarise. Doses are free concentrations, "
    "in free therapeutic ones (Cmax) where these are known. Cells that conserve charge exactly have a steady state "
    "that depends on their start."
)


def drugs_part(shares: Mapping[str, Path]) -> Part:
    """Return what the report says of sweeps under drugs.

    Args:
        shares: shares.csv of each sweep, with its labels.csv beside.

    Raises:
        UserError: a table cannot be used.
    """
    sentences, tables = [], []
    for name, path in shares.items():
        held = read_labels(path.with_name("labels.csv"))
        rows = _rows(path)
        sentences.append(_told(name, held, rows))
        if abnormal := [row for row in rows if row["share"] not in ("", "0")]:
            tables.append(_shares_table(name, rows, {row["drug"] for row in abnormal}))
    return Part("drugs", "Drugs", [], [*sentences, ABOUT], tables)


def _rows(path: Path) -> list[dict[str, str]]:
    header, lines = read_csv(path)
    if tuple(header) != HEADER:
        raise UserError(f"{path}: is no table of shares; its columns must be {', '.join(HEADER)}")
    return [dict(zip(header, line, strict=True)) for line in lines]


def _told(name: str, held: Labels, rows: Sequence[Mapping[str, str]]) -> str:
    """Return a sweep in two sentences."""
    drugs = [one for one in dict.fromkeys(held.drug.tolist()) if one != CONTROL]
    named = ", ".join(drugs[:NAMED]) + (f" and {len(drugs) - NAMED} more" if len(drugs) > NAMED else "")
    doses = _doses([row for row in rows if row["drug"] != CONTROL])
    samples, members = (len(set(one.tolist()) - {""}) for one in (held.sample, held.member))
    by = [f"{count(samples)} samples of what is uncertain about each" if samples else "their best values"]
    by += [f"{count(members)} members of a population"] if members else []
    labels, distinct = len(held.ids), len(set(held.ids.tolist()))
    by.append(f"{count(labels)} rows" + (f", {count(distinct)} of them different" if distinct < labels else ""))
    at = f"at {', '.join(doses)}" if len(doses) <= NAMED else f"at {len(doses)} doses"
    noun = "drug" if len(drugs) == 1 else "drugs"
    said = f"Sweep {name}: {len(drugs)} {noun} ({named}) {at}; {'; '.join(by)}."
    not_solved = sum(int(row["not_solved"]) for row in rows)
    abnormal = sum(int(row["afterdepolarisations"]) + int(row["no_repolarisation"]) for row in rows)
    said += f" {count(abnormal)} are abnormal" if abnormal else " None is abnormal"
    return said + (f", {count(not_solved)} not solved." if not_solved else ".")


def dose_text(row: Mapping[str, str]) -> str:
    """Return the dose of a line of shares.csv or labels.csv in words."""
    if row["dose_Cmax"]:
        return f"{float(row['dose_Cmax']):.4g} × Cmax"
    return f"{float(row['concentration_nM']):.4g} nM"


def _shares_table(name: str, rows: Sequence[Mapping[str, str]], abnormal: set[str]) -> Table:
    """Return the share of abnormal rows of each drug that has any, over the doses."""
    told = [row for row in rows if row["drug"] in abnormal]
    shown = _doses(told)
    lines = []
    for drug in dict.fromkeys(row["drug"] for row in told):
        own = {dose_text(row): row for row in told if row["drug"] == drug}
        lines.append([drug, *(_share(own[dose]) if dose in own else DASH for dose in shown)])
    drugs = len({row["drug"] for row in rows} - {CONTROL})
    others = drugs - len(abnormal - {CONTROL})
    left_out = f"; {others} of {drugs} drugs without any are left out" if others else ""
    return Table(f"Sweep {name}: abnormal rows in percent of those that were solved{left_out}", ["drug", *shown], lines)


def _doses(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the doses of lines in words, each once, those in therapeutic concentrations last, rising."""
    found = {
        (bool(one["dose_Cmax"]), float(one["dose_Cmax"] or one["concentration_nM"])): dose_text(one) for one in rows
    }
    return list(dict.fromkeys(text for _, text in sorted(found.items())))


def _share(row: Mapping[str, str]) -> str:
    value = float(row["share"] or np.nan)
    return "0" if value == 0 else number(100 * value)
