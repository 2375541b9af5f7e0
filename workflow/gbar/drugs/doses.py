"""A cell under doses of a drug: one row a dose, the control first, all paced alike and solved side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gbar import stimuli
from gbar.cells.cell import Cell
from gbar.config.stimulus import StimulusSection
from gbar.drugs.drug import Drug, bnet
from gbar.drugs.targets import CONCENTRATION, PARAMETERS, currents_of
from gbar.errors import UserError
from gbar.solve.settings import DIVERGED, SolverSettings
from gbar.sweeps.biomarker_table import DIVERGED_COURSE
from gbar.traces.reading import Reading, read_trace
from gbar.traces.settings import of_kind

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
    """

    concentration_nM: float
    left: dict[str, float]
    bnet: float
    V_mV: np.ndarray
    course: str
    reading: Reading


def solve_doses(
    cell: Cell,
    drug: Drug,
    concentrations_nM: Sequence[float],
    stimulus: StimulusSection,
    duration_ms: float,
    settings: SolverSettings,
    *,
    dynamic: bool,
) -> list[Dose]:
    """Return what doses of a drug do to a cell, the control first.

    Args:
        cell: the cell.
        drug: the drug.
        concentrations_nM: free concentrations.
        stimulus: what paces it.
        duration_ms: simulated time.
        settings: how to integrate.
        dynamic: whether the drug binds to hERG, in place of its static block; the cell must have the channel.

    Raises:
        UserError: the cell has none of the currents that the drug blocks.
    """
    from gbar.solve import solve_rows

    doses = [0.0, *concentrations_nM]
    left = [drug.left(dose, dynamic) for dose in doses]
    scales = {
        name: np.array([one[channel] for one in left]) for channel in left[0] for name in currents_of(cell, channel)
    }
    if not scales and not dynamic:
        raise UserError(f"{drug.name}: {cell.name} has none of the currents that it blocks: {', '.join(left[0])}")
    parameters = {}
    if dynamic:
        assert drug.binding is not None
        parameters = {own: getattr(drug.binding, name).value for name, own in PARAMETERS.items()}
        parameters[CONCENTRATION] = np.array(doses)
    solution = solve_rows(
        cell,
        scales,
        parameters,
        duration_ms,
        SAVE_EVERY_MS,
        settings,
        stimulus=stimuli.build(stimulus, cell.stimulus, duration_ms, [0]),
    )
    pulses_ms = stimuli.pulses_ms(stimulus, cell.stimulus, duration_ms)[0]
    found = []
    for row, dose in enumerate(doses):
        V_mV = solution.traces["V"][row]
        reading = read_trace(V_mV, SAVE_EVERY_MS, of_kind(cell.tissue), pulses_ms=pulses_ms, recorded=False)
        course = DIVERGED_COURSE if solution.status[row] == DIVERGED else reading.course
        found.append(Dose(dose, left[row], bnet(drug.left(dose)), V_mV, course, reading))
    return found
