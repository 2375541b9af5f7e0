"""A cell under doses of a drug: one row a dose, the control first, all paced alike and solved side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gbar import stimuli
from gbar.cells.cell import Cell
from gbar.cells.outputs import NET, in_C_per_F, lacking, output_of
from gbar.config.stimulus import PacingStimulus
from gbar.drugs.drug import Drug, bnet
from gbar.drugs.targets import CONCENTRATION, PARAMETERS, currents_of
from gbar.errors import UserError
from gbar.solve.pacing import Pacing, pace
from gbar.solve.rows import solve_rows
from gbar.solve.settings import DIVERGED, Solution, SolverSettings
from gbar.solve.stimulus import Stimulus
from gbar.sweeps.biomarker_table import DIVERGED_COURSE
from gbar.traces.reading import Reading, read_trace
from gbar.traces.settings import of_kind

KEPT_BEATS = 5  # three inner ones, over which a change from beat to beat is seen
SAVE_EVERY_MS = 0.05  # upstrokes must be resolved


@dataclass(frozen=True)
class Dose:
    """What a dose does to a cell.

    Attributes:
        concentration_nM: free concentration; 0 of the control.
        left: the part of each channel's current that it leaves.
        bnet: of these: see `gbar.drugs.drug.bnet`.
        V_mV: the trace, shape (time,), every `SAVE_EVERY_MS`.
        course: of its beats, as of `gbar.traces.course`, or "diverged".
        reading: what there is to say of it.
        qnet_C_per_F: net charge of repolarisation over the last beat; NaN where the cell lacks a current of it.
    """

    concentration_nM: float
    left: dict[str, float]
    bnet: float
    V_mV: np.ndarray
    course: str
    reading: Reading
    qnet_C_per_F: float


def solve_doses(
    cell: Cell,
    drug: Drug,
    concentrations_nM: Sequence[float],
    stimulus: PacingStimulus,
    beats: int,
    settings: SolverSettings,
    *,
    dynamic: bool,
) -> list[Dose]:
    """Return what doses of a drug do to a cell over its last beats, the control first.

    Args:
        cell: the cell.
        drug: the drug.
        concentrations_nM: free concentrations.
        stimulus: what paces it.
        beats: number of beats; those before the last `KEPT_BEATS` are paced with leaps (`gbar.solve.pacing`).
        settings: how to integrate.
        dynamic: whether the drug binds to hERG, in place of its static block; the cell must have the channel.

    Raises:
        UserError: the cell has none of the currents that the drug blocks.
    """
    doses = [0.0, *concentrations_nM]
    left = [drug.left(dose, dynamic) for dose in doses]
    scales = {
        name: np.array([one[channel] for one in left]) for channel in left[0] for name in currents_of(cell, channel)
    }
    if not scales and not dynamic:
        raise UserError(f"{drug.name}: {cell.name} has none of the currents that it blocks: {', '.join(left[0])}")
    values = {name: np.ones(len(doses)) for name in cell.current_names[:1]} | scales
    if dynamic:
        assert drug.binding is not None
        binding = {own: getattr(drug.binding, name).value for name, own in PARAMETERS.items()}
        values |= {name: np.full(len(doses), value) for name, value in binding.items()}
        values[CONCENTRATION] = np.array(doses)
    solution = _last_beats(cell, values, stimulus, beats, settings)
    kept_ms = min(beats, KEPT_BEATS) * stimulus.cycle_length_ms
    pulses_ms = stimuli.pulses_ms(stimulus, cell.stimulus, kept_ms)[0]
    charges = solution.charges.get(NET, np.full(len(doses), np.nan))
    found = []
    for row, dose in enumerate(doses):
        V_mV = solution.traces["V"][row]
        reading = read_trace(V_mV, SAVE_EVERY_MS, of_kind(cell.tissue), pulses_ms=pulses_ms, recorded=False)
        course = DIVERGED_COURSE if solution.status[row] == DIVERGED else reading.course
        qnet_C_per_F = float(in_C_per_F(charges[row]))
        found.append(Dose(dose, left[row], bnet(drug.left(dose)), V_mV, course, reading, qnet_C_per_F))
    return found


def _last_beats(
    cell: Cell, values: Mapping[str, np.ndarray], stimulus: PacingStimulus, beats: int, settings: SolverSettings
) -> Solution:
    """Return the last beats of the rows of some values, paced before."""
    cycle_ms = stimulus.cycle_length_ms
    kept = min(beats, KEPT_BEATS)
    outputs = {} if lacking(cell) else {NET: output_of(cell, NET).currents}

    def train(beats: int, _: object = None) -> Stimulus | None:
        return stimuli.build(stimulus, cell.stimulus, beats * cycle_ms, [0])

    paced = pace(cell, values, Pacing(cycle_ms, beats - kept, leaping=True), train, settings, outputs=outputs)
    scale, parameter = cell.split(values)
    solution = solve_rows(
        cell,
        scale,
        parameter,
        kept * cycle_ms,
        SAVE_EVERY_MS,
        settings,
        stimulus=train(kept),
        initial=paced.states,
        outputs=outputs,
        charged_from_ms=(kept - 1) * cycle_ms,
    )
    solution.status[paced.status == DIVERGED] = DIVERGED
    return solution
