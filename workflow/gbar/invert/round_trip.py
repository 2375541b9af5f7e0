"""The round trip: test traces simulated again from the parameters that an inverter infers from them, and compared."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from gbar.files import whole, write_csv
from gbar.invert.inverter import load_inverter
from gbar.invert.judge import check_belongs
from gbar.invert.resimulate import Simulator
from gbar.invert.spikes import FEATURE_UNITS, FEATURES, Difference, difference, features
from gbar.invert.traces import TEST, STEP_mV, open_traces
from gbar.metrics import write_metrics

EXAMPLES = 24  # cells whose traces are kept
HEADER = (
    "id",
    "rmse_mV",
    "spikes",
    "spikes_predicted",
    "spike_timing_ms",
    "isi_distance",
    *(f"{name}_{FEATURE_UNITS[name]}{which}" for name in FEATURES for which in ("", "_predicted")),
)


def round_trip(
    model: str | Path,
    traces: str | Path,
    cells: int,
    metrics: str | Path,
    table: str | Path,
    examples: str | Path,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Simulate the first test traces again from the parameters inferred, and write what differs.

    roundtrip.csv has a row for each cell, columns as in `HEADER`: see `gbar.invert.spikes`. What is undefined is nan: a
    simulation that diverged, a time without spikes. roundtrip.npz has the traces of some cells, spread evenly from the
    least to the greatest voltage error: id (n,), time_ms (samples,); V_mV and V_predicted_mV, clipped, (n, samples).

    Args:
        model: inverter.
        traces: the data set it learned from.
        cells: number of test traces.
        metrics: medians over cells to write, roundtrip.json.
        table: roundtrip.csv to write.
        examples: roundtrip.npz to write.
        progress: told the fraction done.

    Raises:
        UserError: the data set is not the one that the inverter learned from, or its stimulus is random.
    """
    inverter, data = load_inverter(model), open_traces(traces)
    check_belongs(inverter, data)
    simulator = Simulator(data.sweep, data.settings, data.parameters)
    rows = data.rows(TEST)[:cells]
    V = data.read(rows) * np.float32(STEP_mV)
    predicted = simulator.windows(inverter.predict(V).unit, progress=progress)
    clip_mV, sample_ms = data.settings.clip_mV, data.sample_ms
    found = [difference(*pair, sample_ms, clip_mV) for pair in zip(V, predicted, strict=True)]
    # Of eFEL's features only what the data set keeps counts: the clipped trace.
    seen = np.clip(np.nan_to_num(predicted, nan=clip_mV[0]), *clip_mV)
    of_traces = [features(one, sample_ms) for one in (V, seen)]
    ids = [data.ids[row] for row in rows]
    lines = [
        [
            ids[k],
            one.rmse_mV,
            one.spikes,
            one.spikes_predicted,
            one.timing_ms,
            one.isi_distance,
            *(float(which[name][k]) for name in FEATURES for which in of_traces),
        ]
        for k, one in enumerate(found)
    ]
    order = np.argsort([one.rmse_mV for one in found], kind="stable")
    shown = order[np.unique(np.linspace(0, len(order) - 1, EXAMPLES).round().astype(int))]
    write_csv(table, HEADER, lines)
    with whole(examples) as made, made.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            id=np.array([ids[k] for k in shown]),
            time_ms=np.arange(data.samples) * sample_ms,
            V_mV=V[shown],
            V_predicted_mV=np.clip(predicted[shown], *clip_mV),
        )
    write_metrics(metrics, _medians(found), files=[table, examples])


def _medians(found: Sequence[Difference]) -> dict[str, float]:
    """Return the number of cells, of simulations that diverged, and medians over those where a measure is defined."""
    solved = [one for one in found if not math.isnan(one.rmse_mV)]
    return {
        "cells": len(found),
        "diverged": len(found) - len(solved),
        "rmse_mV": _median(one.rmse_mV for one in solved),
        "spike_count_error": _median(abs(one.spikes_predicted - one.spikes) for one in solved),
        "spike_timing_ms": _median(one.timing_ms for one in solved),
        "isi_distance": _median(one.isi_distance for one in solved),
    }


def _median(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(statistics.median(known)) if known else math.nan
