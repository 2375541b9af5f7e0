"""Many settings of one cell, solved side by side, each row in a lane of its own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from gbar.cells.cell import Cell
from gbar.errors import UserError, wrong
from gbar.solve.settings import OK, Solution, SolverSettings, slow_stride
from gbar.solve.stimulus import Stimulus
from gbar.solve.task import Task


def solve_rows(
    cell: Cell,
    scales: Mapping[str, np.ndarray],
    parameters: Mapping[str, np.ndarray | float],
    duration_ms: float,
    save_every_ms: float,
    settings: SolverSettings | None = None,
    record: tuple[str, ...] = ("V",),
    slow: tuple[str, ...] = (),
    stimulus: Stimulus | None = None,
    progress: Callable[[float], None] | None = None,
    dtype: Any = np.float32,
    initial: np.ndarray | None = None,
    outputs: Mapping[str, tuple[str, ...]] | None = None,
    charged_from_ms: float = 0.0,
) -> Solution:
    """Solve every row and return its traces on a regular grid.

    There are round(duration_ms / save_every_ms) samples: 5000 ms every 0.05 ms are 100,000. A row that diverges is
    frozen, marked and NaN from there on; it neither stops nor slows the others, and no row depends on which others
    are solved with it, to the bit.

    Args:
        cell: the cell.
        scales: scaling of currents by name, each (rows,); a current left out is not scaled.
        parameters: values of parameters by name, each (rows,) or one for all.
        duration_ms: simulated time.
        save_every_ms: interval between samples.
        settings: method, tolerance, precision and lanes; the cell's defaults when left out.
        record: names of the states to return.
        slow: names of the states to return at fewer samples: see `gbar.solve.settings.slow_stride`.
        stimulus: what drives the cell; nothing when None. Where it has rows, there are as many as of the scales.
        progress: called with the fraction done, now and then.
        dtype: of the traces.
        initial: states at the start, (rows, states); the cell's own when None. Of the adaptive method only.
        outputs: sums of currents to return as traces too, and as charges: name -> names of the currents. Of the
            adaptive method only.
        charged_from_ms: from when on charges are counted.

    Raises:
        UserError: an unknown current, parameter or state, a value that is not finite, times that do not fit.
    """
    settings = (settings or SolverSettings()).of_cell(cell)
    outputs = outputs or {}
    samples = _samples(duration_ms, save_every_ms)
    _check_names("scale", scales, cell.current_names)
    _check_names("parameter", parameters, tuple(cell.parameter_defaults))
    _check_names("record", (*record, *slow), cell.state_names)
    _check_names("output", (name for names in outputs.values() for name in names), cell.current_names)
    if settings.method != "rosenbrock" and (outputs or initial is not None):
        raise UserError(
            f"method: {settings.method} goes from the cell's own start and records states only; take rosenbrock"
        )
    if stimulus is not None and stimulus.clamp and settings.method == "backward_euler":
        raise UserError(f"clamp: {cell.name} can be stimulated with currents only")
    values = _per_row(cell, scales, parameters, stimulus)
    rows = len(next(iter(values.values())))
    stride = slow_stride(save_every_ms)

    solution = Solution(
        traces={name: np.full((rows, samples), np.nan, dtype) for name in (*record, *outputs)},
        slow={name: np.full((rows, -(-samples // stride)), np.nan, dtype) for name in slow},
        slow_stride=stride,
        status=np.full(rows, OK, np.int8),
        final_state=np.empty((rows, len(cell.states))),
        accepted=np.zeros(rows, np.int64),
        rejected=np.zeros(rows, np.int64),
        charges={name: np.full(rows, np.nan) for name in outputs},
    )
    if settings.method == "rosenbrock":
        from gbar.solve.refilling import solve
    else:
        from gbar.solve.lockstep import solve
    told = progress or _ignore
    task = Task(cell, values, stimulus, duration_ms, save_every_ms, settings, told, initial, outputs, charged_from_ms)
    solve(task, solution)
    return solution


def _ignore(_: float) -> None:
    """Tell nobody."""


def _per_row(
    cell: Cell, scales: Mapping[str, Any], parameters: Mapping[str, Any], stimulus: Stimulus | None
) -> dict[str, np.ndarray]:
    """Return the scaling of every current and the value of every parameter, each (rows,) float64.

    Of a cell that folds, only what is given, and one quantity where nothing is.
    """
    given = cell.own_values if not cell.folds or not (scales or parameters) else {}
    if cell.folds and given:
        given = dict([next(iter(given.items()))])
    given = {**given, **scales, **parameters}
    lengths = {np.size(value) for value in given.values() if np.ndim(value)}
    if stimulus is not None and stimulus.start_ms.ndim == 2:
        lengths.add(len(stimulus.start_ms))
    if len(lengths) > 1:
        raise ValueError(f"scales, parameters and stimulus of different lengths: {sorted(lengths)}")
    rows = lengths.pop() if lengths else 1
    values = {name: np.broadcast_to(np.asarray(value, float), rows) for name, value in given.items()}
    for name, value in values.items():
        bad = np.flatnonzero(~np.isfinite(value))
        if bad.size:
            raise wrong(f"{name} of row {bad[0]}", float(value[bad[0]]), "a finite number")
    return values


def _samples(duration_ms: float, save_every_ms: float) -> int:
    for name, value in (("duration_ms", duration_ms), ("save_every_ms", save_every_ms)):
        if not 0 < value < np.inf:
            raise wrong(name, value, "a positive number")
    samples = round(duration_ms / save_every_ms)
    if samples < 1:
        raise wrong("save_every_ms", save_every_ms, f"at most duration_ms ({duration_ms:g})")
    return samples


def _check_names(what: str, names: Iterable[str], allowed: tuple[str, ...]) -> None:
    for name in names:
        if name not in allowed:
            raise wrong(what, name, f"one of {', '.join(allowed)}")
