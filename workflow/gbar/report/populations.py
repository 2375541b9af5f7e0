"""What the report says of populations: candidates, accepted ones, the ranges with their source, and the reasons."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gbar.config.calibrate import CalibrateSection
from gbar.errors import UserError
from gbar.figures.labels import measured
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics
from gbar.report.tables import DASH, Part, Table, count

REASONS = ("below", "above", "undefined")
GIVEN = "the configuration"
# Of the tables of ranges that ship: where they are from, and how sure that is.
SOURCES = {"passini2017": "Passini et al. 2017, as remembered: not compared with the paper"}
ABOUT = (
    "A candidate is accepted if every biomarker is defined and within its range under every protocol; it can be "
    "rejected for several reasons. The share that is accepted depends on the ranges."
)


def populations_part(populations: Mapping[str, Path], sections: Mapping[str, CalibrateSection]) -> Part:
    """Return what the report says of populations.

    Args:
        populations: metrics.json of each, with its rejections.csv beside.
        sections: their sections of the configuration.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    sentences, tables = [], []
    for name, path in populations.items():
        values, section = read_metrics(path), sections[name]
        header, lines = read_csv(path.with_name("rejections.csv"))
        try:
            columns = [header.index(one) for one in ("sweep", "biomarker", "reason")]
            reasons = Counter(tuple(line[place] for place in columns) for line in lines)
            sentences += _sentences(name, values)
            tables.append(_ranges_table(name, values, section, reasons))
        except (KeyError, ValueError) as error:
            raise UserError(f"{path}: lacks {error}; calibrate the population again") from None
    return Part("populations", "Populations", list(sentences), [*sentences, ABOUT], tables)


def _sentences(name: str, values: Mapping[str, Any]) -> list[str]:
    accepted, candidates, members = (values[key] for key in ("accepted", "candidates", "members"))
    said = f"Population {name}: {count(accepted)} of {count(candidates)} candidates are accepted"
    if members < accepted:
        said += f"; its members are the first {count(members)} of them"
    most, rejected = max(values["rejected_by"].items(), key=lambda one: one[1])
    if rejected:
        sweep, _, column = most.partition(".")
        what = "being silent or not solved" if column == "status" else measured(column)[0]
        under = f" under {sweep}" if len(values["ranges"]) > 1 else ""
        said += f"; the most, {count(rejected)}, are rejected by {what}{under}"
    return [f"{said}."]


def _ranges_table(
    name: str, values: Mapping[str, Any], section: CalibrateSection, reasons: Mapping[tuple[str, ...], int]
) -> Table:
    """Return each range with its source, and how many candidates it rejects for what reason."""
    header = ["biomarker", "under", "range", "source", "rejects", *REASONS]
    rows = []
    for sweep, own in values["ranges"].items():
        given = section.by_sweep[sweep]
        source = GIVEN if isinstance(given, dict) else SOURCES[given]
        for column, (low, high) in own.items():
            words, unit = measured(column)
            ends = f"{low:g} to {high:g} {unit}".rstrip().replace("-", "−")
            why = [count(reasons.get((sweep, column, one), 0)) for one in REASONS]
            rows.append([words, sweep, ends, source, count(values["rejected_by"][f"{sweep}.{column}"]), *why])
        status = values["rejected_by"][f"{sweep}.status"]
        rows.append(["a beat", sweep, "solved, and beating", DASH, count(status), *[DASH] * len(REASONS)])
        for column in values["not_measured"][sweep]:
            unasked = [DASH] * (1 + len(REASONS))
            rows.append([measured(column)[0], sweep, "not measured in the sweep", source, *unasked])
    return Table(f"Population {name}: ranges, and the candidates that each rejects", header, rows)
