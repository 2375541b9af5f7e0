"""Cutting the windows of the emulators' data set out of the traces of a sweep."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import zarr
from scipy.signal import resample

from gbar.emulate.split import SplitSettings, split_others, split_windows
from gbar.emulate.windows import BEAT_TIME, Windows, WindowSettings
from gbar.errors import UserError, wrong
from gbar.sweeps.biomarker_table import DIVERGED, Row
from gbar.sweeps.quantities import varied_quantities
from gbar.sweeps.row_reader import reader_of_store
from gbar.sweeps.store import STATUS, Quantity, read_voltage
from gbar.traces.beats import Beats


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
        beats=reader.settings,
    )


def _check(settings: WindowSettings, n_samples: int, sample_ms: float) -> None:
    if settings.sample_ms is not None and not np.isclose(sample_ms, settings.sample_ms, rtol=1e-9):
        raise wrong("save_every_ms", sample_ms, f"{settings.sample_ms:g}, as the windows need")
    if settings.samples > n_samples:
        raise wrong(
            "windows.samples",
            settings.samples,
            f"at most {n_samples}, the samples of a simulation of {(n_samples - 1) * sample_ms:g} ms",
        )
