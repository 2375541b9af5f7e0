"""The round trip: test traces simulated again from the parameters that an inverter infers from them, and compared.

The networks are asked about the data set's traces. What is compared are traces as the simulator saves them, those
in the store of the sweep and those simulated again.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.invert.comparison import FEATURE_UNITS, FEATURES, Difference, difference, features
from gbar.invert.inverter import load_inverter
from gbar.invert.judge import check_belongs
from gbar.invert.resimulate import Simulator
from gbar.invert.traces import TEST, STEP_mV, open_traces, stored
from gbar.jobs.job import Input, Output, job
from gbar.records.files import whole, write_csv
from gbar.records.metrics import write_metrics
from gbar.sweeps.store import array, open_store, read_voltage

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


@job("round-trip", jax="float64", need="invert.needs.of_prediction", progress="simulating again")
def round_trip(
    model: Input,
    traces: Input,
    store: Input,
    cells: int,
    metrics: Output,
    table: Output,
    examples: Output,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Simulate held-out cells again as an inverter has them.

    roundtrip.csv has a row for each cell, columns as in `HEADER`: see `gbar.invert.comparison`. What is undefined is
    nan: a simulation that diverged, a time without spikes. roundtrip.npz has the windows of some cells, spread evenly
    from the least to the greatest voltage error: id (n,), time_ms (samples,); V_mV and V_predicted_mV, (n, samples).

    Args:
        model: inverter.
        traces: the data set it learned from.
        store: of the sweep that the data set was cut from.
        cells: number of test traces.
        metrics: medians over cells to write, roundtrip.json.
        table: roundtrip.csv to write.
        examples: roundtrip.npz to write.
        progress: told the fraction done.

    Raises:
        UserError: the data set is not the one that the inverter learned from, it was cut from another store, or its
            stimulus is random.
    """
    inverter, data = load_inverter(model), open_traces(traces)
    check_belongs(inverter, data)
    simulator = Simulator(data.sweep, data.settings, data.parameters)
    rows = data.rows(TEST)[:cells]
    ids, held = [data.ids[row] for row in rows], data.read(rows)
    true = simulator.cut(_stored_traces(store, ids))
    seen = np.concatenate([inverter.view.see(one.window_mV[None]) for one in true])
    if np.abs(stored(seen, data.settings.clip_mV).astype(int) - held).max(initial=0) > 1:
        raise UserError(f"{store}: is not the store that {traces} was cut from; make the data set again")
    predicted = simulator.stretches(inverter.predict(held * np.float32(STEP_mV)).unit, progress)
    found = [difference(*pair, data.settings.clip_mV) for pair in zip(true, predicted, strict=True)]
    of_traces = [features(one) for one in (true, predicted)]
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
            time_ms=true[0].time_ms,
            V_mV=np.stack([true[k].window_mV for k in shown]),
            V_predicted_mV=np.stack([predicted[k].window_mV for k in shown]),
        )
    write_metrics(metrics, _medians(found), files=[table, examples])


def _stored_traces(store: str | Path, ids: Sequence[str]) -> np.ndarray:
    """Return traces as the simulator saved them, mV, float32, (ids, samples).

    Raises:
        UserError: the store lacks one.
    """
    group = open_store(store)
    place = {name: row for row, name in enumerate(np.asarray(array(group, "id")[:]).tolist())}
    if lacking := [name for name in ids if name not in place]:
        raise UserError(f"{store}: has no row {lacking[0]}, which the data set was cut from; make the data set again")
    return np.stack([read_voltage(group, place[name]) for name in ids])


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
