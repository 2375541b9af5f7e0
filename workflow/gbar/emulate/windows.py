"""The emulators' data set: windows of the simulated traces, each with one complete action potential.

As published for the DLSTM networks: segments of 12,000 samples at 0.05 ms "adjusted to contain a complete
AP", resampled to 5,000 samples by the Fourier method and cut by 50 at each end, where that method rings:
4,900 samples at 0.12 ms. How the segments were placed is not published. Here a window starts `lead_ms` before
an upstroke, so that all windows are aligned there; the AP must have repolarised to 90 %, and the trace must
not end, before the window does.

Beside the windows the data set lists all settings that were solved, with whether they beat: what a classifier
needs, since settings that do not beat have no windows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from scipy.signal import resample
from zarr.codecs import ZstdCodec

from gbar.attributes import consolidate, plain, told
from gbar.biomarker_table import DIVERGED, Row
from gbar.digest import digest_of
from gbar.emulate.split import PARTS, SplitSettings, split_others, split_windows
from gbar.errors import UserError, wrong
from gbar.files import whole
from gbar.provenance import Provenance
from gbar.quantities import varied_quantities
from gbar.row_reader import reader_of_store
from gbar.store import STATUS, Quantity, provenance_of, read_voltage
from gbar.traces import Beats

_FLAGS = {"flag_values": list(range(len(PARTS))), "flag_meanings": " ".join(PARTS)}
_OF_INPUTS = "of each input its own: see the attribute units"
BEAT_TIME = "beat_time_ms"  # the input that is no scaling: when in its simulation a window's upstroke is
WINDOWS_PER_CHUNK = 128  # 2.5 MB before compression
ARRAYS = {
    "trace": (("window", "sample"), {"units": "mV", "long_name": "membrane potential"}),
    "inputs": (
        ("window", "feature"),
        {"units": _OF_INPUTS, "long_name": "inputs of the network; attribute `features` names them"},
    ),
    "time": (("sample",), {"units": "ms", "long_name": "time from the window's first sample"}),
    "row": (("window",), {"long_name": "row of the store the window was cut from"}),
    "start_ms": (
        ("window",),
        {"units": "ms", "long_name": "time of the window's first sample in its simulation"},
    ),
    "upstroke_ms": (("window",), {"units": "ms", "long_name": "time of the window's upstroke in its simulation"}),
    "cycle_length_ms": (
        ("window",),
        {"units": "ms", "long_name": "time from the window's upstroke to the next; NaN where the trace has none"},
    ),
    "split": (("window",), _FLAGS | {"long_name": "part, by simulation"}),
    "split_by_window": (("window",), _FLAGS | {"long_name": "part, window by window"}),
    "setting_inputs": (
        ("setting", "scaling"),
        {"units": _OF_INPUTS, "long_name": "inputs of every setting that was solved"},
    ),
    "setting_beats": (("setting",), {"long_name": "1 where the setting has enough beats for windows, 0 elsewhere"}),
    "setting_split": (("setting",), _FLAGS | {"long_name": "part of the setting, that of its windows"}),
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


def window_beats(beats: Beats, n_samples: int, sample_ms: float, settings: WindowSettings) -> np.ndarray:
    """Return the beats of a trace that get a window, as indices, shape (window,).

    Args:
        beats: the beats of the trace, timed from its first sample.
        n_samples: number of samples of the trace.
        sample_ms: its sampling interval.
        settings: how windows are cut.
    """
    starts = window_starts(beats, sample_ms, settings)
    ends = starts + settings.samples
    ringing_ms = settings.trim * settings.samples * sample_ms / settings.resampled
    # False where APD90 is undefined.
    is_complete = beats.upstroke_ms + beats.apd90_ms <= ends * sample_ms - ringing_ms
    is_late_enough = np.arange(len(beats)) >= settings.skip_beats
    found = np.flatnonzero(is_complete & is_late_enough & (starts >= 0) & (ends <= n_samples))
    if settings.overlap:
        return found
    chosen: list[int] = []
    for beat in found.tolist():
        if not chosen or starts[beat] >= ends[chosen[-1]]:
            chosen.append(beat)
    return np.array(chosen, dtype=int)


def window_starts(beats: Beats, sample_ms: float, settings: WindowSettings) -> np.ndarray:
    """Return the sample of its trace at which the window of each beat starts, shape (beat,)."""
    return np.round((beats.upstroke_ms - settings.lead_ms) / sample_ms).astype(int)


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
        features: the varied quantities that are inputs; all of them when left out.
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
    reader = reader_of_store(store)
    traces, starts, upstrokes, cycle_lengths, rows = [], [], [], [], []
    for done, k in enumerate(beating, start=1):
        v = read_voltage(store, k)
        beats = reader.beats(k, v)
        which = window_beats(beats, n_samples, sample_ms, settings)
        starts.append(window_starts(beats[which], sample_ms, settings))
        traces.append(cut(v, starts[-1], settings))
        upstrokes.append(beats.upstroke_ms[which])
        cycle_lengths.append(np.append(beats.cycle_length_ms[1:], np.nan)[which])
        rows.append(np.full(len(which), k, dtype=np.int32))
        if progress:
            progress(done / len(beating))
    row = np.concatenate(rows)
    if len(row) == 0:
        raise UserError(
            f"windows: none of the {len(beating)} settings that beat has a complete window of "
            f"{settings.samples * sample_ms:g} ms behind {settings.skip_beats} beats; simulate longer"
        )
    solved = [k for k, one in enumerate(table) if one.status != STATUS[DIVERGED]]
    scalings = np.array([[one.scalings[name] for name in features] for one in table], dtype=np.float32)
    inputs, upstroke_ms = scalings[row], np.concatenate(upstrokes)
    known = {quantity.name: quantity for quantity in varied_quantities(store)}
    quantities = tuple(replace(known[name], values=()) for name in features)
    part = split_windows([ids[k] for k in row], split)
    if settings.beat_time:
        inputs = np.column_stack([inputs, upstroke_ms]).astype(np.float32)
        middle_ms = float(upstroke_ms.min() + upstroke_ms.max()) / 2
        quantities += (Quantity(BEAT_TIME, "ms", "time of the window's upstroke in its simulation", middle_ms),)
    resampled_ms = settings.samples * sample_ms / settings.resampled
    return Windows(
        trace=np.concatenate(traces),
        inputs=inputs,
        time=np.arange(settings.kept) * resampled_ms,
        row=row,
        start_ms=np.concatenate(starts) * sample_ms + settings.trim * resampled_ms,
        upstroke_ms=upstroke_ms,
        cycle_length_ms=np.concatenate(cycle_lengths),
        split=part,
        split_by_window=split_windows([ids[k] for k in row], split, by="window"),
        setting_inputs=scalings[solved],
        setting_beats=np.array([table[k].beats_at_least(settings.min_beats) for k in solved], dtype=np.int8),
        setting_split=split_others(
            [ids[k] for k in solved], {ids[k]: p for k, p in zip(row, part, strict=True)}, split
        ),
        quantities=quantities,
    )


def write_windows(path: str | Path, windows: Windows, attributes: Mapping[str, object]) -> None:
    """Write windows.zarr, whole or not at all.

    Args:
        path: where.
        windows: the data set.
        attributes: what it was made from and how.
    """
    described = _described(windows.quantities)
    own = described | {
        "sample_ms": windows.sample_ms,
        "coordinates": "row start_ms upstroke_ms cycle_length_ms split split_by_window",
    }
    with whole(path) as made:
        own["digest"] = digest_of(described, {name: getattr(windows, name) for name in ARRAYS})
        group = zarr.create_group(made, zarr_format=3, attributes=plain(dict(attributes) | own))
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
        consolidate(group)


def open_windows(path: str | Path) -> Windows:
    """Read windows.zarr.

    Raises:
        UserError: there is no data set of windows at this path, or it is damaged.
    """
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3)
        arrays = {name: np.asarray(group[name][:]) for name in ARRAYS}  # type: ignore[index]
        digest, quantities = str(group.attrs.get("digest")), input_quantities(group)
        windows = Windows(**arrays, quantities=quantities, digest=digest, provenance=provenance_of(group))
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no data set of windows ({type(error).__name__}: {error})") from None
    if digest != digest_of(_described(quantities), arrays):
        raise UserError(f"{path}: the windows are damaged (their digest differs); delete the folder and run again")
    return windows


def input_quantities(group: zarr.Group) -> tuple[Quantity, ...]:
    """Return the inputs of a data set in words.

    Raises:
        KeyError, ValueError: the group does not tell them.
    """
    columns = [told(group, key) for key in ("features", "units", "meanings")]
    controls: Any = group.attrs["controls"]
    return tuple(Quantity(*one) for one in zip(*columns, map(float, controls), strict=True))


def _described(quantities: Sequence[Quantity]) -> dict[str, list]:
    """Return the attributes that tell the inputs in words."""
    return {
        "features": [one.name for one in quantities],
        "units": [one.unit for one in quantities],
        "meanings": [one.long_name for one in quantities],
        "controls": [one.control for one in quantities],
    }


def _check(settings: WindowSettings, n_samples: int, sample_ms: float) -> None:
    if settings.sample_ms is not None and not np.isclose(sample_ms, settings.sample_ms, rtol=1e-9):
        raise wrong("save_every_ms", sample_ms, f"{settings.sample_ms:g}, as the windows need")
    if settings.samples > n_samples:
        raise wrong(
            "windows.samples",
            settings.samples,
            f"at most {n_samples}, the samples of a simulation of {(n_samples - 1) * sample_ms:g} ms",
        )
