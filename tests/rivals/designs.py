"""Random rows that both sides of a comparison solve."""

import numpy as np

from gbar import stimuli
from gbar.cells import Cell
from gbar.config.stimulus import ChirpStimulus
from gbar.solve.stimulus import Stimulus
from gbar.stimuli.chirps import Chirp23a


def uniform(cell: Cell, rows: int, seed: int) -> dict[str, np.ndarray]:
    """Return every parameter that has a published range, drawn uniformly from it, (rows,) each."""
    draw = np.random.default_rng(seed)
    ranges = {parameter.name: parameter.range for parameter in cell.parameters if parameter.range is not None}
    return {name: low + (high - low) * draw.random(rows) for name, (low, high) in ranges.items()}


def scalings(
    names: tuple[str, ...], rows: int, seed: int, low: float = 0.2, high: float = 2.0
) -> dict[str, np.ndarray]:
    """Return scalings drawn uniformly, (rows,) each."""
    draw = np.random.default_rng(seed)
    return {name: low + (high - low) * draw.random(rows) for name in names}


def chirp(cell: Cell) -> tuple[Stimulus, np.ndarray]:
    """Return chirp23a at the cell's own gain: as gbar makes it for a run, and sample by sample for the others."""
    section = ChirpStimulus(kind="chirp23a")
    stimulus = stimuli.build(section, cell.stimulus, Chirp23a.length_ms, [0])
    assert stimulus is not None
    return stimulus, Chirp23a.samples * cell.stimulus.gain


def pulses(cell: Cell, cycle_length_ms: float, beats: int, width_ms: float = 1.0) -> Stimulus:
    """Return pulses at the cell's own gain, the first at 10 ms."""
    starts_ms = 10.0 + cycle_length_ms * np.arange(beats)
    edges_ms = np.column_stack([starts_ms, starts_ms + width_ms]).ravel()
    return Stimulus(np.insert(edges_ms, 0, 0.0), np.append(np.tile([0.0, cell.stimulus.gain], beats), 0.0))
