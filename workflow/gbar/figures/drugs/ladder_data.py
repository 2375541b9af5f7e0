"""What the ladder of drugs shows, read from metrics.json and drugs.csv of a risk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gbar.config.risk import ABNORMAL, BNET
from gbar.drugs.risk import OrdinalModel
from gbar.errors import UserError
from gbar.figures.drugs.ladder import Ladder, Rung, Side
from gbar.figures.drugs.looks import COLOURS
from gbar.figures.labels import measured
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics

RUN = "all"
BESIDE = "leave_one_out"
GRID = 4001  # scores that the classes are looked up at, over all that are shown


def read_ladder(metrics: str | Path, drugs: str | Path) -> Ladder:
    """Read scores, classes and cuts of drugs, the most dangerous class first and by their score within each.

    Args:
        metrics: metrics.json of a risk.
        drugs: its drugs.csv.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    values = read_metrics(metrics)
    header, lines = read_csv(drugs)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    try:
        markers, settings = values["markers"], values["settings"]
        first = next(iter(markers))
        danger = _danger(markers[first], rows, first, values["classes"])
        rows.sort(key=lambda row: (list(COLOURS).index(row["risk"]), -danger * float(row[f"{first}_median"])))
        sides = [_side(name, one, rows, settings, values["classes"]) for name, one in markers.items()]
        title = _title(markers[first][RUN]["drugs"], len(rows), values["published"])
    except (KeyError, StopIteration) as error:
        raise UserError(f"{metrics}, {drugs}: lack {error}; make them again") from None
    return Ladder([Rung(row["drug"], row["risk"], row["set"]) for row in rows], sides, title)


def _side(
    name: str, told: Mapping[str, Any], rows: list[dict[str, str]], settings: Mapping[str, Any], classes: list[str]
) -> Side:
    median, low, high = (np.array([float(row[f"{name}_{what}"]) for row in rows]) for what in ("median", "low", "high"))
    present = [risk for risk in classes if any(row["risk"] == risk for row in rows)]
    cuts, between = _regions(told[RUN]["model"], present, _danger(told, rows, name, classes), low.min(), high.max())
    title = f"{score_name(name, settings)}: {told[RUN]['right']} of {told[RUN]['drugs']} right"
    if BESIDE in told:
        title += f",\n{told[BESIDE]['right']} by leave-one-out"
    return Side(_label(name, settings), title, median, low, high, [row[f"{name}_{RUN}"] for row in rows], cuts, between)


def _regions(
    model: Mapping[str, Any], present: list[str], danger: int, low: float, high: float
) -> tuple[np.ndarray, list[str]]:
    """Return the scores within the shown ones at which the most probable class changes, and the classes in between.

    A class may be nowhere the most probable one.
    """
    if "slope" not in model:  # the marker parts the classes without an error
        cuts = np.sort(model["cuts"])
        return cuts, present if danger > 0 else present[::-1]
    score = np.linspace(low, high, GRID)
    found = OrdinalModel(np.array(model["intercepts"]), model["slope"]).classes(score)
    changes = np.flatnonzero(np.diff(found))
    return (score[changes] + score[changes + 1]) / 2, [present[k] for k in found[[0, *(changes + 1)]]]


def _danger(told: Mapping[str, Any], rows: list[dict[str, str]], name: str, classes: list[str]) -> int:
    """Return 1 where a higher score is more dangerous, else -1, by the model, or by the drugs where it has no slope."""
    if "slope" in told[RUN]["model"]:
        return 1 if told[RUN]["model"]["slope"] > 0 else -1
    known = [(classes.index(row["risk"]), float(row[f"{name}_median"])) for row in rows if row["risk"]]
    return 1 if max(known)[1] > min(known)[1] else -1


def score_name(name: str, settings: Mapping[str, Any]) -> str:
    """Return the name of a score in words, of the marker and the settings of a risk."""
    text = "share of abnormal rows" if name == ABNORMAL else measured(name)[0]
    return f"change of {text}" if settings["change"] and name != BNET else text


def _label(name: str, settings: Mapping[str, Any]) -> str:
    """Return the name of a score with its unit, and the doses that it is a mean over."""
    doses = ", ".join(f"{dose:g}" for dose in settings["doses_Cmax"])
    unit = measured(name)[1]
    return f"{score_name(name, settings)}{f' ({unit})' if unit else ''},\nmean at {doses} × Cmax"


def _title(known: int, drugs: int, published: Mapping[str, Any]) -> str:
    text = f"{known} drugs of known risk" + (f", {drugs - known} of unknown" if drugs > known else "")
    if RUN in published:
        text += (
            f"; as published {published[RUN]['right']} of {published['drugs']} right, "
            f"{published[BESIDE]['right']} by leave-one-out"
        )
    return text
