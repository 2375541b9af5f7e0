"""What the report says of classes of risk: right ones, errors, areas, confusion, of a marker and of Bnet beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gbar.config.risk import BNET
from gbar.errors import UserError
from gbar.figures.drugs.ladder_data import score_name
from gbar.figures.labels import measured
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics
from gbar.report.tables import DASH, Part, Table, number

Values = Mapping[str, Any]

RUNS = {"all": "all drugs", "leave_one_out": "leave-one-out", "validation": "validation drugs"}
WITH_EACH = ("all", "leave_one_out")  # the runs that the table of drugs has
# Of the statistics: key and heading.
ERRORS = (
    ("mean_error", "mean error"),
    ("auc_low", "AUC, low against rest"),
    ("auc_high", "AUC, high against rest"),
    ("pairwise", "pairs in order"),
)
RATIOS = (
    ("lr_plus_low", "LR+, low against rest"),
    ("lr_minus_low", "LR−, low against rest"),
    ("lr_plus_high", "LR+, high against rest"),
    ("lr_minus_high", "LR−, high against rest"),
)
ABOUT = (
    "Classes are by ordinal logistic regression of the score, or by cuts where it parts them without an error: fitted "
    "on all drugs of known risk, on the others for each (leave-one-out), and on the drugs to train on (validation). A "
    "drug is right if most of its samples are in its class; the error of a sample is the distance of its class from "
    "the drug's. In brackets are intervals of 95 % over draws of one sample a drug; behind the semicolon over draws of "
    f"drugs, too. {BNET} is of the Hill equation alone, without any cell, and reported to do as well as models of "
    "cells (Mistry 2018)."
)


def risk_part(risks: Mapping[str, Path]) -> Part:
    """Return what the report says of classes of risk.

    Args:
        risks: metrics.json of each, with its drugs.csv beside.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    opening, sentences, tables = [], [], []
    for name, path in risks.items():
        values = read_metrics(path)
        try:
            opening.append(_headline(name, values))
            sentences += _published(name, values["published"])
            tables += [_errors_table(name, values), _ratios_table(name, values)]
            names = {marker: score_name(marker, values["settings"]) for marker in values["markers"]}
            for marker, told in names.items():
                tables.append(_confusion_table(name, told, values["markers"][marker], values["classes"]))
            tables.append(_drugs_table(name, path.with_name("drugs.csv"), names))
        except (KeyError, ValueError) as error:
            raise UserError(f"{path}: lacks {error}; class the drugs again") from None
    return Part("risk", "Risk", opening, [*sentences, ABOUT], tables)


def _headline(name: str, values: Values) -> str:
    said = []
    for marker, runs in values["markers"].items():
        one = runs["all"]
        text = f"{score_name(marker, values['settings'])} puts {one['right']} of {one['drugs']} drugs right"
        if "leave_one_out" in runs:
            text += f", {runs['leave_one_out']['right']} by leave-one-out"
        said.append(text)
    return f"Risk {name}: {'; '.join(said)}."


def _published(name: str, published: Values) -> list[str]:
    """Return what was published of the same drugs, where there are any."""
    if "all" not in published:
        return []
    whole, left_out = published["all"], published["leave_one_out"]
    return [
        f"Published of {published['drugs']} of the drugs of {name}: {whole['right']} right, mean error "
        f"{whole['mean_error']:.4f}; by leave-one-out {left_out['right']}, {left_out['mean_error']:.4f}. "
        f"Source: {published['source']}."
    ]


def _errors_table(name: str, values: Values) -> Table:
    rows = []
    for run, judged in RUNS.items():
        rows += _judged_rows(values, run, ERRORS)
        if run in values["published"]:
            one, blank = values["published"][run], [DASH] * (len(ERRORS) - 1)
            right = f"{one['right']} of {values['published']['drugs']}"
            rows.append([f"published, {judged}", right, number(one["mean_error"]), *blank])
    header = ["score, and judged on", "right", *(heading for _, heading in ERRORS)]
    return Table(f"Risk {name}: how well drugs are classed", header, rows)


def _ratios_table(name: str, values: Values) -> Table:
    rows = [[label, *told] for run in RUNS for label, _, *told in _judged_rows(values, run, RATIOS)]
    caption = (
        f"Risk {name}: likelihood ratios, how many times as often a dangerous drug is called dangerous (LR+), or not "
        "(LR−), as another"
    )
    return Table(caption, ["score, and judged on", *(heading for _, heading in RATIOS)], rows)


def _judged_rows(values: Values, run: str, statistics: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return of each score how many drugs a run puts right, and statistics of it."""
    rows = []
    for marker, runs in values["markers"].items():
        if run in runs:
            one = runs[run]
            told = [_interval(one["statistics"][key]) for key, _ in statistics]
            label = f"{score_name(marker, values['settings'])}, {RUNS[run]}"
            rows.append([label, f"{one['right']} of {one['drugs']}", *told])
    return rows


def _interval(one: Values) -> str:
    """Return a statistic with its intervals over samples and over drugs."""
    value = _text(one["value"])
    samples, drugs = (" to ".join(_text(end) for end in one[key]) for key in ("over_samples", "over_drugs"))
    return value if value == DASH else f"{value} [{samples}; {drugs}]"


def _text(value: float | str | None) -> str:
    return "∞" if value == "infinite" else number(value) if not isinstance(value, str) else value


def _confusion_table(name: str, score: str, runs: Values, classes: list[str]) -> Table:
    told = {run: judged for run, judged in RUNS.items() if run in runs}
    header = ["truly", *(f"{judged}: {one}" for judged in told.values() for one in classes)]
    rows = [
        [truth, *(str(runs[run]["confusion"][k][place]) for run in told for place in range(len(classes)))]
        for k, truth in enumerate(classes)
    ]
    return Table(f"Risk {name}: drugs by true class and class given, by {score}", header, rows)


def _drugs_table(name: str, path: Path, markers: Mapping[str, str]) -> Table:
    """Return the score of each drug and what it is classed as; markers have the name of the score in words."""
    header, lines = read_csv(path)
    by = {marker: f"by {words}" for marker, words in markers.items()} | {"published": "published"}
    asked = {f"{one}_{run}": f"{words}, {RUNS[run]}" for run in WITH_EACH for one, words in by.items()}
    shown = [one for one in asked if one in header and any(line[header.index(one)] for line in lines)]
    rows = []
    for line in lines:
        cells = dict(zip(header, line, strict=True))
        classed = [_class(cells[one], cells["risk"]) for one in shown]
        rows.append([cells["drug"], cells["risk"] or DASH, *(_score(cells, one) for one in markers), *classed])
    scored = [f"{words} ({unit})" if (unit := measured(one)[1]) else words for one, words in markers.items()]
    caption = f"Risk {name}: score of each drug with its interval of 95 % over samples; ✗ where the class is wrong"
    return Table(caption, ["drug", "risk", *scored, *(asked[one] for one in shown)], rows)


def _score(cells: Mapping[str, str], marker: str) -> str:
    median, low, high = (number(float(cells[f"{marker}_{what}"])) for what in ("median", "low", "high"))
    return f"{median} [{low} to {high}]"


def _class(given: str, truth: str) -> str:
    return f"{given} ✗" if given and truth and given != truth else given or DASH
