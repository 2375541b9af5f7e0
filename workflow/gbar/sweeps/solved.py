"""The rows of a sweep, solved: from the settings of a block and the varied quantities to what is kept of each row.

Where a protocol has beats, rows are first paced (`gbar.solve.pacing`), and only the last beats are solved to be kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gbar import stimuli
from gbar.cells.cell import Cell
from gbar.cells.outputs import VOLTAGE, CellOutput, in_C_per_F, outputs_of
from gbar.config.protocol import ProtocolSection
from gbar.config.stimulus import StimulusSection
from gbar.config.sweep import STIMULUS, SweepSection
from gbar.solve.pacing import Paced, Pacing, Settled, pace
from gbar.solve.rows import solve_rows
from gbar.solve.settings import DIVERGED, Solution
from gbar.solve.stimulus import Stimulus

if TYPE_CHECKING:
    from gbar.sweeps.blocks import BlockSettings

BEATS = ("beats_paced", "beats_simulated")


@dataclass(frozen=True)
class Solved:
    """What is kept of solved rows.

    Attributes:
        V: membrane potential, mV, float32, shape (rows, samples).
        status: `gbar.solve.OK` or `gbar.solve.DIVERGED`, (rows,).
        steps: accepted steps, (rows,).
        concentrations: those that are followed, float32, shape (rows, concentrations, slow samples).
        outputs: what is stored beside the voltage, float32, shape (rows, outputs, samples); None without.
        measures: by the names that `measure_names` gives, shape (rows, measures); None without.
    """

    V: np.ndarray
    status: np.ndarray
    steps: np.ndarray
    concentrations: np.ndarray
    outputs: np.ndarray | None
    measures: np.ndarray | None


def measure_names(cell: Cell, protocol: ProtocolSection, outputs: Sequence[str] | None) -> list[str]:
    """Return the names of what is measured while rows are solved, as biomarkers.csv has them.

    Charges are those of the last beat, or of the whole of a protocol without beats. Concentrations after the last beat
    and their changes from beat to beat, over the beats that are kept, are measured where a protocol has beats.
    """
    names = [one.charge for one in outputs_of(cell, outputs) if one.currents]
    if protocol.beats is not None:
        names += [*BEATS, *(f"{name}{what}_{unit}" for name, unit in cell.followed.items() for what in ("", "_drift"))]
    return names


def solve_values(
    settings: "BlockSettings | SweepSection",
    values: Mapping[str, np.ndarray],
    row_keys: Sequence[int],
    until_ms: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> Solved:
    """Return the solved rows of varied quantities.

    Args:
        settings: cell, protocol and solver.
        values: varied quantity -> its value in each row, shape (rows,).
        row_keys: what the noise of each row is drawn by.
        until_ms: where to end; at the end of the protocol when None. Rows of a fixed step are the same up to there.
        progress: told the fraction done, now and then.
    """
    cell, protocol = settings.cell.cell(), settings.protocol
    wanted = outputs_of(cell, settings.outputs)
    duration_ms = until_ms or protocol.duration_ms
    numbers = {name.removeprefix(STIMULUS): column for name, column in values.items() if name.startswith(STIMULUS)}
    row_values = {name: column for name, column in values.items() if not name.startswith(STIMULUS)}
    row_values = {name: np.full(len(row_keys), value) for name, value in settings.cell.fixed.items()} | row_values
    driven = _Driven(protocol.stimulus_of(cell), cell, numbers, row_keys)
    recorded: dict[str, Any] = {
        "record": (VOLTAGE, *(one.name for one in wanted if not one.currents)),
        "outputs": {one.name: one.currents for one in wanted if one.currents},
    }
    paced = None if protocol.beats is None else _paced(settings, cell, row_values, driven, recorded, progress)
    scales, parameters = cell.split(row_values)
    solution = solve_rows(
        cell,
        scales,
        parameters,
        duration_ms,
        protocol.save_every_ms,
        settings.solver.settings(),
        slow=tuple(cell.followed) if paced is None else (),
        stimulus=driven.stimulus(protocol.duration_ms),
        progress=progress if paced is None else None,
        dtype=np.float32,
        initial=None if paced is None else paced.states,
        charged_from_ms=0.0 if paced is None else duration_ms - protocol.cycle_ms,
        **recorded,
    )
    return _kept(cell, protocol, solution, paced, wanted)


@dataclass(frozen=True)
class _Driven:
    """What drives the rows: the stimulus, its varied numbers, and what the noise of each row is drawn by."""

    section: StimulusSection
    cell: Cell
    numbers: Mapping[str, np.ndarray]
    row_keys: Sequence[int]

    def stimulus(self, duration_ms: float, rows: np.ndarray | slice = slice(None)) -> Stimulus | None:
        """Return the stimulus of some rows."""
        numbers = {name: column[rows] for name, column in self.numbers.items()}
        keys = np.asarray(self.row_keys)[rows].tolist()
        return stimuli.build(self.section, self.cell.stimulus, duration_ms, keys, numbers)


def _paced(
    settings: "BlockSettings | SweepSection",
    cell: Cell,
    values: Mapping[str, np.ndarray],
    driven: _Driven,
    recorded: Mapping[str, Any],
    progress: Callable[[float], None] | None,
) -> Paced:
    """Return where pacing has brought the rows before the beats that are kept."""
    protocol = settings.protocol
    assert protocol.beats is not None
    settled = None if protocol.settled is None else Settled(**protocol.settled.model_dump())
    pacing = Pacing(protocol.cycle_ms, protocol.beats - protocol.kept, bool(protocol.leaps), settled)
    return pace(
        cell,
        values or {name: np.full(len(driven.row_keys), value) for name, value in cell.own_values.items()},
        pacing,
        lambda beats, rows: driven.stimulus(beats * protocol.cycle_ms, rows),
        settings.solver.settings(),
        progress=progress,
        **recorded,
    )


def _kept(
    cell: Cell, protocol: ProtocolSection, solution: Solution, paced: Paced | None, wanted: Sequence[CellOutput]
) -> Solved:
    lost = solution.status == DIVERGED
    measures = [in_C_per_F(charge) for charge in solution.charges.values()]
    if paced is not None:
        lost |= paced.status == DIVERGED
        measures += [paced.beats + protocol.kept, paced.simulated + protocol.kept]
        for place, state in enumerate(cell.states):
            if state.name in cell.followed:
                last, first = solution.final_state[:, place], paced.states[:, place]
                measures += [last, (last - first) / protocol.kept]
    for trace in solution.traces.values():
        trace[lost & (paced is not None)] = np.nan
    slow = list(solution.slow.values())
    outputs = [solution.traces[one.name] for one in wanted]
    return Solved(
        solution.traces[VOLTAGE],
        np.where(lost, DIVERGED, solution.status).astype(solution.status.dtype),
        solution.accepted,
        np.stack(slow, axis=1) if slow else np.empty((len(lost), 0, 0), np.float32),
        np.stack(outputs, axis=1) if outputs else None,
        np.where(lost[:, None], np.nan, np.stack(measures, axis=1)) if measures else None,
    )
