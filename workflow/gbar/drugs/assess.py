"""`gbar risk`: drugs classed by a marker and by Bnet, judged, and held beside the published classes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gbar.config.risk import BNET, RiskSection
from gbar.drugs.drug import RISKS
from gbar.drugs.judge import Judgement, Predicted, judge
from gbar.drugs.risk import OrdinalModel, Steps, fit_or_part, leave_one_out, majority
from gbar.drugs.scores import Scores, scores
from gbar.errors import UserError
from gbar.jobs.job import Input, Output, job
from gbar.records.files import read_csv, write_csv
from gbar.records.metrics import write_metrics

PUBLISHED = Path(__file__).parent / "data" / "published_classes.csv"
PUBLISHED_SOURCE = (
    "Han X et al. 2020, manual patch clamp: torsade metric score of CiPAORdv1.0, 2,000 samples a drug (results of "
    "FDA/CiPA, Lab_Specific_Validation_Calibration_2020)"
)
RUNS = ("all", "leave_one_out")
# No score of a biophysical model is told without Bnet, reported to equal them (Mistry HB, PeerJ 2018;6:e5124).
ABOUT_BNET = "of the Hill equation alone, without any cell; reported to do as well as models of cells (Mistry 2018)"


@job("risk")
def risk(labels: Input, biomarkers: Input, settings: RiskSection, out: Output, drugs: Output) -> None:
    """Class drugs by a marker of their beats and by Bnet, and judge the classes.

    By a model of all drugs of known risk, by one of the others for each, and of those to validate by one of those to
    train on.

    Args:
        labels: which drug, dose and sample each row of the sweep is, labels.csv.
        biomarkers: biomarkers.csv of the sweep.
        settings: the marker, and how it is averaged.
        out: metrics to write, .json.
        drugs: table to write, a line a drug, .csv.

    Raises:
        UserError: a marker or a dose that there is not, too few drugs of known risk, or tables that cannot be used.
    """
    asked = {BNET: settings.model_copy(update={"marker": BNET, "change": False})} | {settings.marker: settings}
    held = {marker: scores(labels, biomarkers, one) for marker, one in reversed(asked.items())}
    judged, predicted = {}, {}
    for marker, one in held.items():
        judged[marker], predicted[marker] = _judged(one, settings)
    published = _published(held[BNET])
    write_csv(drugs, *_table(held, predicted, published))
    found = {"settings": settings.model_dump(mode="json"), "classes": list(RISKS), "markers": judged}
    write_metrics(out, found | {"about": {BNET: ABOUT_BNET}, "published": _told_of(published)}, [drugs])


def _judged(held: Scores, settings: RiskSection) -> tuple[dict[str, Any], dict[str, Predicted]]:
    """Return what is told of a marker, and what each model makes of the samples."""
    known = held.of(list(held.risk))
    names = list(dict.fromkeys(known.drug.tolist()))
    training, validation = ([one for one in names if held.group[one] == kind] for kind in ("training", "validation"))
    model, present = _fitted(known)
    predicted = {"all": _predicted(model, present, held)}
    slope = np.sign(model.slope)
    places = np.searchsorted(present, known.classes)
    if min(np.bincount([held.risk[one] for one in names])[present]) > 1:
        parts = leave_one_out(known.value, places, known.drug, fit_or_part)
        predicted["leave_one_out"] = Predicted(known.drug, slope * known.value, _in_three(parts, present))
    fitted: dict[str, Any] = {"all": model}
    told: dict[str, Any] = {}
    if validation and len({held.risk[one] for one in training}) == len(present):
        fitted["validation"], _ = _fitted(known.of(training))
        predicted["validation"] = _predicted(fitted["validation"], present, known)
    for run, one in predicted.items():
        judged, seen = (validation, training) if run == "validation" else (names, [])
        verdict = judge(one, held.risk, judged, seen, settings.draws, settings.seed)
        told[run] = _told(verdict, len(judged)) | ({"model": _coefficients(fitted[run])} if run in fitted else {})
    return told, predicted


def _fitted(known: Scores) -> tuple[OrdinalModel | Steps, np.ndarray]:
    """Return a model of the classes that there are, and these."""
    present = np.unique(known.classes)
    if len(present) < 2:
        raise UserError("risk: drugs of two classes of risk at least are needed; give `risk` of drugs, or name others")
    return fit_or_part(known.value, np.searchsorted(present, known.classes)), present


def _predicted(model: OrdinalModel | Steps, present: np.ndarray, of: Scores) -> Predicted:
    return Predicted(of.drug, np.sign(model.slope) * of.value, _in_three(model.probabilities(of.value), present))


def _in_three(probabilities: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return probabilities of the classes that there are as those of all three."""
    whole = np.zeros((len(probabilities), len(RISKS)))
    whole[:, present] = probabilities
    return whole


def _coefficients(model: OrdinalModel | Steps) -> dict[str, Any]:
    if isinstance(model, Steps):
        return {"cuts": model.edges.tolist()}
    told = {"intercepts": model.intercepts.tolist(), "slope": model.slope}
    try:
        return told | {"cuts": model.cuts().tolist()}
    except UserError:
        return told  # of two classes, or the middle one is nowhere the most probable


def _told(verdict: Judgement, drugs: int) -> dict[str, Any]:
    statistics = {
        name: {
            "value": _number(value),
            "over_samples": [_number(one) for one in verdict.over_samples[name]],
            "over_drugs": [_number(one) for one in verdict.over_drugs[name]],
        }
        for name, value in verdict.values.items()
    }
    return {"drugs": drugs, "right": verdict.right, "confusion": verdict.confusion.tolist(), "statistics": statistics}


def _number(value: float) -> float | str:
    return "infinite" if np.isinf(value) else float(value)


def _published(held: Scores) -> dict[str, dict[str, list[int]]]:
    """Return the published number of samples in each class by run, of the drugs that there are, by their names."""
    header, lines = read_csv(PUBLISHED)
    rows = {line[0].casefold(): dict(zip(header, line, strict=True)) for line in lines}
    return {
        name: {run: [int(rows[name.casefold()][f"{run}_{one}"]) for one in RISKS] for run in RUNS}
        for name in held.risk
        if name.casefold() in rows
    }


def _told_of(published: dict[str, dict[str, list[int]]]) -> dict[str, Any]:
    """Return what the published classes come to over the drugs that are judged here, too."""
    header, lines = read_csv(PUBLISHED)
    truth = {line[0].casefold(): RISKS.index(line[header.index("risk")]) for line in lines}
    told: dict[str, Any] = {"source": PUBLISHED_SOURCE, "drugs": len(published)}
    for run in RUNS if published else ():
        errors = [
            np.average(np.abs(np.arange(3) - truth[name.casefold()]), weights=runs[run])
            for name, runs in published.items()
        ]
        right = [_most(runs[run]) == truth[name.casefold()] for name, runs in published.items()]
        told[run] = {"right": int(sum(right)), "mean_error": float(np.mean(errors))}
    return told


def _most(counts: Sequence[int]) -> int:
    """Return the class of most samples, of as many the more dangerous."""
    return majority(np.repeat([0, 1, 2], counts), np.repeat("", sum(counts)))[""]


def _table(
    held: dict[str, Scores], predicted: dict[str, dict[str, Predicted]], published: dict[str, dict[str, list[int]]]
) -> tuple[list[str], list[list[object]]]:
    """Return header and lines of the table of drugs: scores, and samples in each class by each model."""
    header = ["drug", "risk", "set"]
    for marker, runs in predicted.items():
        header += [f"{marker}_{what}" for what in ("median", "low", "high")]
        for run in runs:
            header += [f"{marker}_{run}", *(f"{marker}_{run}_{one}" for one in RISKS)]
    header += [f"published_{run}" for run in RUNS]
    lines, known = [], held[BNET]
    for name in dict.fromkeys(known.drug.tolist()):
        line: list[object] = [name, RISKS[known.risk[name]] if name in known.risk else "", known.group[name]]
        for marker, runs in predicted.items():
            own = held[marker].value[held[marker].drug == name]
            line += [f"{value:.7g}" for value in np.percentile(own, (50, 2.5, 97.5))]
            for one in runs.values():
                votes = np.bincount(one.classes[one.drug == name], minlength=3).tolist()
                line += [RISKS[_most(votes)], *votes] if sum(votes) else [""] * 4
        line += [RISKS[_most(published[name][run])] if name in published else "" for run in RUNS]
        lines.append(line)
    return header, lines
