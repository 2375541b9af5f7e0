"""What the jobs of the workflow ask a cluster for: minutes and memory, from the work that they do.

Costs are those of one core of a 2-core machine with AVX-512, measured in float64; a cluster's core is granted four
times as long. Memory is what the arrays take, beside what a process with JAX holds. A job that was cut off for either
asks for as much again at each further attempt. Nothing here reaches a job's numbers: no rule reruns for it.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from gbar.config.emulate import DeepNetworkSection, EmulateSection, LatentNetworkSection, ModelSection
from gbar.config.protocol import ProtocolSection
from gbar.config.simulation import CellSection, SolverSection
from gbar.config.stimulus import NoiseStimulus, StimulusSection
from gbar.config.sweep import SweepSection

SLOWER = 4.0  # a cluster's core, shared file system and all, against ours
LEAST_MIN = 10  # schedulers gain nothing from shorter requests
START_S = 20.0  # Python, JAX, the first compilation
LIBRARIES_MB = 1500.0  # a process with its libraries, 400 to 700 measured, and two of Snakemake that run it there

# Solving, one core. LANES: rows are solved as a batch of at least so many; fewer take as long.
LANES = 64
FIXED_STEP_S = 2.5e-9  # a fixed step, by state; mainen1996 2.3e-9, akwaboah2021 2.5e-9
FIXED_STEP_STATES = 30  # what goes with a step beside its states, in states; tentusscher2004 4.6e-9 s a state of 17
ADAPTIVE_STEP_S = 2e-6  # a Rosenbrock step of a row; akwaboah2021 1.2 ms for a second of some 700 steps
ADAPTIVE_STEPS_PER_S = 1000.0  # at rtol 1e-5, of a simulated second
ADAPTIVE_ORDER = 3  # of the method: the steps grow with rtol to the power of -1/3
CHIRP_STEPS_PER_S = 50_000.0  # values of a chirp's waveform, each a step at least

# The rest, one core.
SAMPLE_S = 1e-7  # gathering, biomarkers, cutting windows, by sample of a trace; 4.5e-8 and 1.4e-7
SMOOTHED_SAMPLE_S = 5e-8  # by sample of a predicted window and width of the smoothing
LEARNED_WEIGHT_S = 1.4e-10  # a training step, by weight and window; 0.4 s for 3e6 weights and 1000 windows
TRAINING_STEP_S = 1e-3  # what goes with a training step beside its weights
DRAWN_WINDOW_S = 1e-3  # tables and scores in a figure, by window
SHARD_ROWS = 64  # of the store, which takes Zarr half a second to import: `gbar.sweeps.store.ROWS_PER_SHARD`
SHORTEST_CYCLE_MS = 400.0  # of a beating cell: how many windows a trace can have
VALUES_PER_MB = 250_000.0  # float32


@dataclass(frozen=True)
class Need:
    """What a job takes on one core of ours.

    Attributes:
        seconds: of work, start included.
        mb: of memory at most.
    """

    seconds: float
    mb: float

    def runtime_min(self, attempt: int = 1) -> int:
        """Return the minutes to ask for at an attempt, counted from 1."""
        return attempt * max(LEAST_MIN, math.ceil(self.seconds * SLOWER / 60))

    def mem_mb(self, attempt: int = 1) -> int:
        """Return the memory to ask for at an attempt, MB."""
        return attempt * math.ceil(self.mb)


def of_block(sweep: SweepSection, rows: int) -> Need:
    """Return what solving a block of so many rows takes.

    Voltages in float32 are held, copied to the grid and written; a stimulus of a row's own has two numbers a piece.
    """
    traces_mb = rows * (1 + len(sweep.outputs or ())) * _samples(sweep.protocol) / VALUES_PER_MB
    stimulus = sweep.protocol.stimulus_of(sweep.cell.cell())
    pieces = _pieces_per_s(stimulus) * sweep.protocol.duration_ms / 1000
    stimulus_mb = rows * 4 * pieces / VALUES_PER_MB if isinstance(stimulus, NoiseStimulus) else 0.0
    lanes = LANES * math.ceil(rows / LANES)
    seconds = lanes * _row_s(sweep.cell, sweep.protocol, sweep.solver)
    return Need(START_S + seconds, LIBRARIES_MB + 3 * traces_mb + stimulus_mb)


def of_gather(sweep: SweepSection, rows: int, largest_block: int) -> Need:
    """Return what gathering a sweep of so many rows takes: three blocks, one being read, and a shard in memory."""
    samples = _samples(sweep.protocol) * (1 + len(sweep.outputs or ()))
    held = (4 * largest_block + 3 * SHARD_ROWS) * samples
    return Need(START_S + rows * samples * SAMPLE_S, LIBRARIES_MB + held / VALUES_PER_MB)


def of_windows(sweep: SweepSection, emulate: EmulateSection, rows: int) -> Need:
    """Return what cutting the windows of a sweep of so many rows takes."""
    seconds = rows * _samples(sweep.protocol) * SAMPLE_S + _windows(sweep, emulate, rows) * DRAWN_WINDOW_S
    shard_mb = SHARD_ROWS * _samples(sweep.protocol) / VALUES_PER_MB
    return Need(START_S + seconds, LIBRARIES_MB + 3 * shard_mb + 3 * _windows_mb(sweep, emulate, rows))


def of_training(sweep: SweepSection, emulate: EmulateSection, model: ModelSection, rows: int) -> Need:
    """Return what training a model on a sweep of so many rows takes.

    Beside the windows there are weights, gradients, two moments of the optimiser, the best weights so far and a
    checkpoint in memory. The deep networks end in a layer as wide as a window: that is where the weights are.
    """
    rows = min(rows, model.settings or rows)
    windows = _windows(sweep, emulate, rows)
    weights, passes = _weights(sweep, emulate, model)
    epochs, batch = model.training.epochs, model.training.batch_size
    if isinstance(model.network, LatentNetworkSection):
        epochs, batch = epochs + model.beating.epochs, min(batch, model.beating.batch_size)
    seconds = epochs * (windows * passes * LEARNED_WEIGHT_S + math.ceil(windows / batch) * TRAINING_STEP_S)
    mb = 3 * _windows_mb(sweep, emulate, rows) + 8 * weights / VALUES_PER_MB
    return Need(START_S + seconds, LIBRARIES_MB + mb)


def of_evaluation(sweep: SweepSection, emulate: EmulateSection, model: ModelSection, rows: int) -> Need:
    """Return what judging a model takes: every window predicted, and smoothed with every width."""
    values = _windows(sweep, emulate, rows) * _kept(emulate)
    weights, passes = _weights(sweep, emulate, model)
    seconds = values * len(emulate.smoothing.sigmas) * SMOOTHED_SAMPLE_S
    seconds += _windows(sweep, emulate, rows) * passes * LEARNED_WEIGHT_S
    mb = 6 * _windows_mb(sweep, emulate, rows) + 2 * weights / VALUES_PER_MB
    return Need(START_S + seconds, LIBRARIES_MB + mb)


def of_emulator_figure(sweep: SweepSection, emulate: EmulateSection, rows: int) -> Need:
    """Return what a figure of the emulators, or of the sweep that they learn from, takes: traces of every model."""
    windows = _windows(sweep, emulate, rows) * len(emulate.models)
    mb = len(emulate.models) * _windows_mb(sweep, emulate, rows)
    return Need(START_S + windows * DRAWN_WINDOW_S, LIBRARIES_MB + mb)


def of_page(*study: object) -> Need:
    """Return what a figure of a few traces, or the report, takes: little, whatever the study."""
    return Need(START_S, LIBRARIES_MB)


def _row_s(cell_section: CellSection, protocol: ProtocolSection, solver: SolverSection) -> float:
    """Return the seconds that a row takes in a full batch."""
    cell = cell_section.cell()
    settings = solver.settings().of_cell(cell)
    simulated_s = protocol.simulated_ms / 1000
    if settings.method == "rosenbrock":
        steps_per_s = ADAPTIVE_STEPS_PER_S * (1e-5 / settings.rtol) ** (1 / ADAPTIVE_ORDER)
        return simulated_s * (steps_per_s + _pieces_per_s(protocol.stimulus_of(cell))) * ADAPTIVE_STEP_S
    steps = settings.steps_per_save(protocol.save_every_ms) * _samples(protocol)
    return steps * (len(cell.states) + FIXED_STEP_STATES) * FIXED_STEP_S


def _pieces_per_s(stimulus: StimulusSection) -> float:
    """Return the pieces of a stimulus in a simulated second; trains of pulses have too few to count."""
    if isinstance(stimulus, NoiseStimulus):
        return 1000 / stimulus.step_ms
    return CHIRP_STEPS_PER_S if stimulus.kind.startswith("chirp") else 0.0


def _samples(protocol: ProtocolSection) -> float:
    return protocol.duration_ms / protocol.save_every_ms


def _windows(sweep: SweepSection, emulate: EmulateSection, rows: int) -> float:
    """Return how many windows a sweep can give at most."""
    window_ms = emulate.windows.samples * sweep.protocol.save_every_ms
    apart_ms = SHORTEST_CYCLE_MS if emulate.windows.overlap else window_ms
    return rows * math.ceil(sweep.protocol.duration_ms / apart_ms)


def _windows_mb(sweep: SweepSection, emulate: EmulateSection, rows: int) -> float:
    return _windows(sweep, emulate, rows) * _kept(emulate) / VALUES_PER_MB


def _kept(emulate: EmulateSection) -> int:
    """Return the samples of a finished window."""
    return emulate.windows.resampled - 2 * emulate.windows.trim


def _weights(sweep: SweepSection, emulate: EmulateSection, model: ModelSection) -> tuple[float, float]:
    """Return the weights of a network, and how many a window passes: those of an LSTM layer at every input step."""
    inputs = len(sweep.design.vary or sweep.own_values()) + emulate.windows.beat_time
    network = model.network
    if isinstance(network, DeepNetworkSection):
        units = [inputs, *network.lstm_widths]
        recurrent = sum(4 * out * (into + out + 1) for into, out in pairwise(units))
        dense = _dense_weights([units[-1], *network.dense_widths, _kept(emulate)])
        return recurrent + dense, recurrent * network.sequence_length + dense
    # Networks of shape, timing and beating in each member, of the inputs and their logs; one basis for all.
    outputs = (network.rank, 1, 1)
    members = network.members * sum(_dense_weights([2 * inputs, *network.widths, last]) for last in outputs)
    basis = (network.rank + 1) * _kept(emulate)
    return members + basis, members + basis


def _dense_weights(units: list[int]) -> int:
    return sum((into + 1) * out for into, out in pairwise(units))
