"""What the jobs of the gating study ask a cluster for: see `gbar.jobs.resources`, whose costs these join."""

from gbar.config.gating import CELL, MEMBRANE, GatingSection, TheorySection
from gbar.jobs.resources import LANES, LIBRARIES_MB, START_S, Need

COMPILED_S = 60.0  # the cell with all its states recorded, and what drives it
SOLVED_S = 3.5e-3  # a simulated second of the cell; 101 runs of 20 s: 7 s
LOOPED_S = 0.1  # a simulated second of the cell driven by a network, in steps of 0.02 ms
LEARNT_S = 2.5e-6  # a millisecond of one run, in training; 76 runs of 10,000 ms: 2 s an epoch
RETRAINED = 5.0  # by how much longer a training of many layers side by side takes than of one
ROWS_OF_STEP = len(MEMBRANE) + 1 + 6  # solved for a step of the fit: sensitivities, and dampings tried
STATE_BYTES = 12.0  # float32 as solved, stacked and written
SIDE_BY_SIDE_BYTES = 100.0  # float64 V and Cai as solved, as held against the record, weighted
BYTES_PER_MB = 1e6
MS_PER_S = 1000.0


def of_paced(section: GatingSection) -> Need:
    """Return what solving one cell at all cycle lengths and clamps takes."""
    paced = section.paced
    clamped_s = paced.clamp_voltages * paced.clamp_ms / MS_PER_S
    return Need(START_S + COMPILED_S + (_paced_s(section) + clamped_s) * SOLVED_S, _held_mb(section))


def of_learning(section: GatingSection, network: TheorySection) -> Need:
    """Return what training a network on the control takes."""
    return Need(START_S + network.training.epochs * _learnt_ms(section) * LEARNT_S, _held_mb(section))


def of_retraining(section: GatingSection) -> Need:
    """Return what training the layer of gates again takes, for all etas."""
    epochs = section.retraining.training.epochs
    return Need(START_S + RETRAINED * epochs * _learnt_ms(section) * LEARNT_S, _held_mb(section))


def of_closed_loop(section: GatingSection, network: TheorySection | None = None) -> Need:
    """Return what a network that drives the cell takes, in a batch that a core fills with little."""
    return Need(START_S + COMPILED_S + LANES * section.paced.duration_ms / MS_PER_S * LOOPED_S, 2 * _held_mb(section))


def of_identification(section: GatingSection) -> Need:
    """Return what the fits of one record take, from all its starts."""
    identification = section.identification
    record_s = (section.paced.first_ms + identification.settled_ms) / MS_PER_S
    rows = max(LANES, ROWS_OF_STEP * identification.membrane.runs)
    refine = identification.refine
    fits = refine.starts + 2  # one from the regression, and what the scan for the likeliest takes
    steps = fits * refine.trial_steps + refine.iterations
    held_mb = rows * record_s * MS_PER_S * SIDE_BY_SIDE_BYTES / BYTES_PER_MB
    return Need(START_S + COMPILED_S + steps * rows * record_s * SOLVED_S, _held_mb(section) + held_mb)


def of_held_out(section: GatingSection) -> Need:
    """Return what simulating a cell as identified takes, at the cycle lengths that it was not identified from."""
    return Need(START_S + COMPILED_S + _paced_s(section) * SOLVED_S, 2 * _held_mb(section))


def of_drawing(section: GatingSection) -> Need:
    """Return what drawing traces of the paced cells takes: they are read one after the other."""
    return Need(START_S * (1 + len(section.cells)), 2 * _held_mb(section))


def _paced_s(section: GatingSection) -> float:
    """Return the simulated seconds of all runs."""
    return len(section.paced.cycle_lengths_ms) * section.paced.duration_ms / MS_PER_S


def _learnt_ms(section: GatingSection) -> float:
    return section.paced.slices * section.paced.training_runs


def _held_mb(section: GatingSection) -> float:
    return LIBRARIES_MB + _paced_s(section) * MS_PER_S * len(CELL.states) * STATE_BYTES / BYTES_PER_MB
