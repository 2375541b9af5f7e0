"""Traces of other simulators shown to an inverter: what it takes them for, and whether it notices.

As in the published study, windows are cut, clipped and scaled as the inverter's own. Where its own data set was checked
(`traces.checked`), the traces of the others are, too: those that any simulator would be told by do not count.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from gbar.errors import UserError, wrong
from gbar.invert.answer import Answer
from gbar.invert.designs.members import blocks_of
from gbar.invert.inverter import Inverter, load_inverter
from gbar.invert.judge import check_belongs
from gbar.invert.out_of_range import IN_RANGE
from gbar.invert.quality import passes
from gbar.invert.traces import TEST, open_traces
from gbar.jobs.job import Input, Output, job
from gbar.records.files import whole
from gbar.records.metrics import write_metrics
from gbar.sweeps.store import ROWS_PER_SHARD, STATUS, array, open_store, read_voltage

MOST = 2000  # traces of each simulator
OWN = "own"


@job("cross", jax="float32", need="invert.needs.of_prediction")
def judge_cross(model: Input, traces: Input, stores: Mapping[str, Input], metrics: Output, out: Output) -> None:
    """Show an inverter traces of other cells, beside its own test traces.

    cross.json has `traces`, `beyond` and `flagged` of each sweep by its name; cross.npz holds `sweeps` (S), the first
    being "own"; `parameters` (K); `traces`, `beyond` (share of predictions with |u| > 1) and `flagged` (share of traces
    out of range or doubtful), (S); `correlations` between predicted parameters, (S, K, K); and of each sweep
    `unit_NAME` (n, K) float32, `score_NAME` (n).

    Args:
        model: inverter.
        traces: the data set it learned from.
        stores: store of each other sweep, NAME=store.zarr.
        metrics: cross.json to write.
        out: cross.npz to write.

    Raises:
        UserError: a sweep with another sampling interval, shorter traces, or none that can be shown.
    """
    inverter, data = load_inverter(model), open_traces(traces)
    check_belongs(inverter, data)
    answers = {OWN: inverter.answer(blocks_of(data, data.rows(TEST)[:MOST]))}
    answers |= {name: inverter.answer(windows_of(path, inverter)) for name, path in stores.items()}
    with whole(out) as made, made.open("wb") as file:
        np.savez(file, allow_pickle=False, **_arrays(inverter, answers))
    write_metrics(metrics, {name: _shares(one) for name, one in answers.items()}, files=[out])


def windows_of(store: str | Path, inverter: Inverter) -> Iterator[np.ndarray]:
    """Yield the windows of the first rows of a store that were solved, as the inverter sees them, mV, float32.

    Raises:
        UserError: the store has another sampling interval, shorter traces, or no row that can be shown.
    """
    group, window = open_store(store), inverter.window
    (n_rows, n_samples), sample_ms = array(group, "V").shape, float(np.asarray(array(group, "time")[:2])[1])
    if not np.isclose(sample_ms * window.every, inverter.sample_ms, rtol=1e-9):
        allowed = f"{inverter.sample_ms / window.every:g}, as the inverter's own traces"
        raise wrong(f"{store}: save_every_ms", sample_ms, allowed)
    if n_samples < window.first + window.samples:
        raise UserError(f"{store}: traces of {n_samples} samples end before {window.first + window.samples}, as needed")
    is_solved = np.asarray(array(group, "status")[:]) != STATUS.index("diverged")
    shown = 0
    for start in range(0, n_rows, ROWS_PER_SHARD):
        rows = slice(start, start + ROWS_PER_SHARD)
        V = read_voltage(group, rows)[is_solved[rows]]
        if window.checked:
            V = V[passes(V, sample_ms)]
        V = V[: MOST - shown, window.first : window.first + window.samples]
        shown += len(V)
        if len(V):
            yield inverter.view.see(V)
        if shown == MOST:
            return
    if not shown:
        raise UserError(f"{store}: has no trace to show: none was solved and passes the check on spikes")


def _arrays(inverter: Inverter, answers: Mapping[str, Answer]) -> dict[str, np.ndarray]:
    k = len(inverter.parameters)
    shares = [_shares(one) for one in answers.values()]
    arrays = {
        "sweeps": np.array(list(answers)),
        "parameters": np.array([one.name for one in inverter.parameters]),
        **{name: np.array([one[name] for one in shares]) for name in ("traces", "beyond", "flagged")},
        "correlations": np.stack([_correlations(one.unit).reshape(k, k) for one in answers.values()]),
    }
    for name, one in answers.items():
        arrays |= {f"unit_{name}": one.unit.astype(np.float32), f"score_{name}": one.score.astype(np.float32)}
    return arrays


def _shares(answer: Answer) -> dict[str, float]:
    return {
        "traces": len(answer.score),
        "beyond": float(np.mean(np.abs(answer.unit) > 1)),
        "flagged": float(np.mean(np.array(answer.verdict) != IN_RANGE)),
    }


def _correlations(unit: np.ndarray) -> np.ndarray:
    """Return the correlations of columns; NaN with one that never changes, as where all outputs saturate alike."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.corrcoef(unit.T)
