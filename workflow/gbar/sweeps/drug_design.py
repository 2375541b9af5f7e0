"""A sweep's design of drugs: its rows from the drugs that are known and the members of its population."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gbar.config.design import DrugDesign
from gbar.config.sweep import SweepSection
from gbar.drugs.drug import Drug
from gbar.drugs.rows import DrugRows, Members, drug_rows
from gbar.drugs.table import cipa
from gbar.errors import UserError
from gbar.sweeps.rows import read_rows


def rows_of_drugs(sweep: SweepSection, drugs: Mapping[str, Drug] | None, members: str | Path | None) -> DrugRows:
    """Return the rows of a design of drugs; see `design_table`."""
    assert isinstance(sweep.design, DrugDesign)
    cell = sweep.cell.cell()
    own = sweep.own_values() | sweep.cell.fixed
    held = None if members is None else read_members(members, list(own))
    return drug_rows(sweep.design, cell, own, cipa() if drugs is None else drugs, held)


def read_members(path: str | Path, allowed: list[str]) -> Members:
    """Return the members of a population from its table: their ids, and the quantities that vary among them.

    Raises:
        UserError: the table cannot be read, is of another cell, or has no member.
    """
    rows = read_rows(path)
    for name in rows.values:
        if name not in allowed:
            raise UserError(f"{path}: {name!r} is unknown; the population must be one of the same cell")
    if not rows.ids:
        raise UserError(f"{path}: there is no member in it")
    return Members(rows.ids, {name: np.array(values) for name, values in rows.values.items()})
