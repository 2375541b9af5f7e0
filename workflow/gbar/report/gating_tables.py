"""The tables of the gating study: networks, both second stages, and cycle lengths held out."""

from collections.abc import Mapping
from typing import Any

from gbar.gating.identify import ALTERED_WITHIN
from gbar.report.gating_measures import (
    apd90_errors,
    factor_text,
    mean_text,
    naming_etas,
    percent,
    right_etas,
)
from gbar.report.tables import DASH, Table, count, duration, number

Values = Mapping[str, Any]


def networks_table(networks: Mapping[str, Values]) -> Table:
    """Return size, training, worst gate and closed-loop errors of the networks of the first stage."""
    lengths = [run["cycle_length_ms"] for run in next(iter(networks.values()))["closed_loop"]] if networks else []
    header = [
        "network",
        "parameters",
        "epochs",
        "training time",
        "knows the stimulus",
        "worst gate",
        "its RMSE",
        *(f"APD90, {cycle:g} ms" for cycle in lengths),
    ]
    rows = [
        [
            name,
            count(values.get("parameters")),
            count(values.get("epochs")),
            duration(values.get("training_s")),
            "yes" if values.get("stimulus") else "no",
            values["worst_gate"],
            number(values["worst_gate_rmse"]),
            *(_hundredth(run["error_percent"]) for run in values["closed_loop"]),
        ]
        for name, values in networks.items()
    ]
    caption = "First stage: RMSE of the worst gate on held-out cycle lengths, error of APD90 where it drives the cell"
    return Table(caption, header, rows)


def published_table(altered: Mapping[str, tuple[str, ...]], published: Mapping[str, Values]) -> Table:
    """Return what the published second stage says of the altered currents of each cell, over all etas."""
    rows = []
    for cell, values in published.items():
        names = altered[cell]
        n_etas = len(values["etas"])
        rows.append(
            [
                cell,
                _each(names, lambda name, of=values: number(of["charge_ratio_true"].get(name))),
                _each(names, lambda name, of=values: _range(of["charge_ratio"].get(name))),
                f"{len(naming_etas(values, names))} of {n_etas}",
                f"{len(right_etas(values, names))} of {n_etas}",
                _range(values["drift"]),
                _range(values["drift_control"]),
            ]
        )
    header = [
        "altered cell",
        "true charge ratio",
        "charge ratio found, all η",
        "η that name what is altered",
        f"of these, charge right within {100 * ALTERED_WITHIN:g} %",
        "drift of the gates",
        "drift, control",
    ]
    caption = "Second stage as published: charge of the altered currents over that in the unaltered cell"
    return Table(caption, header, rows)


def factors_table(record: str, cells: Mapping[str, Values]) -> Table:
    """Return what ours finds of each cell from one kind of record."""
    rows = [
        [
            cell,
            ", ".join(factor_text(values, name) for name in values["altered"]) or DASH,
            _each(values["altered"], lambda name, of=values: percent(of["factors"][name] / of["true"][name] - 1)),
            ", ".join(values["found_largest"]) or DASH,
            f"{values['worst_unaltered']['name']} {percent(values['worst_unaltered']['error'])}",
            "yes" if values["identified"] else "no",
        ]
        for cell, values in cells.items()
    ]
    header = ["cell", "factor found", "error", "changes most", "worst unaltered", "within the bars"]
    return Table(f"Second stage of ours, from the record {record}: factors on the currents", header, rows)


def held_out_table(published: Mapping[str, Values], ours: Mapping[str, Values]) -> Table:
    """Return errors of APD90 on cycle lengths from which nothing was learnt."""
    rows = []
    for cell, values in ours.items():
        runs = values["held_out_apd90"]
        theirs = published[cell]["held_out_apd90"] if cell in published else []
        rows.append(
            [
                cell,
                count(len(runs)),
                mean_text(apd90_errors(runs, "apd90_control_ms")),
                mean_text(apd90_errors(theirs, "apd90_ms")),
                mean_text(apd90_errors(runs, "apd90_ms")),
                f"{number(values.get('V_rmse_control_mV'))} mV",
                f"{number(values.get('V_rmse_mV'))} mV",
            ]
        )
    header = [
        "altered cell",
        "cycle lengths",
        "unaltered cell",
        "as published",
        "ours",
        "V, unaltered cell",
        "V, ours",
    ]
    caption = "Held-out cycle lengths: mean error of APD90 against the altered cell, and runs without one; RMSE of V"
    return Table(caption, header, rows)


def _each(names: Any, write: Any) -> str:
    """Return what is written of each name, with the name where there are several."""
    texts = [write(name) for name in names]
    if len(texts) < 2:
        return "".join(texts) or DASH
    return ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))


def _range(values: list[float] | None) -> str:
    return DASH if values is None else f"{number(min(values))} to {number(max(values))}"


def _hundredth(error: float | None) -> str:
    return percent(None if error is None else error / 100)
