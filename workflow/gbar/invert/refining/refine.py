"""Refinement: unit parameters fitted to the trace itself, from an inverter's answer on.

The fit (`gbar.invert.refining.fitting_trace`) starts from the answer and from what single networks said, as far from
it as the calibrated error is. The start that ends closest to the trace is taken, polished, and kept if the error of its
trace is at most `ACCEPTED` of that of the answer, and at most `STUCK`: a fit that got stuck tells nothing of the
parameters.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gbar.config.invert import RefineSection
from gbar.invert.answer import Answer
from gbar.invert.inverter import load_inverter
from gbar.invert.judge import check_belongs
from gbar.invert.refining.fitting_trace import fitted, polished, trace_error
from gbar.invert.resimulate import Simulator
from gbar.invert.traces import TEST, STEP_mV, open_traces
from gbar.jobs.job import Input, Output, job
from gbar.records.files import write_csv
from gbar.records.metrics import write_metrics

ACCEPTED = 0.7
STUCK = 0.15  # root mean squared error of X', whose standard deviation is about 0.5
POLISHING_STEPS = 20
CELLS_AT_ONCE = 8  # with 8 starts and 10 parameters 704 rows of 9,000 samples: some 100 MB
HEADER = ("id", "accepted", "error_before", "error_after", "trace_before", "trace_after", "seconds")


@dataclass(frozen=True)
class Refinement:
    """What fits came to, one a cell.

    Attributes:
        unit: unit parameters, (cells, parameters); the inverter's within [-1, 1] where no fit was accepted.
        accepted: whether one was, (cells,).
        trace_before: root mean squared error of X' as the inverter answered, (cells,).
        trace_after: of `unit`.
    """

    unit: np.ndarray
    accepted: np.ndarray
    trace_before: np.ndarray
    trace_after: np.ndarray


def refine(simulator: Simulator, V: np.ndarray, answer: Answer, settings: RefineSection) -> Refinement:
    """Fit unit parameters to traces.

    Args:
        simulator: of the cell.
        V: traces, mV, (cells, samples).
        answer: what the inverter says of them.
        settings: of the fits.
    """
    starts = starts_of(answer, settings.starts)
    estimate, cell = np.clip(starts[:, 0], -1, 1), np.arange(len(V))
    fits = fitted(simulator, V, starts, answer.unit_error, settings.horizons, settings.steps)
    error = np.stack([_error(simulator, V, fits[:, start]) for start in range(fits.shape[1])], axis=1)
    best = fits[cell, error.argmin(axis=1)]
    fine = polished(simulator, V, best, estimate, answer.unit_error, POLISHING_STEPS)
    before, after, finer = _error(simulator, V, estimate), error.min(axis=1), _error(simulator, V, fine)
    best = np.where((finer < after)[:, None], fine, best)
    after = np.minimum(after, finer)
    accepted = (after <= ACCEPTED * before) & (after <= STUCK)
    return Refinement(
        unit=np.where(accepted[:, None], best, estimate),
        accepted=accepted,
        trace_before=before,
        trace_after=np.where(accepted, after, before),
    )


def starts_of(answer: Answer, starts: int) -> np.ndarray:
    """Return unit parameters to start from, (cells, starts, parameters): the answer, then those of single networks.

    The networks agree more than they are right, so their distances from the answer are stretched as the calibration
    stretches the spread.
    """
    count = min(starts - 1, len(answer.members))
    chosen = answer.members[np.linspace(0, len(answer.members) - 1, count).astype(int)]
    stretch = answer.unit_error / np.maximum(answer.unit_spread, np.finfo(float).tiny)
    aside = answer.unit + np.where(answer.unit_spread > 0, stretch, 0.0) * (chosen - answer.unit)
    return np.concatenate([answer.unit[None], aside]).transpose(1, 0, 2)


@job("refine", jax="float64", need="invert.needs.of_refinement", progress="refining")
def refine_test_cells(
    model: Input,
    traces: Input,
    settings: RefineSection,
    metrics: Output,
    table: Output,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Fit parameters to held-out traces from an inverter's answer on.

    Columns of the table: id; accepted, 1 or 0; root mean squared error of the unit parameters before, as answered but
    within [-1, 1], and after; of X' of the trace before and after; seconds that the cell took.

    Args:
        model: inverter.
        traces: the data set it learned from.
        settings: number of cells, and of the fits.
        metrics: number of cells, of fits accepted, and the median of each other column to write, refined.json.
        table: refined.csv to write.
        progress: told the fraction done.

    Raises:
        UserError: the data set is not the one that the inverter learned from, or its stimulus is random.
    """
    inverter, data = load_inverter(model), open_traces(traces)
    check_belongs(inverter, data)
    simulator = Simulator(data.sweep, data.settings, data.parameters)
    rows = data.rows(TEST)[: settings.cells]
    lines = []
    for start in range(0, len(rows), CELLS_AT_ONCE):
        chosen = rows[start : start + CELLS_AT_ONCE]
        V, truth, begun = data.read(chosen) * np.float32(STEP_mV), data.unit[chosen], time.perf_counter()
        answer = inverter.predict(V)
        found = refine(simulator, V, answer, settings)
        seconds = (time.perf_counter() - begun) / len(chosen)
        before, after = (_rms(unit - truth) for unit in (np.clip(answer.unit, -1, 1), found.unit))
        columns = (found.accepted.astype(int), before, after, found.trace_before, found.trace_after)
        ids = [data.ids[row] for row in chosen]
        lines += [[*line, seconds] for line in zip(ids, *(one.tolist() for one in columns), strict=True)]
        progress((start + len(chosen)) / len(rows))
    write_csv(table, HEADER, lines)
    by_name = dict(zip(HEADER, zip(*lines, strict=True), strict=True))
    medians = {name: float(np.median(by_name[name])) for name in HEADER[2:]}
    write_metrics(metrics, {"cells": len(lines), "accepted": sum(by_name["accepted"]), **medians}, files=[table])


def _error(simulator: Simulator, V: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return trace_error(V, simulator.windows(unit), simulator)


def _rms(values: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(values.astype(float) ** 2, axis=1))
