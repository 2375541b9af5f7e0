"""The tables of the report: results of the emulators, biomarkers of a sweep."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.sweeps.biomarker_table import Row
from gbar.sweeps.store import Quantity

DASH = "–"
UNITS = ("ms", "mV", "s")
KINDS = ("name", "kind")
DURATIONS = ((7200.0, 3600.0, "h"), (120.0, 60.0, "min"), (1.0, 1.0, "s"), (1e-3, 1e-3, "ms"), (0.0, 1e-6, "µs"))


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        caption: what it holds.
        header: one cell a column.
        rows: the first cell of each names the row.
    """

    caption: str
    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Part:
    """A part of the report on one of the studies beside sweeps and emulators.

    Attributes:
        anchor: what links lead to.
        heading: its heading.
        opening: sentences for the top of the page.
        sentences: paragraphs below the heading.
        tables: they follow.
    """

    anchor: str
    heading: str
    opening: list[str]
    sentences: list[str]
    tables: list[Table]


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits and thousands set apart; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return DASH
    # The exponent after rounding: 99.96 has three digits before the point.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2]) if value else digits - 1
    return f"{value:,.{max(0, digits - 1 - exponent)}f}".replace(",", "\u202f").replace("-", "−")


def count(value: int | None) -> str:
    """Return a whole number with thousands set apart; a dash where there is none."""
    return DASH if value is None else f"{value:,}".replace(",", "\u202f")


def duration(seconds: float | None) -> str:
    """Return a duration in the unit that suits it; a dash where it is not known."""
    if seconds is None:
        return DASH
    size, unit = next((size, unit) for least, size, unit in DURATIONS if seconds >= least)
    return f"{number(seconds / size)}\u00a0{unit}"


# Of metrics.json: key, heading, how it is written.
METRICS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("mse_mV2", "MSE (mV²)", number),
    ("rmse_mV", "RMSE (mV)", number),
    ("mse_300_mV2", "MSE, first 300 ms (mV²)", number),
    ("mape_apd50_percent", "APD50 MAPE (%)", number),
    ("mape_apd75_percent", "APD75 MAPE (%)", number),
    ("mape_apd90_percent", "APD90 MAPE (%)", number),
    ("mape_apd_all_percent", "all APD MAPE (%)", number),
    ("parameters", "parameters", count),
    ("epochs", "epochs", count),
    ("training_s", "training time", duration),
    ("prediction_s_per_ap", "time per AP", duration),
)


def models_table(
    metrics: Mapping[str, Mapping[str, Any]], published: Mapping[str, Mapping[str, Any]] | None = None
) -> Table:
    """Return the results of the models, each followed by what was published of it.

    Args:
        metrics: content of metrics.json by name of the model.
        published: the same keys, as far as known, by name of the model.
    """
    rows = []
    for name, values in metrics.items():
        sources = [(name, values)]
        if published and name in published:
            sources.append((f"{name}, published", published[name]))
        for label, source in sources:
            rows.append([label, *(write(source.get(key)) for key, _, write in METRICS)])
    return Table("Errors on the test windows", ["model", *(heading for _, heading, _ in METRICS)], rows)


def whole(value: float) -> str:
    """Return a number without decimals."""
    return f"{value:.0f}"


def four_digits(value: float) -> str:
    """Return a number with four significant digits; a dash where it is undefined."""
    return number(value, 4)


MEASURES = (
    ("n_beats", "action potentials", whole),
    ("cycle_length_ms", "cycle length (ms)", four_digits),
    ("rate_per_min", "rate (1/min)", four_digits),
    ("apd30_ms", "APD30 (ms)", four_digits),
    ("apd50_ms", "APD50 (ms)", four_digits),
    ("apd75_ms", "APD75 (ms)", four_digits),
    ("apd90_ms", "APD90 (ms)", four_digits),
    ("mdp_mV", "MDP (mV)", four_digits),
    ("peak_mV", "peak (mV)", four_digits),
    ("amplitude_mV", "amplitude (mV)", four_digits),
    ("dvdt_max_V_s", "dV/dt max (V/s)", four_digits),
)


def biomarkers_table(rows: Sequence[Row], quantities: Mapping[str, Quantity] | None = None) -> Table:
    """Return the biomarkers of the control, of each quantity alone at its extremes, and of the whole sweep.

    Args:
        rows: the rows of the sweep.
        quantities: what each varied quantity is, by name; the scaling of a current where nothing is known of it.
    """
    varied = rows[0].scalings if rows else ()
    known = {name: (quantities or {}).get(name, Quantity(name, "1", "", 1.0)) for name in varied}
    lines = [[_setting(row, known), row.course, *_written(row)] for row in _told(rows, known)]
    active = [row for row in rows if row.status == "ok"]
    if active:
        for label, percent in (("5th percentile", 5), ("median", 50), ("95th percentile", 95)):
            lines.append([f"{label}, all with action potentials", "", *_percentiles(active, percent)])
    caption = (
        "Medians over the action potentials of each trace; APD from the steepest upstroke; "
        f"{DASH} where a measure is not that of all of them"
    )
    return Table(caption, ["setting", "class", *(heading for _, heading, _ in MEASURES)], lines)


def classes(rows: Sequence[Row]) -> str:
    """Return how many rows there are of each class, the most frequent first; quiescent ones whatever came before."""
    counted = Counter(row.course.partition(" after ")[0] for row in rows)
    return ", ".join(f"{how_many} {course}" for course, how_many in counted.most_common())


def _told(rows: Sequence[Row], known: Mapping[str, Quantity]) -> list[Row]:
    """Return the control, and of each quantity alone the rows of its least and greatest value."""
    told = [row for row in rows if not _changed(row, known)][:1]
    for name in known:
        alone = sorted((row for row in rows if _changed(row, known) == [name]), key=lambda row: row.scalings[name])
        told += alone if len(alone) < 2 else [alone[0], alone[-1]]
    return told


def _changed(row: Row, known: Mapping[str, Quantity]) -> list[str]:
    return [name for name, value in row.scalings.items() if known[name].differs(value)]


def _setting(row: Row, known: Mapping[str, Quantity]) -> str:
    setting = ", ".join(known[name].told(row.scalings[name]) for name in _changed(row, known)) or "control"
    return setting if row.status == "ok" else f"{setting} ({row.status})"


def _written(row: Row) -> list[str]:
    return [write(getattr(row.biomarkers, key)) for key, _, write in MEASURES]


def _percentiles(rows: Sequence[Row], percent: float) -> list[str]:
    written = []
    for key, _, write in MEASURES:
        values = np.array([getattr(row.biomarkers, key) for row in rows], dtype=float)
        values = values[np.isfinite(values)]
        written.append(write(np.percentile(values, percent)) if len(values) else DASH)
    return written


def describe(value: object) -> str:
    """Return a value of the configuration in words, e.g. "subsets, vary INa, IKr, levels 0, 0.2 … 2"."""
    if isinstance(value, Mapping):
        given = [(key, one) for key, one in value.items() if one is not False and one not in (None, {}, [])]
        # What it is comes first.
        return ", ".join(_named(key, one) for key, one in sorted(given, key=lambda item: item[0] not in KINDS))
    if isinstance(value, list | tuple):
        if len(value) > 5 and all(isinstance(one, int | float) for one in value):
            return f"{describe(value[0])}, {describe(value[1])} … {describe(value[-1])}"
        return ", ".join(describe(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _named(key: str, value: object) -> str:
    """Return a key with its value; the unit that ends the key goes behind the value."""
    if key in KINDS:
        return describe(value)
    if key == "range":
        return f"{key} {_range(value)}"
    name, underscore, unit = key.rpartition("_")
    if not (underscore and unit in UNITS):
        return f"{key.replace('_', ' ')} {describe(value)}"
    return f"{name.replace('_', ' ')} {describe(value)} {unit}"


def _range(value: Any) -> str:
    """Return lowest and highest value, of all quantities or of each."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_range(one)}" for name, one in value.items())
    return " to ".join(describe(end) for end in value)


def settling(rows: Sequence[Row]) -> str:
    """Return how much APD90 and concentrations still change from beat to beat; empty where no row has beats enough."""
    if not rows:
        return ""
    found = [("APD90", "ms", np.array([row.biomarkers.apd90_drift_ms for row in rows]))]
    names = list(rows[0].concentrations)
    for name, drift in zip(names[::2], names[1::2], strict=True):
        value, change = (np.array([row.concentrations[column] for row in rows]) for column in (name, drift))
        found.append((name.partition("_")[0], "%", 100 * change / value))
    told = [
        f"{name} {number(np.median(sizes), 2)} and {number(np.max(sizes), 2)} {unit}"
        for name, unit, changes in found
        if len(sizes := np.abs(changes[np.isfinite(changes)]))
    ]
    return f"change from beat to beat, median and largest: {', '.join(told)}" if told else ""
