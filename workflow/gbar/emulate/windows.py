"""The emulators' data set: windows of the simulated traces, each with one complete action potential.

As published for the DLSTM networks: segments of 12,000 samples at 0.05 ms "adjusted to contain a complete
AP", resampled to 5,000 samples by the Fourier method and cut by 50 at each end, where that method rings:
4,900 samples at 0.12 ms. How the segments were placed is not published. Here a window starts `lead_ms` before
an upstroke, so that all windows are aligned there; the AP must have repolarised to 90 %, and the trace must
not end, before the window does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr
from scipy.signal import resample
from zarr.codecs import ZstdCodec

from gbar.biomarker_table import Row
from gbar.biomarkers import Beats, find_beats
from gbar.emulate.split import PARTS, SplitSettings, split_windows
from gbar.errors import UserError, wrong
from gbar.files import whole

WINDOWS_PER_CHUNK = 128  # 2.5 MB before compression
ARRAYS = {
    "trace": (("window", "sample"), {"units": "mV", "long_name": "membrane potential"}),
    "inputs": (
        ("window", "feature"),
        {"long_name": "inputs of the network; attribute `features` names them"},
    ),
    "time": (("sample",), {"units": "ms", "long_name": "time from the window's first sample"}),
    "row": (("window",), {"long_name": "row of the store the window was cut from"}),
    "start_ms": (
        ("window",),
        {"units": "ms", "long_name": "time of the window's first sample in its simulation"},
    ),
    "split": (("window",), {"flag_values": list(range(len(PARTS))), "flag_meanings": " ".join(PARTS)}),
}


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
        sample_ms: sampling interval the traces must have; None takes that of the store.
    """

    samples: int = 12000
    resampled: int = 5000
    trim: int = 50
    lead_ms: float = 106.0
    skip_beats: int = 1
    overlap: bool = False
    min_beats: int = 3
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
        inputs: the scalings of each window's simulation, float32, shape (window, feature).
        time: time of each sample from the window's first, ms, shape (sample,).
        row: row of the store each window was cut from, int32, shape (window,).
        start_ms: time of each window's first sample in its simulation, shape (window,).
        split: 0 train, 1 validation, 2 test, int8, shape (window,).
        features: names of the inputs.
    """

    trace: np.ndarray
    inputs: np.ndarray
    time: np.ndarray
    row: np.ndarray
    start_ms: np.ndarray
    split: np.ndarray
    features: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.trace)

    @property
    def sample_ms(self) -> float:
        """Interval between samples."""
        return float(self.time[1] - self.time[0])

    def part(self, part: int) -> np.ndarray:
        """Return the indices of the windows of a part: `split.TRAIN`, `split.VALIDATION` or `split.TEST`."""
        return np.flatnonzero(self.split == part)


def window_starts(beats: Beats, n_samples: int, sample_ms: float, settings: WindowSettings) -> np.ndarray:
    """Return the sample of a trace at which each of its windows starts, shape (window,).

    Args:
        beats: the beats of the trace, timed from its first sample.
        n_samples: number of samples of the trace.
        sample_ms: its sampling interval.
        settings: how windows are cut.
    """
    beats = beats[settings.skip_beats :]
    starts = np.round((beats.upstroke_ms - settings.lead_ms) / sample_ms).astype(int)
    ends = starts + settings.samples
    ringing_ms = settings.trim * settings.samples * sample_ms / settings.resampled
    # False where APD90 is undefined.
    is_complete = beats.upstroke_ms + beats.apd90_ms <= ends * sample_ms - ringing_ms
    starts = starts[is_complete & (starts >= 0) & (ends <= n_samples)]
    if settings.overlap:
        return starts
    chosen: list[int] = []
    for start in starts:
        if not chosen or start >= chosen[-1] + settings.samples:
            chosen.append(start)
    return np.array(chosen, dtype=int)


def cut(v: np.ndarray, starts: np.ndarray, settings: WindowSettings) -> np.ndarray:
    """Cut windows out of a trace, resample and trim them.

    Args:
        v: membrane potential, mV, shape (time,).
        starts: first sample of each window, shape (window,).
        settings: how windows are cut.

    Returns:
        float32, mV, shape (window, settings.kept).
    """
    segments = v[starts[:, None] + np.arange(settings.samples)].astype(float)
    resampled = np.asarray(resample(segments, settings.resampled, axis=1))
    return resampled[:, settings.trim : settings.resampled - settings.trim].astype(np.float32)


def build_windows(
    store: zarr.Group,
    table: Sequence[Row],
    settings: WindowSettings,
    split: SplitSettings,
    features: Sequence[str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Windows:
    """Build the data set of a sweep from the rows that beat.

    Args:
        store: the opened store of the sweep.
        table: its biomarkers, a row each, in the store's order.
        settings: how windows are cut.
        split: which of them train, validate and test.
        features: the varied quantities that are the inputs; all of them when left out.
        progress: told the fraction done, now and then.

    Raises:
        UserError: no row beats, a window does not fit into the simulation or needs another sampling interval,
            a feature is not varied in this sweep, or store and table do not belong together.
    """
    time = np.asarray(store["time"][:2])  # type: ignore[index]
    sample_ms, n_samples = float(time[1] - time[0]), store["V"].shape[1]  # type: ignore[union-attr]
    ids: list[str] = store["id"][:].tolist()  # type: ignore[index, union-attr]
    if ids != [row.id for row in table]:
        raise UserError("the table of biomarkers has not the rows of the store; make both from the same sweep")
    _check(settings, n_samples, sample_ms)
    features = tuple(features if features is not None else table[0].scalings)
    for name in features:
        if name not in table[0].scalings:
            raise wrong("features", name, f"among the varied quantities: {', '.join(table[0].scalings)}")
    beating = [k for k, row in enumerate(table) if row.beats_at_least(settings.min_beats)]
    if not beating:
        raise UserError(
            f"windows.min_beats: none of the {len(table)} settings has at least {settings.min_beats} beats; "
            "simulate longer, allow fewer beats, or choose settings that beat"
        )
    traces, starts, rows = [], [], []
    for done, k in enumerate(beating, start=1):
        v = np.asarray(store["V"][k])  # type: ignore[index]
        found = window_starts(find_beats(v, sample_ms), n_samples, sample_ms, settings)
        traces.append(cut(v, found, settings))
        starts.append(found)
        rows.append(np.full(len(found), k, dtype=np.int32))
        if progress:
            progress(done / len(beating))
    row = np.concatenate(rows)
    if len(row) == 0:
        raise UserError(
            f"windows: none of the {len(beating)} settings that beat has a complete window of "
            f"{settings.samples * sample_ms:g} ms behind {settings.skip_beats} beats; simulate longer"
        )
    scalings = np.array([[table[k].scalings[name] for name in features] for k in row], dtype=np.float32)
    resampled_ms = settings.samples * sample_ms / settings.resampled
    return Windows(
        trace=np.concatenate(traces),
        inputs=scalings,
        time=np.arange(settings.kept) * resampled_ms,
        row=row,
        start_ms=np.concatenate(starts) * sample_ms + settings.trim * resampled_ms,
        split=split_windows([ids[k] for k in row], split),
        features=features,
    )


def write_windows(path: str | Path, windows: Windows, attributes: Mapping[str, object]) -> None:
    """Write windows.zarr, whole or not at all.

    Args:
        path: where.
        windows: the data set.
        attributes: provenance: what it was made from and how.
    """
    own = {
        "features": list(windows.features),
        "sample_ms": windows.sample_ms,
        "coordinates": "row start_ms split",
    }
    with whole(path) as made:
        group = zarr.create_group(made, zarr_format=3, attributes=dict(attributes) | own)
        for name, (dimensions, description) in ARRAYS.items():
            values = getattr(windows, name)
            rows = min(WINDOWS_PER_CHUNK, len(values)) if values.ndim == 2 else len(values)
            array = group.create_array(
                name,
                shape=values.shape,
                dtype=values.dtype,
                chunks=(rows, *values.shape[1:]),
                compressors=ZstdCodec(level=1, checksum=True),
                dimension_names=dimensions,
                attributes=description,
                config={"write_empty_chunks": True},
            )
            array[:] = values


def open_windows(path: str | Path) -> Windows:
    """Read windows.zarr.

    Raises:
        UserError: there is no data set of windows at this path.
    """
    try:
        group = zarr.open_group(path, mode="r")
        arrays = {name: np.asarray(group[name][:]) for name in ARRAYS}  # type: ignore[index]
        return Windows(**arrays, features=tuple(group.attrs["features"]))  # type: ignore[arg-type]
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no data set of windows ({type(error).__name__}: {error})") from None


def _check(settings: WindowSettings, n_samples: int, sample_ms: float) -> None:
    if settings.sample_ms is not None and not np.isclose(sample_ms, settings.sample_ms, rtol=1e-9):
        raise wrong("save_every_ms", sample_ms, f"{settings.sample_ms:g}, as the windows need")
    if settings.samples > n_samples:
        raise wrong(
            "windows.samples",
            settings.samples,
            f"at most {n_samples}, the samples of a simulation of {(n_samples - 1) * sample_ms:g} ms",
        )
