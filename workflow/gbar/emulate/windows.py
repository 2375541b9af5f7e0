"""The emulators' data set: windows of the simulated traces, each with one complete action potential.

As published for the DLSTM networks: segments of 12,000 samples at 0.05 ms "adjusted to contain a complete
AP", resampled to 5,000 samples by the Fourier method and cut by 50 at each end, where that method rings:
4,900 samples at 0.12 ms. How the segments were placed is not published. Here a window starts `lead_ms` before
an upstroke, so that all windows are aligned there; the AP must have repolarised to 90 %, and the trace must
not end, before the window does.

Beside the windows the data set lists all settings that were solved, with whether they beat: what a classifier
needs, since settings that do not beat have no windows.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from gbar.errors import wrong
from gbar.records.provenance import Provenance
from gbar.sweeps.store import Quantity
from gbar.traces.settings import BeatSettings

BEAT_TIME = "beat_time_ms"  # the input that is no scaling: when in its simulation a window's upstroke is


@dataclass(frozen=True)
class WindowSettings:
    """How windows are cut.

    Attributes:
        samples: samples a window spans in the stored trace.
        resampled: samples it is Fourier-resampled to.
        trim: samples then cut off at each end.
        lead_ms: time before the upstroke where a window starts; of 106 ms trimming 50 samples leaves 100.
        skip_beats: first beats of a trace left out: they start from the initial state, not from a beat.
        overlap: a window for every beat; otherwise a window starts after the last one ended, as published.
        min_beats: fewest beats of a trace that windows are cut from.
        beat_time: the time of a window's upstroke is an input, too: concentrations drift, and the beats with them.
        sample_ms: sampling interval the traces must have; None takes that of the store.
    """

    samples: int = 12000
    resampled: int = 5000
    trim: int = 50
    lead_ms: float = 106.0
    skip_beats: int = 1
    overlap: bool = False
    min_beats: int = 3
    beat_time: bool = False
    sample_ms: float | None = None

    def __post_init__(self) -> None:
        if self.resampled <= 2 * self.trim + 1:
            raise wrong("windows.trim", self.trim, f"below half of windows.resampled ({self.resampled})")
        if self.resampled > self.samples:
            raise wrong("windows.resampled", self.resampled, f"at most windows.samples ({self.samples})")

    @property
    def kept(self) -> int:
        """Samples of a finished window."""
        return self.resampled - 2 * self.trim


@dataclass(frozen=True)
class Windows:
    """The data set.

    Attributes:
        trace: membrane potential, mV, float32, shape (window, sample).
        inputs: the scalings of each window's simulation, and the time of its upstroke if that is an input, float32,
            shape (window, feature).
        time: time of each sample from the window's first, ms, shape (sample,).
        row: row of the store each window was cut from, int32, shape (window,).
        start_ms: time of each window's first sample in its simulation, shape (window,).
        upstroke_ms: time of its upstroke there.
        cycle_length_ms: time from that upstroke to the next; NaN where the trace ends before.
        split: 0 train, 1 validation, 2 test, int8, shape (window,); windows of a simulation are on one side.
        split_by_window: the same, dealt out window by window, as published.
        setting_inputs: scalings of every setting solved to the end, float32, shape (setting, scaling).
        setting_beats: whether it beats often enough for windows, int8, shape (setting,).
        setting_split: its part, that of its windows if it has any, int8, shape (setting,).
        quantities: the inputs in words, the varied quantities first: name, unit, and value in the control cell; of the
            time of the beat that in the middle of its range.
        beats: what counts as a beat of the cell.
        digest: of the file that it was read from, which subsets keep; empty before it is written.
        provenance: what that file tells of where it comes from.
    """

    trace: np.ndarray
    inputs: np.ndarray
    time: np.ndarray
    row: np.ndarray
    start_ms: np.ndarray
    upstroke_ms: np.ndarray
    cycle_length_ms: np.ndarray
    split: np.ndarray
    split_by_window: np.ndarray
    setting_inputs: np.ndarray
    setting_beats: np.ndarray
    setting_split: np.ndarray
    quantities: tuple[Quantity, ...]
    beats: BeatSettings = field(default_factory=BeatSettings)
    digest: str = ""
    provenance: Provenance | None = None

    def __len__(self) -> int:
        return len(self.trace)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(quantity.name for quantity in self.quantities)

    @property
    def sample_ms(self) -> float:
        """Interval between samples."""
        return float(self.time[1] - self.time[0])

    def split_as_published(self) -> "Windows":
        """Return the same windows, their parts dealt out window by window."""
        return replace(self, split=self.split_by_window)

    def part(self, part: int) -> np.ndarray:
        """Return the indices of the windows of a part: `split.TRAIN`, `split.VALIDATION` or `split.TEST`."""
        return np.flatnonzero(self.split == part)
