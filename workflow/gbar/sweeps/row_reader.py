"""How the traces of a sweep are read: what counts as a beat of its cell, and what each row is paced with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import zarr

from gbar import stimuli
from gbar.config.explain import checked
from gbar.config.sweep import STIMULUS, SweepSection
from gbar.records.attributes import told
from gbar.solve.settings import SLOW_EVERY_MS, slow_stride
from gbar.sweeps.steady_state import last_beats
from gbar.traces.beats import Beats
from gbar.traces.reading import Reading, find_beats, read_trace
from gbar.traces.settings import BeatSettings


@dataclass(frozen=True, eq=False)
class RowReader:
    """Reads the traces of the rows of a sweep.

    Attributes:
        settings: what counts as a beat.
        pulses_ms: start and end of the pulses of each row, or of all rows alike, each of shape (pulse, 2).
        sample_ms: interval between the samples of a trace.
        followed: unit of each concentration that is followed, by its name.
        slow_ms: interval between the samples of concentrations.
    """

    settings: BeatSettings
    pulses_ms: Sequence[np.ndarray]
    sample_ms: float
    followed: Mapping[str, str] = field(default_factory=dict)
    slow_ms: float = SLOW_EVERY_MS

    def read(self, row: int, V: np.ndarray) -> Reading:
        """Return what there is to say of a row's trace, mV, shape (time,)."""
        return read_trace(V, self.sample_ms, self.settings, pulses_ms=self._pulses_of(row), recorded=False)

    def beats(self, row: int, V: np.ndarray) -> Beats:
        """Return the beats of a row's trace, mV, shape (time,)."""
        return find_beats(V, self.sample_ms, self.settings, pulses_ms=self._pulses_of(row), recorded=False)

    def settled(self, concentrations: np.ndarray, reading: Reading) -> dict[str, float]:
        """Return what concentrations are at a row's last beats and how they change, as `biomarkers.csv` has them.

        Args:
            concentrations: those that are followed, shape (concentration, slow samples).
            reading: of the row's trace.
        """
        return self._named(last_beats(concentrations, self.slow_ms, reading)) if self.followed else {}

    def unsettled(self) -> dict[str, float]:
        """Return the same of a row that was not solved."""
        return self._named(np.full((len(self.followed), 2), np.nan))

    def _named(self, values: np.ndarray) -> dict[str, float]:
        names = [f"{name}{what}_{unit}" for name, unit in self.followed.items() for what in ("", "_drift")]
        return dict(zip(names, values.ravel().tolist(), strict=True))

    def _pulses_of(self, row: int) -> np.ndarray:
        return self.pulses_ms[row if len(self.pulses_ms) > 1 else 0]


def reader_of(sweep: SweepSection, values: Mapping[str, Sequence[float] | np.ndarray]) -> RowReader:
    """Return the reader of the rows of a sweep.

    Args:
        sweep: its section of the configuration.
        values: varied quantity -> its value in each row.
    """
    cell, protocol = sweep.cell.cell(), sweep.protocol
    varied = {
        name.removeprefix(STIMULUS): np.asarray(column) for name, column in values.items() if name.startswith(STIMULUS)
    }
    pulses_ms = stimuli.pulses_ms(protocol.stimulus_of(cell), cell.stimulus, protocol.duration_ms, varied)
    return RowReader(
        sweep.beats.settings(cell.tissue),
        pulses_ms,
        protocol.save_every_ms,
        cell.followed,
        slow_stride(protocol.save_every_ms) * protocol.save_every_ms,
    )


def reader_of_store(group: zarr.Group) -> RowReader:
    """Return the reader of the rows of a store that was opened and checked."""
    sweep = checked(SweepSection, told(group, "configuration"))
    varied = {name: np.asarray(held[:]) for name, held in group.arrays() if name.startswith(STIMULUS)}
    return reader_of(sweep, varied)
