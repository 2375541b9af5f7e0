"""Many settings of one cell, solved side by side: each row in a lane of its own, a finished lane takes the next row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.cells.cell import Cell
from gbar.errors import wrong
from gbar.solve.dense import on_grid
from gbar.solve.settings import OK, Solution, SolverSettings

Values = Mapping[str, np.ndarray]  # of each current and parameter, by name

# Steps (Rosenbrock) or samples (Rush-Larsen) between two looks at the lanes.
CHUNK = 256
# A row that takes more steps than this is given up: a beating cell needs 0.5 a ms at the default tolerance.
STEPS_PER_MS, STEPS_AT_LEAST = 100, 20_000


def solve_rows(
    cell: Cell,
    scales: Mapping[str, np.ndarray],
    parameters: Mapping[str, np.ndarray | float],
    duration_ms: float,
    save_every_ms: float,
    settings: SolverSettings | None = None,
    record: tuple[str, ...] = ("V",),
    progress: Callable[[float], None] | None = None,
    dtype: Any = np.float32,
) -> Solution:
    """Solve every row from the cell's initial state and return its traces on a regular grid.

    There are round(duration_ms / save_every_ms) samples: 5000 ms every 0.05 ms are 100,000. A row that diverges is
    frozen, marked and NaN from there on; it neither stops nor slows the others, and no row depends on which others
    are solved with it, to the bit.

    Args:
        cell: the cell.
        scales: scaling of currents by name, each (rows,); a current left out is not scaled.
        parameters: values of parameters by name, each (rows,) or one for all.
        duration_ms: simulated time.
        save_every_ms: interval between samples.
        settings: method, tolerance and lanes; the defaults when left out.
        record: names of the states to return.
        progress: called with the fraction done, now and then.
        dtype: of the traces.

    Raises:
        UserError: an unknown current, parameter or state, or times that do not fit.
    """
    settings = settings or SolverSettings()
    samples = _samples(duration_ms, save_every_ms)
    _check_names("scale", scales, cell.current_names)
    _check_names("parameter", parameters, tuple(cell.parameter_defaults))
    _check_names("record", record, cell.state_names)
    values = _per_row(cell, scales, parameters)
    rows = len(next(iter(values.values())))

    solution = Solution(
        traces={name: np.full((rows, samples), np.nan, dtype) for name in record},
        status=np.full(rows, OK, np.int8),
        final_state=np.empty((rows, len(cell.states))),
        accepted=np.zeros(rows, np.int64),
        rejected=np.zeros(rows, np.int64),
    )
    method = _method(cell, record, duration_ms, save_every_ms, settings)
    for row, lane, steps in _finished(method, values, rows, settings.lanes, duration_ms, progress):
        solution.status[row] = lane.status
        solution.final_state[row] = lane.y
        solution.accepted[row] = lane.accepted
        solution.rejected[row] = lane.rejected
        for k, name in enumerate(record):
            y, dy = steps[:, 1 + k], steps[:, 1 + len(record) + k]
            solution.traces[name][row] = on_grid(steps[:, 0], y, dy, save_every_ms, samples)
    return solution


@dataclass(frozen=True)
class _Method:
    """An integrator with its settings: `fresh` is one lane at t = 0, `advance` takes lanes further."""

    fresh: Any
    advance: Callable[[Any, Values], tuple[Any, Any, Any]]


def _method(
    cell: Cell, record: tuple[str, ...], duration_ms: float, save_every_ms: float, settings: SolverSettings
) -> _Method:
    if settings.method == "rosenbrock":
        from gbar.solve import rosenbrock as integrator

        max_steps = STEPS_AT_LEAST + int(duration_ms * (STEPS_PER_MS + 2 / settings.max_step_ms))
        options = (duration_ms, settings.rtol, settings.max_step_ms, max_steps)
    else:
        from gbar.solve import rush_larsen as integrator

        steps_per_save = int(np.ceil(save_every_ms / settings.dt_ms - 1e-9))
        options = (duration_ms, save_every_ms, steps_per_save)
    import jax

    from gbar.solve.lanes import start

    advance = integrator.advance(cell, tuple(cell.state_names.index(name) for name in record), CHUNK)

    def advance_values(lanes: Any, values: Values) -> tuple[Any, Any, Any]:
        scale = {name: values[name] for name in cell.current_names}
        parameter = {name: values[name] for name in cell.parameter_defaults}
        with jax.enable_x64(True):
            return jax.device_get(advance(lanes, scale, parameter, *options))

    return _Method(start(cell.initial[:, None]), advance_values)


def _finished(
    method: _Method,
    values: Values,
    rows: int,
    lanes_count: int,
    duration_ms: float,
    progress: Callable[[float], None] | None,
) -> Iterator[tuple[int, Any, np.ndarray]]:
    """Solve all rows and yield each as it is finished: its number, its lane's last state, its records (steps, ...)."""
    fresh = method.fresh
    lanes = fresh._replace(**{name: np.repeat(a, lanes_count, axis=-1) for name, a in fresh._asdict().items()})
    lanes.closed[:] = True
    in_lane = {name: np.full(lanes_count, value[0]) for name, value in values.items()}
    occupant: dict[int, int] = {}
    records: dict[int, list[np.ndarray]] = {}
    waiting = iter(range(rows))
    finished = 0
    while True:
        for lane in range(lanes_count):
            if lane in occupant or (row := next(waiting, None)) is None:
                continue
            occupant[lane], records[lane] = row, []
            for field, start in zip(lanes, fresh, strict=True):
                field[..., lane] = start[..., 0]
            for name, value in values.items():
                in_lane[name][lane] = value[row]
        if not occupant:
            return
        lanes, block, count = method.advance(lanes, in_lane)
        lanes = lanes._replace(**{name: np.array(a) for name, a in lanes._asdict().items()})
        for lane, row in list(occupant.items()):
            records[lane].append(block[:count, :, lane])
            if lanes.closed[lane]:
                steps = np.concatenate(records.pop(lane))
                # A rejected step repeats its time.
                steps = steps[np.append(True, np.diff(steps[:, 0]) > 0)]
                del occupant[lane]
                finished += 1
                yield row, lanes._replace(**{n: a[..., lane] for n, a in lanes._asdict().items()}), steps
        if progress is not None:
            under_way = sum(float(lanes.t[lane]) for lane in occupant) / duration_ms
            progress((finished + under_way) / rows)


def _per_row(cell: Cell, scales: Mapping[str, Any], parameters: Mapping[str, Any]) -> Values:
    """Return the scaling of every current and the value of every parameter, each (rows,) float64."""
    given = {**dict.fromkeys(cell.current_names, 1.0), **cell.parameter_defaults, **scales, **parameters}
    lengths = {np.size(value) for value in given.values() if np.ndim(value)} or {1}
    if len(lengths) > 1:
        raise ValueError(f"scales and parameters of different lengths: {sorted(lengths)}")
    rows = lengths.pop()
    return {name: np.broadcast_to(np.asarray(value, float), rows) for name, value in given.items()}


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
