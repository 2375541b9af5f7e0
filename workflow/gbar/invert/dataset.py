"""The job that makes an inverter's data set from the store of a sweep."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from gbar.config.design import SobolDesign, UniformDesign
from gbar.config.explain import checked
from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError, wrong
from gbar.invert.quality import check_stimulus, passes
from gbar.invert.traces import (
    CALIBRATION,
    PREPROCESSING,
    ROWS_PER_CHUNK,
    TEST,
    UnitParameter,
    stored,
    to_unit,
)
from gbar.invert.view import View
from gbar.jobs.job import Input, Output, job
from gbar.records.arrays import write_array
from gbar.records.attributes import consolidate, plain, told
from gbar.records.digest import Digest, digest_of, lot
from gbar.records.files import whole
from gbar.records.provenance import now, provenance
from gbar.sweeps.quantities import quantities
from gbar.sweeps.store import ROWS_PER_SHARD, STATUS, array, open_store, provenance_of, read_voltage
from gbar.sweeps.voltage import ATTRIBUTES, LARGEST, MISSING, STEP_mV


@job("traces", need="invert.needs.of_traces", progress="cutting traces")
def cut_traces(store: Input, settings: TracesSection, out: Output, progress: Callable[[float], None]) -> None:
    """Cut the inverters' data set out of a sweep's store.

    Args:
        store: store of the sweep.
        settings: window, scaling, folds.
        out: data set to write, .zarr.
        progress: told the fraction done.

    Raises:
        UserError: as `make_traces`.
    """
    make_traces(store, settings, sweep_of(store), out, progress)


def make_traces(
    store: str | Path,
    settings: TracesSection,
    sweep: SweepSection,
    out: str | Path,
    progress: Callable[[float], None],
) -> None:
    """Write traces.zarr: the rows that were solved and pass the check, in the order of the store.

    Memory: two shards of the store, one chunk of the data set, and some 300 bytes a row.

    Args:
        store: store of the sweep.
        settings: window, clipping, check and folds.
        sweep: the sweep's section of the configuration; its design says what is inferred, and the ranges.
        out: data set to write.
        progress: told the fraction done.

    Raises:
        UserError: the design has no ranges, the window does not fit, the check is not made for the stimulus, store and
            sweep do not belong together, or too few traces are left for the folds.
    """
    begun = now()
    group = open_store(store)
    n_rows, n_samples = array(group, "V").shape
    sample_ms = float(array(group, "time")[1])  # type: ignore[arg-type]
    _check(settings, sweep, n_samples)
    view = View.of(settings, sample_ms)
    parameters, of_store = unit_parameters(sweep), provenance_of(group)
    values = _values(group, parameters)
    is_solved = np.asarray(array(group, "status")[:]) != STATUS.index("diverged")
    is_kept = is_solved.copy()

    def kept_traces() -> Iterator[np.ndarray]:
        """Yield the windows of each shard's rows that are kept."""
        window = slice(settings.first, settings.first + settings.samples)
        for start in range(0, n_rows, ROWS_PER_SHARD):
            rows = slice(start, start + ROWS_PER_SHARD)
            if is_kept[rows].any():
                V = read_voltage(group, rows)
                if settings.checked:
                    is_kept[rows] &= passes(V, sample_ms)
                yield stored(view.see(V[is_kept[rows], window]), settings.clip_mV)
            progress(min(start + ROWS_PER_SHARD, n_rows) / n_rows)

    with whole(out) as made:
        made_group = zarr.create_group(made, zarr_format=3)
        trace_digest = _write_traces(made_group, kept_traces(), n_rows, view.samples)
        ids = np.asarray(array(group, "id")[:], dtype=object)[is_kept]
        small = {
            "unit": to_unit(values[is_kept], parameters).astype(np.float32),
            "fold": deal_folds(ids.tolist(), settings),
            "time": np.arange(array(made_group, "trace").shape[1]) * sample_ms * settings.every,
        }
        about = {
            "parameters": [asdict(one) for one in parameters],
            "sample_ms": view.sample_ms,
            "traces": settings.model_dump(mode="json"),
            "sweep": sweep.model_dump(mode="json", exclude={"rows_per_job"}),
            "stimulus_meaning": told(group, "stimulus_meaning"),
            "counts": {
                "rows": n_rows,
                "diverged": int(np.sum(~is_solved)),
                "failed_check": int(np.sum(is_solved & ~is_kept)),
            },
            "trace_digest": trace_digest,
        }
        if view.preprocessing:
            about[PREPROCESSING] = view.preprocessing
        _add(
            made_group,
            "unit",
            small["unit"],
            ("row", "parameter"),
            {"units": "1", "long_name": "unit parameters, -1 to 1"},
        )
        _add(
            made_group,
            "fold",
            small["fold"],
            ("row",),
            {"long_name": f"fold; {CALIBRATION} calibrates and {TEST} tests the ensemble"},
        )
        _add(made_group, "time", small["time"], ("sample",), {"units": "ms", "long_name": "time in the window"})
        _add(made_group, "id", ids, ("row",), {"long_name": "identity of the setting"})
        made_group.attrs.update(
            plain(
                {
                    "title": "Windows of simulated traces and the unit parameters of their cells",
                    "coordinates": "id fold time",
                }
                | about
                | {
                    "data_digest": digest_of([about, ids.tolist()], small),
                    "provenance": provenance(
                        begun,
                        {key: about[key] for key in ("traces", "sweep")},
                        made_from={} if of_store is None else {"store": of_store.to_json()},
                    ).to_json(),
                }
            )
        )
        consolidate(made_group)


def sweep_of(store: str | Path) -> SweepSection:
    """Return the section of the configuration that a store was made by.

    Raises:
        UserError: there is no store, it is damaged, or written by another version of the configuration.
    """
    return checked(SweepSection, told(open_store(store), "configuration"))


def unit_parameters(sweep: SweepSection) -> tuple[UnitParameter, ...]:
    """Return what a sweep varies, with its ranges.

    Raises:
        UserError: the design has no ranges: it is neither uniform nor sobol.
    """
    design = sweep.design
    if not isinstance(design, UniformDesign | SobolDesign):
        raise wrong("design.kind", design.kind, "uniform or sobol: an inverter needs the range of what it infers")
    units = {name: known.unit for name, known in quantities(sweep).items()}
    return tuple(UnitParameter(name, units[name], *design.range_of(name)) for name in design.vary)


def deal_folds(ids: Sequence[str], settings: TracesSection) -> np.ndarray:
    """Return the fold of each row, or `CALIBRATION` or `TEST`, int8, shape (row,).

    The rows are put in the order of a hash of seed and identity. The first of them are held out, half to calibrate and
    half to test; the rest is cut into blocks that are equal to one row.

    Raises:
        UserError: a fold or one of the halves stays empty.
    """
    order = np.array(sorted(range(len(ids)), key=lambda row: lot(settings.seed, ids[row])), dtype=int)
    n_held_out = round(settings.held_out * len(ids))
    calibration, test, rest = np.split(order, [n_held_out // 2, n_held_out])
    blocks = np.array_split(rest, settings.folds)
    if min(map(len, (calibration, test, *blocks))) == 0:
        raise UserError(
            f"traces: {len(ids)} rows are too few for {settings.folds} folds beside two halves of"
            f" held_out ({settings.held_out:g}); simulate more, or use fewer folds"
        )
    fold = np.empty(len(ids), np.int8)
    fold[calibration], fold[test] = CALIBRATION, TEST
    for number, block in enumerate(blocks):
        fold[block] = number
    return fold


def _check(settings: TracesSection, sweep: SweepSection, n_samples: int) -> None:
    if settings.first + settings.samples > n_samples:
        raise wrong(
            "traces.samples",
            settings.samples,
            f"at most {n_samples - settings.first}: a trace has {n_samples} samples, and the window starts at"
            f" {settings.first}",
        )
    largest_mV = LARGEST * STEP_mV
    if max(map(abs, settings.clip_mV)) > largest_mV:
        raise wrong("traces.clip_mV", settings.clip_mV, f"within {largest_mV:g} mV of 0")
    if settings.checked:
        check_stimulus(sweep)


def _values(group: zarr.Group, parameters: Sequence[UnitParameter]) -> np.ndarray:
    """Return the physical values of each row of the store, shape (row, parameter)."""
    columns = []
    for one in parameters:
        column = np.asarray(array(group, one.name)[:]) if one.name in group else np.array([np.nan])
        slack = 1e-9 * (one.high - one.low)
        if not ((column >= one.low - slack) & (column <= one.high + slack)).all():
            raise UserError(
                f"{group.store}: the values of {one.name} are missing or not in [{one.low:g}, {one.high:g}]; "
                "make the store from the same sweep"
            )
        columns.append(column)
    return np.stack(columns, axis=1)


def _write_traces(group: zarr.Group, blocks: Iterator[np.ndarray], at_most: int, samples: int) -> str:
    """Write the traces chunk by chunk and return their digest.

    Args:
        group: to add the array to.
        blocks: int16 traces, any number of rows at a time.
        at_most: rows they can be all together.
        samples: values of a trace.
    """
    held = group.create_array(
        "trace",
        shape=(at_most, samples),
        dtype="int16",
        chunks=(ROWS_PER_CHUNK, samples),
        compressors=ZstdCodec(level=1, checksum=True),
        dimension_names=("row", "sample"),
        attributes={"units": "mV", "long_name": "membrane potential, clipped"} | ATTRIBUTES,
        fill_value=MISSING,
        config={"write_empty_chunks": True},
    )
    digest, start = Digest(), 0

    def write(traces: np.ndarray) -> int:
        digest.add(start, {"trace": traces})
        held[start : start + len(traces)] = traces
        return start + len(traces)

    waiting = np.empty((0, samples), np.int16)
    for block in blocks:
        waiting = np.concatenate([waiting, block])
        while len(waiting) >= ROWS_PER_CHUNK:
            start = write(waiting[:ROWS_PER_CHUNK])
            waiting = waiting[ROWS_PER_CHUNK:]
    start = write(waiting)
    held.resize((start, samples))
    return digest.text()


def _add(
    group: zarr.Group, name: str, values: np.ndarray, dimensions: tuple[str, ...], attributes: dict[str, Any]
) -> None:
    write_array(group, name, values, tuple(max(1, length) for length in values.shape), dimensions, attributes)
