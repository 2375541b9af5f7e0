"""How the traces of a sweep are read: what counts as a beat of its cell, and what each row is paced with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import zarr

from gbar import stimuli
from gbar.cells.outputs import CellOutput, outputs_of
from gbar.config.explain import checked
from gbar.config.sweep import STIMULUS, SweepSection
from gbar.records.attributes import told
from gbar.solve.settings import SLOW_EVERY_MS, slow_stride
from gbar.sweeps.solved import measure_names
from gbar.sweeps.steady_state import last_beats
from gbar.traces.beats import Beats
from gbar.traces.reading import Reading, find_beats, read_trace
from gbar.traces.settings import BeatSettings
from gbar.traces.transients import MEASURES as TRANSIENT
from gbar.traces.transients import transient

TIMES = ("time_to_peak", "duration50", "duration90")


@dataclass(frozen=True, eq=False)
class SolvedRow:
    """What there is of a solved row beside its voltage and status; see `gbar.sweeps.solved.Solved`.

    Attributes:
        concentrations: those that are followed, shape (concentration, slow samples).
        outputs: what is stored beside the voltage, shape (output, time); None without.
        measures: what was measured as it was solved; None without.
    """

    concentrations: np.ndarray
    outputs: np.ndarray | None = None
    measures: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class RowReader:
    """Reads the traces of the rows of a sweep.

    Attributes:
        settings: what counts as a beat.
        pulses_ms: start and end of the pulses of each row, or of all rows alike, each of shape (pulse, 2).
        sample_ms: interval between the samples of a trace.
        followed: unit of each concentration that is followed, by its name.
        slow_ms: interval between the samples of concentrations.
        outputs: what is stored beside the voltage.
        measured: names of what was measured as rows were solved.
    """

    settings: BeatSettings
    pulses_ms: Sequence[np.ndarray]
    sample_ms: float
    followed: Mapping[str, str] = field(default_factory=dict)
    slow_ms: float = SLOW_EVERY_MS
    outputs: Sequence[CellOutput] = ()
    measured: Sequence[str] = ()

    def read(self, row: int, V: np.ndarray) -> Reading:
        """Return what there is to say of a row's trace, mV, shape (time,)."""
        return read_trace(V, self.sample_ms, self.settings, pulses_ms=self._pulses_of(row), recorded=False)

    def beats(self, row: int, V: np.ndarray) -> Beats:
        """Return the beats of a row's trace, mV, shape (time,)."""
        return find_beats(V, self.sample_ms, self.settings, pulses_ms=self._pulses_of(row), recorded=False)

    def settled(self, solved: SolvedRow, reading: Reading | None) -> dict[str, float]:
        """Return what concentrations are at a row's last beats and how they change, as `biomarkers.csv` has them.

        Args:
            solved: what there is of the row.
            reading: of its trace; None of a row that was not solved.
        """
        names = [f"{name}{what}_{unit}" for name, unit in self.followed.items() for what in ("", "_drift")]
        if not names:
            return {}
        if names[0] in self.measured:
            return {name: value for name, value in self._measured(solved).items() if name in names}
        if reading is None:
            return dict.fromkeys(names, np.nan)
        values = last_beats(solved.concentrations, self.slow_ms, reading)
        return dict(zip(names, values.ravel().tolist(), strict=True))

    def further(self, solved: SolvedRow, reading: Reading | None) -> dict[str, float]:
        """Return what else there is to say of a row: beats paced, charges, transients; arguments as of `settled`."""
        of_concentrations = self.settled(solved, reading)
        said = {name: value for name, value in self._measured(solved).items() if name not in of_concentrations}
        for place, output in enumerate(self.outputs):
            if output.is_concentration:
                names = [f"{output.name}_{measure}" for measure in TRANSIENT]
                found = np.full(len(names), np.nan)
                if reading is not None and solved.outputs is not None:
                    found = transient(solved.outputs[place], self.sample_ms, reading)
                said |= {
                    f"{name}_{'ms' if name.endswith(TIMES) else output.unit}": value
                    for name, value in zip(names, found.tolist(), strict=True)
                }
        return said

    def _measured(self, solved: SolvedRow) -> dict[str, float]:
        return dict(zip(self.measured, [] if solved.measures is None else solved.measures.tolist(), strict=True))

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
        outputs_of(cell, sweep.outputs),
        measure_names(cell, protocol, sweep.outputs),
    )


def reader_of_store(group: zarr.Group) -> RowReader:
    """Return the reader of the rows of a store that was opened and checked."""
    sweep = checked(SweepSection, told(group, "configuration"))
    varied = {name: np.asarray(held[:]) for name, held in group.arrays() if name.startswith(STIMULUS)}
    return reader_of(sweep, varied)
