"""Tables of drugs, CSV, a line a drug.

Columns, in any order: `drug`; `free_Cmax_nM`; of each channel (`gbar.drugs.drug.CHANNELS`) `IKr_IC50_nM` and `IKr_h` (1
when left out), with their 95 % ranges `IKr_IC50_low_nM`, `IKr_IC50_high_nM`, `IKr_h_low`, `IKr_h_high` and the
`IKr_correlation` of ln IC50 and h; of the binding to hERG `binding_Kmax`, `binding_Ku_per_ms`, `binding_n`,
`binding_halfmax` and `binding_Vhalf_mV`, likewise with `_low` and `_high`; `risk`, `set`, `source`. What is left out or
empty was not measured.
"""

from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np

from gbar.drugs.drug import CHANNELS, RISKS, Binding, Block, Drug, Uncertain
from gbar.drugs.joint import read_joint
from gbar.errors import UserError, among, wrong
from gbar.records.user_tables import Line, UserTable, read_user_table

SHIPPED = {name: Path(__file__).parent / "data" / f"{name}.csv" for name in ("cipa", "redfern")}
JOINT = {"cipa": SHIPPED["cipa"].with_name("cipa_binding.csv")}
BINDING = tuple(one.name for one in fields(Binding))
GROUPS = ("training", "validation")
SIGNED = "binding_Vhalf_mV"
KNOWN = (
    "drug",
    "free_Cmax_nM",
    *(
        f"{channel}_{what}"
        for channel in CHANNELS
        for what in ("IC50_nM", "IC50_low_nM", "IC50_high_nM", "h", "h_low", "h_high", "correlation")
    ),
    *(f"binding_{name}{limit}" for name in BINDING for limit in ("", "_low", "_high")),
    "risk",
    "set",
    "source",
)


@cache
def shipped(name: str) -> dict[str, Drug]:
    """Return the drugs of a table that ships, one of `SHIPPED`, by name."""
    drugs = read_drugs(SHIPPED[name])
    if name not in JOINT:
        return drugs
    joint = read_joint(JOINT[name])
    return {one: replace(drug, joint=joint.get(one)) for one, drug in drugs.items()}


def cipa() -> dict[str, Drug]:
    """Return the 28 drugs of the CiPA initiative, by name (data/README.md says where their numbers are from)."""
    return shipped("cipa")


def read_drugs(path: str | Path) -> dict[str, Drug]:
    """Return the drugs of a table, by name.

    Raises:
        UserError: it cannot be read, has a column of another name, lacks one, or holds what cannot be: an IC50 of 0, a
            range that its value is outside of, half of a binding.
    """
    table = read_user_table(path)
    for name in table.header:
        if name not in KNOWN:
            raise wrong(f"{path}: column", name, f"one of {among(name, list(KNOWN))}")
    if "drug" not in table.header:
        raise UserError(f"{path}: the column 'drug' is missing")
    drugs: dict[str, Drug] = {}
    for row in table.rows:
        drug = _drug(table, row)
        if drug.name in drugs:
            raise UserError(f"{path} line {row.number}: {drug.name} stands in the table twice")
        drugs[drug.name] = drug
    if not drugs:
        raise UserError(f"{path}: there is no drug in it")
    return drugs


def drug_called(name: str, drugs: dict[str, Drug], where: str) -> Drug:
    """Return a drug by its name, in letters of any case.

    Raises:
        UserError: there is none of this name; near ones are named.
    """
    for known, drug in drugs.items():
        if known.casefold() == name.casefold():
            return drug
    raise wrong(f"drug of {where}", name, f"one of {among(name, list(drugs))}")


def _drug(table: UserTable, row: Line) -> Drug:
    cells = _Cells(table, row)
    name = cells.text("drug")
    if not name:
        raise UserError(f"{table.path} line {row.number}: the drug has no name")
    blocks = {channel: block for channel in CHANNELS if (block := _block(cells, channel)) is not None}
    return Drug(
        name=name,
        free_cmax_nM=cells.positive("free_Cmax_nM"),
        blocks=blocks,
        binding=_binding(cells),
        risk=cells.text("risk", RISKS),
        group=cells.text("set", GROUPS),
    )


def _block(cells: "_Cells", channel: str) -> Block | None:
    ic50_nM = cells.uncertain(*(f"{channel}_IC50{limit}_nM" for limit in ("", "_low", "_high")))
    if np.isnan(ic50_nM.value):
        return None
    hill = cells.uncertain(*(f"{channel}_h{limit}" for limit in ("", "_low", "_high")))
    correlation = cells.number(f"{channel}_correlation")
    if abs(correlation) > 1:
        raise cells.refused(f"{channel}_correlation", "a number from -1 to 1")
    return Block(
        ic50_nM, Uncertain(1.0) if np.isnan(hill.value) else hill, 0.0 if np.isnan(correlation) else correlation
    )


def _binding(cells: "_Cells") -> Binding | None:
    found = {name: cells.uncertain(*(f"binding_{name}{limit}" for limit in ("", "_low", "_high"))) for name in BINDING}
    missing = [name for name, one in found.items() if np.isnan(one.value)]
    if len(missing) == len(BINDING):
        return None
    if missing:
        raise cells.refused(f"binding_{missing[0]}", "a number, as the others of the binding are given")
    return Binding(**found)


class _Cells:
    """The cells of one line, by column."""

    def __init__(self, table: UserTable, row: Line):
        self._table, self._row = table, row

    def text(self, name: str, allowed: tuple[str, ...] = ()) -> str:
        """Return a word; empty where there is none."""
        found = self._row.cells[self._table.header.index(name)] if name in self._table.header else ""
        if found and allowed and found not in allowed:
            raise self.refused(name, f"{', '.join(allowed[:-1])} or {allowed[-1]}")
        return found

    def number(self, name: str) -> float:
        """Return a number; NaN where there is none."""
        if not self.text(name):
            return np.nan
        value = self._table.number(self._row, name)
        if not np.isfinite(value):
            raise self.refused(name, "a number, or empty")
        return value

    def positive(self, name: str) -> float:
        """Return a number above 0; NaN where there is none."""
        value = self.number(name)
        if value <= 0:
            raise self.refused(name, "a number above 0; empty where it was not measured")
        return value

    def uncertain(self, name: str, low: str, high: str) -> Uncertain:
        """Return a number with its range."""
        read = self.number if name == SIGNED else self.positive
        found = Uncertain(read(name), read(low), read(high))
        if found.is_known and not found.low <= found.high:
            raise self.refused(low, f"at most {found.high:g}, the upper end of its range")
        return found

    def refused(self, name: str, allowed: str) -> UserError:
        """Return the error of a cell."""
        return wrong(f"{self._table.path} line {self._row.number}: {name}", self.text(name), allowed)
