"""`gbar calibrate`: which candidates of a population have every biomarker within its range, and why the others do not.

Candidates are the rows of a sweep. Under other protocols, sweeps of the same design, they are found by their values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.config.calibrate import CalibrateSection
from gbar.errors import UserError, among
from gbar.jobs.job import Input, Output, job
from gbar.records.files import read_csv, write_csv
from gbar.records.metrics import write_metrics

TABLES = {"passini2017": Path(__file__).parent / "data" / "passini2017.csv"}
REJECTED = ("id", "sweep", "biomarker", "value", "low", "high", "reason")
NOT_MEASURES = ("id", "status", "class", "beats")


@dataclass(frozen=True)
class Candidates:
    """The rows of biomarkers.csv.

    Attributes:
        path: of the table.
        names: of the varied quantities.
        ids: identity of each row by its values, as they are written.
        cells: of each row by its values, column -> text.
    """

    path: str
    names: list[str]
    ids: dict[tuple[str, ...], str]
    cells: dict[tuple[str, ...], dict[str, str]]

    @property
    def measures(self) -> list[str]:
        """Columns that a range can be of."""
        header = next(iter(self.cells.values()), {})
        return [name for name in header if name not in (*self.names, *NOT_MEASURES)]


@dataclass(frozen=True)
class Rejection:
    """Why a candidate is rejected.

    Attributes:
        sweep: under which protocol.
        biomarker: which biomarker is out of its range; "status" of one that did not beat or was not solved.
        value: of it, as it is written.
        low, high: the range; NaN of a status.
        reason: "below", "above", "undefined", "silent" or "diverged".
    """

    sweep: str
    biomarker: str
    value: str
    low: float
    high: float
    reason: str


@job("calibrate")
def calibrate(
    biomarkers: Mapping[str, Input], settings: CalibrateSection, accepted: Output, rejections: Output, metrics: Output
) -> None:
    """Accept the candidates of a population that have every biomarker within its range.

    Args:
        biomarkers: biomarkers.csv of each sweep by its name.
        settings: the ranges.
        accepted: table of the members to write, a design for further sweeps, .csv.
        rejections: table to write, a line for each reason, .csv.
        metrics: metrics to write, .json.

    Raises:
        UserError: a range of what is not measured, sweeps of different designs, or no candidate that is accepted.
    """
    held = {sweep: read_candidates(biomarkers[sweep]) for sweep in settings.by_sweep}
    ranges, missing = {}, {}
    for sweep, one in held.items():
        ranges[sweep], missing[sweep] = _ranges(settings, sweep, one)
    candidates = held[settings.sweep]
    found = {values: list(_rejections(values, held, ranges)) for values in candidates.ids}
    members = [values for values, reasons in found.items() if not reasons]
    if not members:
        raise UserError(_nobody(found, ranges))
    kept = members[: settings.members]
    counts = {
        f"{sweep}.{name}": sum(any((one.sweep, one.biomarker) == (sweep, name) for one in of) for of in found.values())
        for sweep, own in ranges.items()
        for name in ("status", *own)
    }
    lines = (
        [candidates.ids[values], one.sweep, one.biomarker, one.value, _number(one.low), _number(one.high), one.reason]
        for values, reasons in found.items()
        for one in reasons
    )
    write_csv(accepted, ["id", *candidates.names], ([candidates.ids[values], *values] for values in kept))
    write_csv(rejections, REJECTED, lines)
    told = {"candidates": len(found), "accepted": len(members), "members": len(kept), "rejected_by": counts}
    write_metrics(metrics, told | {"ranges": ranges, "not_measured": missing}, [accepted, rejections])


def read_candidates(path: str | Path) -> Candidates:
    """Read the candidates of a population from their biomarkers.csv.

    Raises:
        UserError: it is no such table, or has no row.
    """
    header, lines = read_csv(path)
    if "status" not in header or not lines:
        raise UserError(f"{path}: is no table of biomarkers, or has no row")
    names = header[1 : header.index("status")]
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    values = [tuple(row[name] for name in names) for row in rows]
    ids = {one: row["id"] for one, row in zip(values, rows, strict=True)}
    return Candidates(str(path), names, ids, dict(zip(values, rows, strict=True)))


def _ranges(settings: CalibrateSection, sweep: str, of: Candidates) -> tuple[dict[str, list[float]], list[str]]:
    """Return the ranges of a sweep, and what a table that ships asks for and nobody has measured."""
    given = settings.by_sweep[sweep]
    if isinstance(given, dict):
        for name in given:
            if name not in of.measures:
                allowed = among(name, of.measures)
                raise UserError(f"ranges of {sweep}: {name!r} is unknown; {of.path} has {allowed}")
        return {name: list(ends) for name, ends in given.items()}, []
    _, lines = read_csv(TABLES[str(given)])
    table = {name: [float(low), float(high)] for name, low, high in lines}
    return {name: ends for name, ends in table.items() if name in of.measures}, [
        name for name in table if name not in of.measures
    ]


def _rejections(
    values: tuple[str, ...], held: Mapping[str, Candidates], ranges: Mapping[str, dict[str, list[float]]]
) -> Iterator[Rejection]:
    for sweep, own in ranges.items():
        cells = held[sweep].cells.get(values)
        if cells is None:
            raise UserError(f"{held[sweep].path}: lacks a candidate of the first sweep; the designs must be the same")
        if cells["status"] != "ok":
            yield Rejection(sweep, "status", cells["status"], np.nan, np.nan, cells["status"])
            continue
        for name, (low, high) in own.items():
            try:
                value = float(cells[name] or "nan")
            except ValueError:
                raise UserError(f"{held[sweep].path}: {name} {cells[name]!r} is no number") from None
            reason = "undefined" if np.isnan(value) else "below" if value < low else "above" if value > high else ""
            if reason:
                yield Rejection(sweep, name, cells[name], low, high, reason)


def _nobody(found: Mapping[tuple[str, ...], list[Rejection]], ranges: Mapping[str, dict[str, list[float]]]) -> str:
    """Return, in a sentence, what keeps everybody out."""
    out = [{(one.sweep, one.biomarker) for one in of} for of in found.values()]
    met = {
        (sweep, name): sum(not of & {(sweep, name), (sweep, "status")} for of in out)
        for sweep, own in ranges.items()
        for name in own
    }
    if not met:
        return f"ranges: none of {len(found)} candidates beats"
    (sweep, name), most = min(met.items(), key=lambda one: one[1])
    low, high = ranges[sweep][name]
    who = f"nobody meets {name}" if not most else f"each range is met by some, {name} by the fewest ({most}),"
    return f"ranges of {sweep}: none of {len(found)} candidates is accepted; {who} [{low:g}, {high:g}]"


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:g}"
